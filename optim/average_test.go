package optim

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// noisy is a bowl whose gradient has noise that depends on the batch: its draws
// and evaluations are recorded.
func noisy(batches *[]int) Problem[float64] {
	now := 0
	p := bowl()
	eval := p.Eval
	return Problem[float64]{
		Dim:  2,
		Draw: func(step int) error { now = step; *batches = append(*batches, step); return nil },
		Eval: func(x, g []float64) (float64, error) {
			f, err := eval(x, g)
			for i := range g {
				g[i] += math.Sin(float64(7*now + 3*i))
			}
			return f, err
		},
	}
}

// The result of an averaged run is the average, with the value and the gradient
// there, without anybody's asking: what is reported is computed here from the
// points of the same run without the average.
func TestAveragesReportThemselves(t *testing.T) {
	const n, decay = 60, 0.8
	var drawn []int
	for _, batches := range []bool{false, true} {
		problem := func() Problem[float64] {
			if batches {
				return noisy(&drawn)
			}
			return bowl()
		}
		var way [][]float64
		take(t, problem(), []float64{3, -2}, &Momentum[float64]{Rate: 0.1}, n, func(s *State[float64]) { way = append(way, slices.Clone(s.X)) })
		mean, ema, weight := make([]float64, 2), make([]float64, 2), 0.0
		for k, x := range way {
			w := math.Pow(decay, float64(n-1-k))
			weight += w
			for i := range mean {
				ema[i] += w * x[i]
				if k >= 10 {
					mean[i] += x[i] / (n - 10)
				}
			}
		}
		for i := range ema {
			ema[i] /= weight
		}
		for name, c := range map[string]struct {
			rule Rule[float64]
			want []float64
		}{
			"mean": {&Mean[float64]{Rule: &Momentum[float64]{Rate: 0.1}, After: 10}, mean},
			"ema":  {&Clip[float64]{Rule: &EMA[float64]{Rule: &Momentum[float64]{Rate: 0.1}, Decay: decay}, Max: 1e9}, ema},
		} {
			p := problem()
			run, err := Start(p, []float64{3, -2}, &FirstOrder[float64]{Rule: c.rule}, MaxIter[float64](n))
			if err != nil {
				t.Fatal(err)
			}
			for run.Next(t.Context()) {
			}
			x := run.State().X
			near(t, name, x, c.want, 1e-13)
			if batches {
				continue // the value of a batch is that of its gradient, where the rule walked
			}
			g := make([]float64, 2)
			if f, _ := p.Eval(x, g); f != run.State().F || !slices.Equal(g, run.State().G) {
				t.Errorf("%s: value and gradient of the state are %v and %v, those of its point %v and %v", name, run.State().F, run.State().G, f, g)
			}
		}
	}
}

// An averaged run converges where its average does: the claim is about the
// point that is reported.
func TestAveragesConvergeByThemselves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := map[string]Rule[float64]{
			"ema":           &EMA[float64]{Rule: &GD[float64]{Rate: 0.1}, Decay: 0.9},
			"lookahead":     &Lookahead[float64]{Rule: &GD[float64]{Rate: 0.2}, K: rapid.IntRange(1, 50).Draw(t, "k")},
			"schedule-free": &ScheduleFree[float64]{Rule: &GD[float64]{Rate: 0.3}},
		}
		rule := rules[rapid.SampledFrom([]string{"ema", "lookahead", "schedule-free"}).Draw(t, "rule")]
		x := rapid.SliceOfN(rapid.Float64Range(-5, 5), 2, 2).Draw(t, "x")
		p := bowl()
		run, err := Minimize(t.Context(), p, x, &FirstOrder[float64]{Rule: rule}, GradTol[float64](1e-5), Stall[float64](0), MaxIter[float64](200000))
		if err != nil {
			t.Fatal(err)
		}
		r := run.Result()
		g := make([]float64, 2)
		if _, err := p.Eval(r.X, g); err != nil || r.Status != Converged || !(norm(g) <= 1e-5) {
			t.Fatalf("%T: %s at %v with gradient %v: %s", rule, r.Status, r.X, g, r.Text)
		}
	})
}

func TestTwoAveragesAreRefused(t *testing.T) {
	rule := &EMA[float64]{Rule: &Clip[float64]{Rule: &ScheduleFree[float64]{Rule: &GD[float64]{}}}}
	if _, err := Start(bowl(), []float64{1, 1}, &FirstOrder[float64]{Rule: rule}); err == nil || !strings.Contains(err.Error(), "both report an average") {
		t.Errorf("two averages: %v", err)
	}
}

// SAM takes both gradients of the same batch, and hands an error on.
func TestSAMTakesOneBatchTwice(t *testing.T) {
	var drawn []int
	p := noisy(&drawn)
	evals := 0
	eval := p.Eval
	p.Eval = func(x, g []float64) (float64, error) {
		if evals++; evals > 20 {
			return 0, errors.New("the disk is gone")
		}
		return eval(x, g)
	}
	run, err := Start(p, []float64{3, -2}, &FirstOrder[float64]{Rule: &SAM[float64]{Rule: &GD[float64]{Rate: 0.1}}})
	if err != nil {
		t.Fatal(err)
	}
	for run.Next(t.Context()) {
	}
	if err := run.Err(); err == nil || !strings.Contains(err.Error(), "the disk is gone") {
		t.Errorf("the error of the second gradient: %v", err)
	}
	if want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}; !slices.Equal(drawn, want) {
		t.Errorf("the batches drawn were %v", drawn)
	}
}

// Batches that are not finite are passed over, so many in a row and no more.
func TestSkip(t *testing.T) {
	for _, c := range []struct {
		bad    []int // steps whose batch is not finite
		skip   int
		status Status
		taken  int
	}{
		{[]int{3}, 0, Diverged, 3}, {[]int{3, 7, 8}, 2, Budget, 20}, {[]int{3, 4, 5}, 2, Diverged, 5},
	} {
		for _, rule := range []Rule[float64]{&GD[float64]{Rate: 0.1}, &EMA[float64]{Rule: &GD[float64]{Rate: 0.1}}} {
			var drawn []int
			p := noisy(&drawn)
			eval := p.Eval
			p.Eval = func(x, g []float64) (float64, error) {
				f, err := eval(x, g)
				if slices.Contains(c.bad, drawn[len(drawn)-1]) {
					g[1] = math.NaN()
				}
				return f, err
			}
			o := &FirstOrder[float64]{Rule: rule, Skip: c.skip}
			run, err := Minimize(t.Context(), p, []float64{3, -2}, o, MaxIter[float64](20))
			if err != nil {
				t.Fatal(err)
			}
			r := run.Result()
			if r.Status != c.status || r.Iter != c.taken || !finite(norm(r.X)) {
				t.Errorf("bad batches %v, %d to be skipped: %s after %d steps at %v", c.bad, c.skip, r.Status, r.Iter, r.X)
			}
			if want := len(c.bad); c.status == Budget && o.Skipped() != want {
				t.Errorf("%d batches were skipped, want %d", o.Skipped(), want)
			}
		}
	}
}

// Numbers survive float32 exactly.
func TestScalarsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-1e30, 1e30).Draw(t, "v")
		if math.Abs(v) < 1e-20 {
			return // its last parts are below what float32 holds
		}
		b := newScalars[float32](2)
		b.set(1, v)
		if b.at(1) != v || b.at(0) != 0 {
			t.Fatalf("%v came back as %v", v, b.at(1))
		}
	})
	b := newScalars[float32](1)
	if b.set(0, math.Inf(1)); !math.IsInf(b.at(0), 1) {
		t.Errorf("infinity came back as %v", b.at(0))
	}
}

// Accumulated batches give the mean of their values and gradients, whoever asks.
func TestAccumulate(t *testing.T) {
	var drawn []int
	const k = 3
	whole, err := Accumulate(noisy(&drawn), k)
	if err != nil {
		t.Fatal(err)
	}
	x, g, want := []float64{3, -2}, make([]float64, 2), make([]float64, 2)
	if err := whole.Draw(4); err != nil {
		t.Fatal(err)
	}
	f, err := whole.Eval(x, g)
	if err != nil || !slices.Equal(drawn, []int{12, 13, 14}) {
		t.Errorf("batches %v were drawn, %v", drawn, err)
	}
	p, value := noisy(&drawn), 0.0
	for i := range k {
		part := make([]float64, 2)
		if err := p.Draw(12 + i); err != nil {
			t.Fatal(err)
		}
		v, err := p.Eval(x, part)
		if err != nil {
			t.Fatal(err)
		}
		value += v / k
		for j := range want {
			want[j] += part[j] / k
		}
	}
	near(t, "gradient", g, want, 1e-14)
	near(t, "value", []float64{f}, []float64{value}, 1e-13)
	if v, err := whole.Eval(x, nil); err != nil || v != f {
		t.Errorf("without a gradient the value is %v, not %v: %v", v, f, err)
	}
	if n := testing.AllocsPerRun(5, func() { _, _ = whole.Eval(x, g) }); n > float64(k) { // the recorded draws
		t.Errorf("an evaluation allocates %v times", n)
	}
	if _, err := Accumulate(bowl(), 2); err == nil {
		t.Error("batches of a full objective were accumulated")
	}
	if _, err := Accumulate(noisy(&drawn), 0); err == nil {
		t.Error("no batches were accumulated")
	}
}
