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
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"descent/optim"
)

// A Check is one demand on a method.
type Check struct {
	Name string
	Run  func() error
}

// An Exception is a demand that a rule is not held to, as its paper has it
// otherwise.
type Exception string

const (
	// Bent is for rules whose step is no multiple of the rate, such as MADGRAD,
	// which takes a root of it: half the rate must only make the first step
	// shorter, by a fifth at least, and leave about its direction.
	Bent Exception = "the step is no multiple of the rate"
	// LooksAround is for rules whose first step may be zero.
	LooksAround Exception = "the first step may be zero"
)

// Rule runs the suite on the rule that make returns, a new one at each call,
// with a rate that suits functions of curvature 1 to 10.
func Rule(t *testing.T, make func() optim.Rule[float64], except ...Exception) {
	t.Helper()
	run(t, RuleChecks(make, except...))
}

// Solver runs the suite on the solver that make returns, a new one at each
// call. Its problems offer all that a problem can: HVP, residuals, blocks.
func Solver(t *testing.T, make func() optim.Solver[float64]) {
	t.Helper()
	run(t, SolverChecks(make))
}

func run(t *testing.T, checks []Check) {
	for _, c := range checks {
		t.Run(c.Name, func(t *testing.T) {
			if err := c.Run(); err != nil {
				t.Error(err)
			}
		})
	}
}

// RuleChecks are the checks of Rule, one by one.
func RuleChecks(make func() optim.Rule[float64], except ...Exception) []Check {
	solver := func() optim.Solver[float64] { return &optim.FirstOrder[float64]{Rule: make()} }
	return append([]Check{
		{"HandsOff", func() error { return handsOff(make(), slices.Contains(except, LooksAround)) }},
		{"Factor", func() error { return factor(make, slices.Contains(except, Bent)) }},
	}, SolverChecks(solver)...)
}

// SolverChecks are the checks of Solver, one by one.
func SolverChecks(make func() optim.Solver[float64]) []Check {
	return []Check{
		{"Determinism", func() error { return determinism(make) }},
		{"Resume", func() error { return resume(make) }},
		{"NoAllocation", func() error { return noAllocation(make()) }},
		{"Converges", func() error { return converges(make()) }},
		{"NotFinite", func() error { return notFinite(make) }},
	}
}

// start is where all runs of the suite begin.
func start() []float64 { return []float64{-1.2, 1, 0.8, -0.5} }

// begin starts a run that n steps bound and that a gradient of 1e-10 ends.
func begin(p optim.Problem[float64], s optim.Solver[float64], n int) (*optim.Run[float64], error) {
	return optim.Start(p, start(), s, optim.GradTol[float64](1e-10), optim.MaxIter[float64](n))
}

// same is an error where two runs are not at the same point to the last bit.
func same(what string, a, b *optim.State[float64]) error {
	bits := func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }
	if a.Iter == b.Iter && bits(a.F, b.F) && bits(a.Step, b.Step) && slices.EqualFunc(a.X, b.X, bits) && slices.EqualFunc(a.G, b.G, bits) {
		return nil
	}
	return fmt.Errorf("%s: step %d is at %v with value %v, rate %v; step %d at %v with value %v, rate %v",
		what, a.Iter, a.X, a.F, a.Step, b.Iter, b.X, b.F, b.Step)
}

// together steps two runs until the first ends and compares each point.
func together(what string, a, b *optim.Run[float64]) error {
	ctx := context.Background()
	for a.Next(ctx) {
		if !b.Next(ctx) {
			return fmt.Errorf("%s: one run took step %d, the other ended: %s", what, a.State().Iter, b.State().Why.Text)
		}
		if err := same(what, a.State(), b.State()); err != nil {
			return err
		}
	}
	return nil
}

func determinism(make func() optim.Solver[float64]) error {
	reused := make()
	first, err := begin(Valley(), reused, 60)
	if err != nil {
		return err
	}
	second, err := begin(Valley(), make(), 60)
	if err != nil {
		return err
	}
	if err := together("two runs", first, second); err != nil {
		return err
	}
	again, err := begin(Valley(), reused, 60)
	if err != nil {
		return err
	}
	for again.Next(context.Background()) {
	}
	return same("a solver used twice", again.State(), first.State())
}

// resume saves a run at several steps and goes on from there with another
// solver.
func resume(make func() optim.Solver[float64]) error {
	if _, ok := make().(optim.Buffered[float64]); !ok {
		return errors.New("the solver has no Buffers, so its runs cannot be continued")
	}
	for _, at := range []int{0, 1, 2, 5, 13} {
		whole, err := begin(Valley(), make(), at+20)
		if err != nil {
			return err
		}
		for whole.State().Iter < at && whole.Next(context.Background()) {
		}
		saved, twice := map[string][]float64{}, ""
		whole.Buffers(func(name string, b []float64) bool {
			if _, had := saved[name]; had {
				twice = name
			}
			saved[name] = slices.Clone(b)
			return true
		})
		if twice != "" {
			return fmt.Errorf("two buffers have the name %q", twice)
		}
		load := func(name string, b []float64) error { copy(b, saved[name]); return nil }
		rest, err := optim.Resume(Valley(), whole.State().Iter, make(), load, optim.GradTol[float64](1e-10), optim.MaxIter[float64](at+20))
		if err != nil {
			return err
		}
		if err := together(fmt.Sprintf("a run resumed after %d steps", at), whole, rest); err != nil {
			return err
		}
	}
	return nil
}

func noAllocation(s optim.Solver[float64]) error {
	run, err := optim.Start(Valley(), start(), s, optim.MaxIter[float64](1<<40))
	if err != nil {
		return err
	}
	// One run of all steps but the first: a mean over runs is rounded down, and
	// would not see what happens in every tenth step.
	ctx, taken, limit := context.Background(), 0, 1
	n := testing.AllocsPerRun(1, func() {
		for range limit {
			if s := run.State(); s.Why.Status != optim.Running || s.GradNorm <= 1e-6 || !run.Next(ctx) {
				break
			}
			taken++
		}
		limit = 100
	})
	if n != 0 || taken < 3 {
		return fmt.Errorf("%d steps allocated %v times", taken, n)
	}
	return nil
}

func converges(s optim.Solver[float64]) error {
	run, err := begin(Bowl(), s, 100000)
	if err != nil {
		return err
	}
	before := run.State().F
	for run.Next(context.Background()) {
	}
	if r := run.Result(); !(r.F <= 1e-4*before) {
		return fmt.Errorf("on a quadratic the value went from %v only to %v (%s)", before, r.F, r.Text)
	}
	return nil
}

// notFinite spoils one call after another and all that follow it.
func notFinite(make func() optim.Solver[float64]) error {
	bads := []float64{math.NaN(), math.Inf(1), math.Inf(-1)}
	for i, what := range Faults() {
		for call := 1; call < 40; call++ {
			bad := bads[(call+i)%len(bads)]
			p, hit := Spoil(Valley(), what, bad, call, true)
			run, err := optim.Minimize(context.Background(), p, start(), make(), optim.GradTol[float64](1e-8), optim.MaxIter[float64](100))
			if err != nil || !*hit {
				continue
			}
			r := run.Result()
			if v := optim.Judge(&p, r.X, 1e-8); optim.Success(r.Status, v) {
				return fmt.Errorf("%v as %s from call %d on: success is claimed: %s; %s", bad, what, call, r.Text, v.Text)
			}
		}
	}
	return nil
}

// handsOff checks that Update writes to its step and its rate alone, and that the
// first step goes downhill.
func handsOff(rule optim.Rule[float64], looksAround bool) error {
	p := Valley()
	if err := rule.Init(&p); err != nil {
		return err
	}
	g := []float64{3, -2, 1, 0.5}
	s := optim.State[float64]{X: start(), G: slices.Clone(g), F: 7, GradNorm: 4, Evals: 9, Fresh: true}
	for s.Iter = range 5 {
		s.Step = 1
		u := slices.Clone(g)
		rule.Update(u, &s)
		if !slices.Equal(s.X, start()) || !slices.Equal(s.G, g) || s.F != 7 || s.GradNorm != 4 || s.Evals != 9 || !s.Fresh || s.Why.Status != optim.Running {
			return fmt.Errorf("a call of Update changed the state: %+v", s)
		}
		if !(s.Step > 0) {
			return fmt.Errorf("a call of Update left the rate %v in the state", s.Step)
		}
		if s.Iter == 0 && !(dot(u, g) < 0) && !(looksAround && dot(u, u) == 0) {
			return fmt.Errorf("the first step %v does not go downhill from the gradient %v", u, g)
		}
	}
	return nil
}

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// factor checks that a schedule reaches the rate: half the factor, half the
// rate, and half the first step, but for rounding.
func factor(make func() optim.Rule[float64], bent bool) error {
	step := func(factor float64) (u []float64, rate float64, err error) {
		rule, p := make(), Valley()
		if err := rule.Init(&p); err != nil {
			return nil, 0, err
		}
		s := optim.State[float64]{X: start(), G: []float64{3, -2, 1, 0.5}, Step: factor, Fresh: true}
		u = slices.Clone(s.G)
		rule.Update(u, &s)
		return u, s.Step, nil
	}
	u, rate, err := step(1)
	if err != nil {
		return err
	}
	half, halved, err := step(0.5)
	if err != nil {
		return err
	}
	long, short := math.Sqrt(dot(u, u)), math.Sqrt(dot(half, half))
	follows := short <= 0.8*long && dot(half, u) >= 0.9*long*short
	if !bent {
		follows = true
		for i, v := range half {
			follows = follows && math.Abs(v-u[i]/2) <= 1e-12*math.Abs(u[i])
		}
	}
	if math.Abs(halved-rate/2) > 1e-12*rate || !follows {
		return fmt.Errorf("a schedule that halves the rate %v makes it %v, and the step %v becomes %v", rate, halved, u, half)
	}
	return nil
}
