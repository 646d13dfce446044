package optim

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"descent/internal/kernel"
	"descent/param"
)

// strips is a problem of batches over a table of rows of width numbers and some
// parameters behind it: the batch of a step touches a few rows.
type strips struct {
	rows, width, behind int
	step                int
	list                []int32
	bad                 int // the step whose gradient is not finite; 0: none
}

func (p *strips) Room() int { return 4 }

func (p *strips) Draw(step int) ([]int32, error) {
	p.step, p.list = step, p.list[:0]
	for k := range 3 {
		row := int32((step*(2*k+1) + k*k) % p.rows)
		if !slices.Contains(p.list, row) {
			p.list = append(p.list, row)
		}
	}
	return p.list, nil
}

// part is the loss (x − c)²/2 of some parameters, with centres by their number.
func (p *strips) part(x, grad []float64, from int) (f float64) {
	for i, v := range x {
		d := v - math.Sin(float64(from+i+1))
		f += d * d / 2
		grad[i] = d
	}
	return f
}

func (p *strips) Eval(x, grad []float64) (f float64, err error) {
	clear(grad)
	w := p.width
	for i, row := range p.list {
		f += p.part(x[i*w:(i+1)*w], grad[i*w:(i+1)*w], int(row)*w)
	}
	f += p.part(x[4*w:], grad[4*w:], p.rows*w)
	if p.bad > 0 && p.step == p.bad {
		f = math.NaN()
	}
	return f, nil
}

// dense is the same problem for FirstOrder.
func (p *strips) dense() Problem[float64] {
	w := p.width
	return Problem[float64]{
		Dim:  p.rows*w + p.behind,
		Draw: func(step int) error { _, err := p.Draw(step); return err },
		Eval: func(x, grad []float64) (f float64, err error) {
			clear(grad)
			for _, row := range p.list {
				f += p.part(x[int(row)*w:][:w], grad[int(row)*w:][:w], int(row)*w)
			}
			return f + p.part(x[p.rows*w:], grad[p.rows*w:], p.rows*w), nil
		},
	}
}

// problem is what RowWise is started with.
func (p *strips) problem() Problem[float64] {
	d := p.dense()
	d.Draw, d.Eval = func(int) error { return nil }, func(_, grad []float64) (float64, error) { clear(grad); return 1, nil }
	return d
}

func (p *strips) start() []float64 {
	x := make([]float64, p.rows*p.width+p.behind)
	for i := range x {
		x[i] = math.Cos(float64(i))
	}
	return x
}

func runFor(t *testing.T, p Problem[float64], x []float64, solver Solver[float64], steps int) []float64 {
	t.Helper()
	run, err := Minimize(t.Context(), p, x, solver, MaxIter[float64](steps))
	if err != nil {
		t.Fatal(err)
	}
	if r := run.Result(); r.Status != Budget {
		t.Fatalf("%v: %s", r.Status, r.Text)
	}
	return run.Result().X
}

func closeTo(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tol*(1+math.Abs(want[i]))) {
			t.Fatalf("%s: parameter %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// TestRowWiseLikeDense: rules that leave parameters without a derivative alone
// take the same steps by rows as on all parameters.
func TestRowWiseLikeDense(t *testing.T) {
	for name, rule := range map[string]func() Rule[float64]{
		"gd":      func() Rule[float64] { return &GD[float64]{Rate: 0.1} },
		"adagrad": func() Rule[float64] { return &Adagrad[float64]{Rate: 0.1, Initial: 0.1} },
		"ftrl":    func() Rule[float64] { return &FTRL[float64]{Rate: 0.1, L1: 0.01, L2: 0.02} },
		"scheduled": func() Rule[float64] {
			return &Scheduled[float64]{Rule: &GD[float64]{Rate: 0.1}, Schedule: Warmup{Steps: 9}}
		},
	} {
		for _, width := range []int{1, 3} {
			p := &strips{rows: 11, width: width, behind: 2}
			rows := &RowWise[float64]{Rule: rule(), Batches: p, Rows: p.rows, Width: width}
			got := runFor(t, p.problem(), p.start(), rows, 30)
			want := runFor(t, p.dense(), p.start(), &FirstOrder[float64]{Rule: rule()}, 30)
			closeTo(t, name, got, want, 1e-13)
		}
	}
}

// TestRowWiseSparseAdam takes the steps of SparseAdam of PyTorch
// (testdata/sparse_adam.py).
func TestRowWiseSparseAdam(t *testing.T) {
	text, err := os.ReadFile("testdata/sparse_adam.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	p := Problem[float64]{Dim: 10, Draw: func(int) error { return nil }, Eval: func(_, grad []float64) (float64, error) { clear(grad); return 1, nil }}
	got := runFor(t, p, make([]float64, 10), &RowWise[float64]{Rule: &Adam[float64]{Rate: 0.1, EpsUncorrected: true}, Batches: &sines{}, Rows: 5, Width: 2}, 12)
	closeTo(t, "adam", got, want, 1e-12)
}

// sines are the gradients of that script.
type sines struct {
	step int
	list []int32
}

func (p *sines) Room() int { return 2 }

func (p *sines) Draw(t int) ([]int32, error) {
	p.step, p.list = t, append(p.list[:0], int32(t%5))
	if other := int32((2*t + 1) % 5); other != p.list[0] {
		p.list = append(p.list, other)
	}
	return p.list, nil
}

func (p *sines) Eval(_, grad []float64) (float64, error) {
	clear(grad)
	for i, r := range p.list {
		for c := range 2 {
			grad[2*i+c] = math.Sin(float64(3*p.step + 2*int(r) + c + 1))
		}
	}
	return 1, nil
}

// TestRowWisePenalties: what is left out of rows and made up for later is what
// penalties and decay do when they act on every row after every step.
func TestRowWisePenalties(t *testing.T) {
	const rate, steps = 0.3, 60
	for name, c := range map[string]struct {
		rule          func() Rule[float64]
		l1, l2, decay float64
	}{
		"gd l2":  {rule: func() Rule[float64] { return &GD[float64]{Rate: rate} }, l2: 0.3},
		"gd all": {rule: func() Rule[float64] { return &GD[float64]{Rate: rate} }, l1: 0.1, l2: 0.3, decay: 0.2},
		"gd scheduled": {rule: func() Rule[float64] {
			return &Scheduled[float64]{Rule: &GD[float64]{Rate: rate}, Schedule: Warmup{Steps: 30}}
		}, l1: 0.1, l2: 0.3},
		"adam":    {rule: func() Rule[float64] { return &Adam[float64]{Rate: rate} }, l1: 0.1, decay: 0.4},
		"adagrad": {rule: func() Rule[float64] { return &Adagrad[float64]{Rate: rate} }, l1: 0.2, l2: 0.2},
	} {
		var all [2][]float64
		for k := range all {
			p := &strips{rows: 11, width: 2, behind: 3}
			rows := &RowWise[float64]{
				Rule: c.rule(), Batches: p, Rows: p.rows, Width: 2, L1: c.l1, L2: c.l2, Decay: c.decay,
				Weights: []param.Block{{Name: "behind", Offset: 22, Shape: []int{2}}},
			}
			if k == 1 { // nothing is left out
				rows.Settles = func(int) bool { return true }
			}
			x := slices.Clone(runFor(t, p.problem(), p.start(), rows, steps))
			rows.Settle(x)
			all[k] = x
		}
		closeTo(t, name, all[0], all[1], 1e-12)
		if c.l1 > 0 && !slices.Contains(all[0], 0) {
			t.Errorf("%s: no weight is 0", name)
		}
		if all[0][24] == 0 {
			t.Errorf("%s: what is no weight was penalised", name)
		}
	}
}

// TestRowWiseEager: with all rows in every batch, the penalties are those of a
// plain loop.
func TestRowWiseEager(t *testing.T) {
	const rate, l1, l2, decay = 0.1, 0.02, 0.5, 0.3
	p := &strips{rows: 1, width: 3}
	x := p.start()
	want := slices.Clone(x)
	for range 20 {
		for i, w := range want {
			v := w - rate*(w-math.Sin(float64(i+1))) - rate*decay*w
			want[i] = math.Copysign(max(math.Abs(v)-rate*l1, 0), v) / (1 + rate*l2)
		}
	}
	got := runFor(t, p.problem(), x, &RowWise[float64]{Rule: &GD[float64]{Rate: rate}, Batches: p, Rows: 1, Width: 3, L1: l1, L2: l2, Decay: decay}, 20)
	closeTo(t, "gd", got, want, 1e-13)
}

// TestRowWiseResumes: a run that goes on from its buffers ends in the same bits.
func TestRowWiseResumes(t *testing.T) {
	make := func() (*strips, *RowWise[float64]) {
		p := &strips{rows: 11, width: 2, behind: 3}
		return p, &RowWise[float64]{Rule: &Adam[float64]{Rate: 0.05}, Batches: p, Rows: 11, Width: 2, L2: 0.1, L1: 0.01}
	}
	p, solver := make()
	whole := runFor(t, p.problem(), p.start(), solver, 25)
	p, solver = make()
	run, err := Minimize(t.Context(), p.problem(), p.start(), solver, MaxIter[float64](10))
	if err != nil {
		t.Fatal(err)
	}
	saved := map[string][]float64{}
	run.Buffers(func(name string, b []float64) bool {
		saved[name] = slices.Clone(b)
		return true
	})
	p, solver = make()
	on, err := Resume(p.problem(), 10, solver, func(name string, b []float64) error { copy(b, saved[name]); return nil }, MaxIter[float64](25))
	if err != nil {
		t.Fatal(err)
	}
	for on.Next(t.Context()) {
	}
	if !slices.Equal(on.Result().X, whole) {
		t.Errorf("resumed %v, whole %v", on.Result().X, whole)
	}
}

// TestRowWiseRetreats: a batch without a value ends the run at the last point
// that had one.
func TestRowWiseRetreats(t *testing.T) {
	p := &strips{rows: 11, width: 2, behind: 3, bad: 7}
	want := runFor(t, p.problem(), p.start(), &RowWise[float64]{Rule: &GD[float64]{Rate: 0.1}, Batches: p, Rows: 11, Width: 2}, 6)
	run, err := Minimize(t.Context(), p.problem(), p.start(), &RowWise[float64]{Rule: &GD[float64]{Rate: 0.1}, Batches: p, Rows: 11, Width: 2}, MaxIter[float64](25))
	if err != nil {
		t.Fatal(err)
	}
	r := run.Result()
	if r.Status != Diverged || r.Iter != 7 {
		t.Fatalf("%v after %d steps: %s", r.Status, r.Iter, r.Text)
	}
	closeTo(t, "the point", r.X, want, 1e-15)
}

// TestRowWiseAllocatesNothing, on one thread and on two.
func TestRowWiseAllocatesNothing(t *testing.T) {
	p := &strips{rows: 5000, width: 2, behind: 3}
	solver := &RowWise[float64]{Rule: &Adam[float64]{}, Batches: p, Rows: p.rows, Width: 2, L2: 0.1, Clip: 1}
	for _, threads := range []int{1, 2} {
		stop := kernel.StartThreads(threads)
		run, err := Start(p.problem(), p.start(), solver, MaxIter[float64](1<<20))
		if err != nil {
			t.Fatal(err)
		}
		run.Next(t.Context())
		run.Next(t.Context())
		ctx := t.Context()
		if n := testing.AllocsPerRun(50, func() { run.Next(ctx) }); n > 0 {
			t.Errorf("%d threads: %v allocations a step", threads, n)
		}
		stop()
	}
}

func TestRowWiseRefuses(t *testing.T) {
	p := &strips{rows: 11, width: 2, behind: 3}
	for name, solver := range map[string]*RowWise[float64]{
		"momentum":   {Rule: &Momentum[float64]{}, Batches: p, Rows: 11, Width: 2},
		"ftrl":       {Rule: &FTRL[float64]{}, Batches: p, Rows: 11, Width: 2, L2: 1},
		"no batches": {Rule: &GD[float64]{}, Rows: 11, Width: 2},
		"large":      {Rule: &GD[float64]{}, Batches: p, Rows: 13, Width: 2},
		"penalty":    {Rule: &GD[float64]{}, Batches: p, Rows: 11, Width: 2, L2: math.NaN()},
		"rate":       {Rule: &GD[float64]{Rate: -1}, Batches: p, Rows: 11, Width: 2},
	} {
		if _, err := Start(p.problem(), p.start(), Solver[float64](solver)); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}
