package train

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"descent/data"
	"descent/optim"
)

// TestOnlineReaches: one row at a time, every method comes near the optimum of
// the reference, and says what it lost on the rows before it learned them.
func TestOnlineReaches(t *testing.T) {
	table := readPairs(t, "a9a.gz")
	const optimum, constant = 0.3229, 0.5524 // of the log loss: lbfgs, and the share of the classes
	for method, slack := range map[string]float64{"sgd": 0.04, "adagrad": 0.005, "ftrl": 0.005, "adam": 0.01, "normalized": 0.005} {
		r, err := Fit(t.Context(), table, Options{Target: "label", Method: method, L2: 1e-6, Epochs: 5, Validation: NoValidation, Seed: 1}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if loss := float64(r.Loss.Train); !(loss < optimum*(1+slack)) || r.Steps <= r.Epochs {
			t.Errorf("%s: loss %v after %d epochs of %d steps (%s)", method, loss, r.Epochs, r.Steps, r.Reason)
		}
		last := r.Progressive[len(r.Progressive)-1]
		if r.Progressive[0].Rows != 1 || math.Abs(float64(r.Progressive[0].Loss)-math.Ln2) > 1e-12 || last.Rows != table.Rows ||
			!(float64(last.Loss) < constant && float64(last.Loss) > optimum) {
			t.Errorf("%s: progressive losses %v", method, r.Progressive)
		}
	}
}

// TestOnlineThreads: the bits do not depend on the number of threads, with
// several classes, numbers and counts.
func TestOnlineThreads(t *testing.T) {
	const n = 21_000
	m := data.NewCSR[float64](80, n, 5*n)
	class, number := make([]float64, n), make([]float64, n)
	for i := range n {
		sum := 0.0
		for j := i % 17; j < 80; j += 11 + i%7 {
			v := math.Sin(float64(i*j + 1))
			m.Add(j, v)
			sum += v * float64(j%3-1)
		}
		m.EndRow()
		number[i], class[i] = sum, float64(min(max(int(sum+1.5), 0), 2))
	}
	table, err := data.NewTable("made", data.NumberColumn("number", number), data.NumberColumn("class", class), data.SparseColumn("features", m))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ target, model string }{{"number", "linear"}, {"class", "softmax"}, {"class", "poisson"}} {
		var first *Result
		for _, threads := range []int{1, 2} {
			r, err := Fit(t.Context(), table, Options{Target: c.target, Model: c.model, Features: []string{"features"}, Method: "normalized", Rate: 0.1, L1: 1e-5, Epochs: 2, Threads: threads, Seed: 1}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = r
			}
			if !slices.Equal(first.Model.Weights, r.Model.Weights) || !slices.Equal(first.Progressive, r.Progressive) {
				t.Errorf("%s: %d threads give other weights", c.model, threads)
			}
		}
		if first.Status != optim.Budget || !(lossOn(first) < first.Loss.Baseline) {
			t.Errorf("%s: %s, loss %v, baseline %v", c.model, first.Reason, lossOn(first), first.Loss.Baseline)
		}
	}
}

// TestOnlineResumes: a fit that goes on from a checkpoint ends in the same bits.
func TestOnlineResumes(t *testing.T) {
	table := readPairs(t, "a9a.t.gz")
	o := Options{Target: "label", Method: "ftrl", L1: 1e-6, Epochs: 3, Checkpoints: Checkpoints{Steps: 1000}, Seed: 1}
	whole := mustFit(t, table, o)
	o.Dir = filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Fit(ctx, table, o, func(p Progress) {
		if p.Step == 7 {
			cancel()
		}
	})
	cancel()
	if err != nil || r.Status != optim.Interrupted {
		t.Fatalf("not interrupted: %v, %v", r, err)
	}
	o.Resume = true
	resumed := mustFit(t, table, o)
	if !slices.Equal(whole.Model.Weights, resumed.Model.Weights) || !slices.Equal(whole.Progressive, resumed.Progressive) {
		t.Error("the resumed fit has other weights or progressive losses")
	}
}

// TestOnlineSteps: where the weight of a row is large, the step of a loss is the
// solution of its differential equation, and of many small steps.
func TestOnlineSteps(t *testing.T) {
	for name, l := range onlineLosses {
		if name == "cross-entropy" {
			continue // of several outputs
		}
		for _, c := range []struct{ z, target, weight, rate float64 }{{0.3, 1, 1, 0.5}, {-2, 1, 4, 2}, {1.5, 0, 2, 1}, {0, 1, 1, 1e-9}, {3, 0, 1, 0}} {
			const parts = 200_000
			z, slope := []float64{c.z}, make([]float64, 1)
			sum := 0.0
			for range parts {
				l.Of(z, c.target, slope)
				sum += slope[0] * c.weight / parts
				z[0] -= slope[0] * c.rate * c.weight / parts
			}
			if got := l.Along(c.z, c.target, c.weight, c.rate); math.Abs(got-sum) > 1e-3*(1e-3+math.Abs(sum)) {
				t.Errorf("%s: %+v gives %v, many small steps %v", name, c, got, sum)
			}
		}
	}
}
