package train

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/loss"
)

// epochOf lists the rows that a feed of batches brings in the given steps: each
// row is known by its first feature.
func batchesOf(t *testing.T, s *session[float64], from, to int) (rows []float64) {
	t.Helper()
	width := s.plan.encoder.Width()
	for step := from; step < to; step++ {
		if err := s.train.draw(step); err != nil {
			t.Fatal(err)
		}
		f := s.train.feed
		per := f.rows / s.train.rows
		at := step % per * s.train.rows
		for i := range s.train.rows {
			rows = append(rows, f.now.inputs[0][(at+i)*width])
		}
	}
	return rows
}

// streamSession prepares a streamed fit of batches.
func streamSession(t *testing.T, c *data.Cache, o Options) *session[float64] {
	t.Helper()
	p, err := newStreamPlan(c, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	net, err := p.layout()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.chooseMethod(net.Layout.Dim()); err != nil {
		t.Fatal(err)
	}
	s, err := newSession[float64](p, net, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// Every epoch brings every row once, in an order of its own that mixes distant
// rows, whatever the window, and from any step on the same.
func TestStreamedBatches(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rows.csv")
	var b bytes.Buffer
	b.WriteString("x,y\n")
	const n = 5000
	for i := range n {
		fmt.Fprintf(&b, "%d,%d\n", i, i%7)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, group := range []int{1 << 10, 1 << 13, 1 << 20} {
		c := openRows(t, file, group)
		o := Options{Target: "y", Model: "linear", Method: "adam", Batch: 48, Scale: data.Unscaled, Validation: NoValidation, Memory: 1 << 28, Seed: 5}
		s := streamSession(t, c, o)
		const steps = 2*n/48 + 1
		rows := batchesOf(t, s, 0, steps)
		for epoch := range 2 {
			seen := slices.Clone(rows[epoch*n : (epoch+1)*n])
			slices.Sort(seen)
			for i, v := range seen {
				if v != float64(i) {
					t.Fatalf("groups of %d: epoch %d has row %v where %d was to be", group, epoch, v, i)
				}
			}
		}
		if slices.Equal(rows[:n], rows[n:2*n]) {
			t.Errorf("groups of %d: both epochs have one order", group)
		}
		near := 0
		for i := range n - 1 {
			if math.Abs(rows[i]-rows[i+1]) < 10 {
				near++
			}
		}
		if near > n/20 {
			t.Errorf("groups of %d: %d of %d rows come beside their neighbours", group, near, n)
		}
		for _, from := range []int{1, 85, 86, 104, 105, steps - 1} {
			if again := batchesOf(t, streamSession(t, c, o), from, steps); !slices.Equal(again, rows[from*48:]) {
				t.Errorf("groups of %d: from step %d on the rows are others", group, from)
			}
		}
	}
}

// A step of a streamed fit does not allocate.
func TestStreamedStepsDoNotAllocate(t *testing.T) {
	c := openRows(t, writeRows(t, 20000), 1<<14)
	s := streamSession(t, c, Options{Target: "class", Features: []string{"a", "c"}, Method: "adam", Memory: 1 << 28})
	p := s.problem(s.train.draw)
	x, g, step := make([]float64, p.Dim), make([]float64, p.Dim), 0
	if n := testing.AllocsPerRun(200, func() {
		if err := p.Draw(step); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Eval(x, g); err != nil {
			t.Fatal(err)
		}
		step++
	}); n > 2 { // of the goroutine that reads ahead, for a block of 32 steps
		t.Errorf("%v allocations a step", n)
	}
}

// The area by bins is that of all scores to within what it says.
func TestBinnedAUC(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	const n = 300000
	z, w, truth, positive := make([]float64, n), make([]float64, n), make([]int, n), make([]bool, n)
	for i := range z {
		z[i], w[i] = rng.NormFloat64(), float64(rng.IntN(3))
		positive[i] = z[i]+rng.NormFloat64() > 0
		if i%5 == 0 {
			z[i] = math.Round(z[i]) // ties
		}
		if positive[i] {
			truth[i] = 1
		}
	}
	want := loss.AUC(z, positive, w)
	a := new(binnedAUC)
	for lo := 0; lo < n; lo += 7000 {
		hi := min(lo+7000, n)
		a.add(z[lo:hi], truth[lo:hi], w[lo:hi])
	}
	got, within := a.area()
	if math.Abs(got-want) > within || within > 1e-4 {
		t.Errorf("%v to %v, by all scores %v", got, within, want)
	}
	t.Logf("off by %.2g, said to be within %.2g", got-want, within)
	sums := &tally{classes: []string{"no", "yes"}, confusion: loss.Confusion{{1, 0}, {0, 1}}, weight: 1, auc: a}
	if e := sums.evaluation(); len(e.Notes) != 1 || !strings.HasPrefix(e.Notes[0], "roc_auc counts scores in bins") {
		t.Errorf("of an area that is not exact nothing is said but %q", e.Notes)
	}
}
