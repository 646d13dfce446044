// Package optimtest is a conformance suite for the rules and solvers of
// package optim, those of users too:
//
//	func TestMine(t *testing.T) {
//		optimtest.Rule(t, func() optim.Rule[float64] { return &Mine{Rate: 0.01} })
//	}
//
// A method passes when it takes the same steps to the last bit each time, goes
// on to the last bit after it was saved and restored, allocates nothing in a
// step, lowers a quadratic, keeps its hands off what is not its own, and never
// claims success where a value or gradient was not finite.
package optimtest

import (
	"context"
	"math"
	"slices"
	"testing"

	"descent/optim"
)

// Rule runs the suite on the rule that make returns, a new one at each call,
// with a rate that suits functions of curvature 1 to 10.
func Rule(t *testing.T, make func() optim.Rule[float64]) {
	t.Run("HandsOff", func(t *testing.T) { handsOff(t, make()) })
	t.Run("Factor", func(t *testing.T) { factor(t, make) })
	Solver(t, func() optim.Solver[float64] { return &optim.FirstOrder[float64]{Rule: make()} })
}

// Solver runs the suite on the solver that make returns, a new one at each
// call. Its problems offer all that a problem can: HVP, residuals, blocks.
func Solver(t *testing.T, make func() optim.Solver[float64]) {
	t.Run("Determinism", func(t *testing.T) { determinism(t, make) })
	t.Run("Resume", func(t *testing.T) { resume(t, make) })
	t.Run("NoAllocation", func(t *testing.T) { noAllocation(t, make()) })
	t.Run("Converges", func(t *testing.T) { converges(t, make()) })
	t.Run("NotFinite", func(t *testing.T) { notFinite(t, make) })
}

// start is where all runs of the suite begin.
func start() []float64 { return []float64{-1.2, 1, 0.8, -0.5} }

// begin starts a run that n steps bound and that a gradient of 1e-10 ends.
func begin(t *testing.T, p optim.Problem[float64], s optim.Solver[float64], n int) *optim.Run[float64] {
	t.Helper()
	run, err := optim.Start(p, start(), s, optim.GradTol[float64](1e-10), optim.MaxIter[float64](n))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// same fails the test where two runs are not at the same point to the last bit.
func same(t *testing.T, what string, a, b *optim.State[float64]) {
	t.Helper()
	bits := func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }
	if a.Iter != b.Iter || !bits(a.F, b.F) || !bits(a.Step, b.Step) || !slices.EqualFunc(a.X, b.X, bits) || !slices.EqualFunc(a.G, b.G, bits) {
		t.Fatalf("%s: step %d is at %v with value %v, rate %v; step %d at %v with value %v, rate %v",
			what, a.Iter, a.X, a.F, a.Step, b.Iter, b.X, b.F, b.Step)
	}
}

func determinism(t *testing.T, make func() optim.Solver[float64]) {
	reused := make()
	first, second := begin(t, Valley(), reused, 60), begin(t, Valley(), make(), 60)
	for first.Next(t.Context()) {
		if !second.Next(t.Context()) {
			t.Fatalf("one run took step %d, the other ended: %s", first.State().Iter, second.State().Why.Text)
		}
		same(t, "two runs", first.State(), second.State())
	}
	again := begin(t, Valley(), reused, 60)
	for again.Next(t.Context()) {
	}
	same(t, "a solver used twice", again.State(), first.State())
}

// resume saves a run at several steps and goes on from there with another
// solver.
func resume(t *testing.T, make func() optim.Solver[float64]) {
	if _, ok := make().(optim.Buffered[float64]); !ok {
		t.Fatal("the solver has no Buffers, so its runs cannot be continued")
	}
	for _, at := range []int{0, 1, 2, 5, 13} {
		whole := begin(t, Valley(), make(), at+20)
		saved := map[string][]float64{}
		for whole.State().Iter < at && whole.Next(t.Context()) {
		}
		whole.Buffers(func(name string, b []float64) bool {
			if _, twice := saved[name]; twice {
				t.Errorf("two buffers have the name %q", name)
			}
			saved[name] = slices.Clone(b)
			return true
		})
		load := func(name string, b []float64) error { copy(b, saved[name]); return nil }
		rest, err := optim.Resume(Valley(), whole.State().Iter, make(), load, optim.GradTol[float64](1e-10), optim.MaxIter[float64](at+20))
		if err != nil {
			t.Fatal(err)
		}
		for whole.Next(t.Context()) {
			if !rest.Next(t.Context()) {
				t.Fatalf("resumed after %d steps: ended at step %d: %s", at, rest.State().Iter, rest.State().Why.Text)
			}
			same(t, "a resumed run", whole.State(), rest.State())
		}
	}
}

func noAllocation(t *testing.T, s optim.Solver[float64]) {
	run, err := optim.Start(Valley(), start(), s, optim.MaxIter[float64](1<<40))
	if err != nil {
		t.Fatal(err)
	}
	ctx, taken := context.Background(), 0
	if n := testing.AllocsPerRun(10, func() {
		if run.State().Why.Status == optim.Running && run.State().GradNorm > 1e-6 && run.Next(ctx) {
			taken++
		}
	}); n != 0 {
		t.Errorf("a step allocates %v times", n)
	}
	if taken < 3 {
		t.Errorf("only %d steps could be measured", taken)
	}
}

func converges(t *testing.T, s optim.Solver[float64]) {
	run := begin(t, Bowl(), s, 100000)
	before := run.State().F
	for run.Next(t.Context()) {
	}
	if r := run.Result(); !(r.F <= 1e-4*before) {
		t.Errorf("on a quadratic the value went from %v only to %v (%s)", before, r.F, r.Text)
	}
}

// notFinite spoils one call after another and all that follow it.
func notFinite(t *testing.T, make func() optim.Solver[float64]) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, what := range []Fault{Value, Gradient, Product, Residual} {
			for call := 1; call < 40; call++ {
				p, hit := Spoil(Valley(), what, bad, call, true)
				run, err := optim.Minimize(t.Context(), p, start(), make(), optim.GradTol[float64](1e-8), optim.MaxIter[float64](100))
				if err != nil || !*hit {
					continue
				}
				r := run.Result()
				if v := optim.Judge(&p, r.X, 1e-8); optim.Success(r.Status, v) {
					t.Errorf("%v %s from call %d on: claims success: %s; %s", bad, what, call, r.Text, v.Text)
				}
			}
		}
	}
}

// handsOff checks that Update writes to its step and its rate alone.
func handsOff(t *testing.T, rule optim.Rule[float64]) {
	p := Valley()
	if err := rule.Init(&p); err != nil {
		t.Fatal(err)
	}
	s := optim.State[float64]{X: start(), G: []float64{3, -2, 1, 0.5}, F: 7, GradNorm: 4, Evals: 9, Fresh: true}
	for s.Iter = range 5 {
		s.Step = 1
		u := slices.Clone(s.G)
		rule.Update(u, &s)
		if !slices.Equal(s.X, start()) || !slices.Equal(s.G, []float64{3, -2, 1, 0.5}) ||
			s.F != 7 || s.GradNorm != 4 || s.Evals != 9 || !s.Fresh || s.Why.Status != optim.Running {
			t.Fatalf("Update changed the state: %+v", s)
		}
		if !(s.Step > 0) {
			t.Errorf("Update left the rate %v in the state", s.Step)
		}
		if s.Iter == 0 && !(u[0]*s.G[0]+u[1]*s.G[1]+u[2]*s.G[2]+u[3]*s.G[3] < 0) {
			t.Errorf("the first step %v does not go downhill from the gradient %v", u, s.G)
		}
	}
}

// factor checks that a schedule reaches the rate: half the factor, half the
// first step.
func factor(t *testing.T, make func() optim.Rule[float64]) {
	step := func(factor float64) (u []float64, rate float64) {
		rule, p := make(), Valley()
		if err := rule.Init(&p); err != nil {
			t.Fatal(err)
		}
		s := optim.State[float64]{X: start(), G: []float64{3, -2, 1, 0.5}, Step: factor, Fresh: true}
		u = slices.Clone(s.G)
		rule.Update(u, &s)
		return u, s.Step
	}
	u, rate := step(1)
	half, halved := step(0.5)
	for i := range u {
		if math.Abs(half[i]-u[i]/2) > 1e-12*math.Abs(u[i]) || math.Abs(halved-rate/2) > 1e-12*rate {
			t.Fatalf("a schedule that halves the rate %v makes it %v, and the step %v becomes %v", rate, halved, u, half)
		}
	}
}
