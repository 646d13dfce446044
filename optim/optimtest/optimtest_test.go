package optimtest

import (
	"slices"
	"testing"

	"descent/optim"
)

// flawed is gradient descent with a flaw of choice.
type flawed struct {
	flaw string
	m    []float64
	keep []float64
}

var drift = 1.0 // what a rule must not have: a memory outside itself

func (r *flawed) Init(p *optim.Problem[float64]) error {
	r.m = make([]float64, p.Dim)
	return nil
}

func (r *flawed) Update(u []float64, s *optim.State[float64]) {
	rate := 0.05 * s.Step
	switch r.flaw {
	case "global state":
		drift *= 0.999
		rate *= drift
	case "deaf to schedules":
		rate = 0.05
	case "allocates":
		r.keep = slices.Clone(u)
	case "allocates now and then":
		if s.Iter%10 == 5 {
			r.keep = slices.Clone(u)
		}
	case "moves the point":
		s.X[0]++
	case "climbs":
		rate = -rate
	case "too slow":
		rate *= 1e-8
	}
	for i, g := range u {
		if r.flaw == "forgets a buffer" {
			r.m[i] = 0.5*r.m[i] + g
			g = r.m[i]
		}
		u[i] = -rate * g
	}
	s.Step = rate
}

func (r *flawed) Buffers(yield func(string, []float64) bool) {
	if r.flaw == "one name twice" {
		for range 2 {
			yield("m", r.m)
		}
	}
}

// The suite finds each flaw, with the check that is meant to.
func TestTheSuiteFindsFlaws(t *testing.T) {
	for flaw, by := range map[string]string{
		"":                       "",
		"global state":           "Determinism",
		"forgets a buffer":       "Resume",
		"one name twice":         "Resume",
		"deaf to schedules":      "Factor",
		"allocates":              "NoAllocation",
		"allocates now and then": "NoAllocation",
		"moves the point":        "HandsOff",
		"climbs":                 "HandsOff",
		"too slow":               "Converges",
	} {
		found := []string{}
		for _, c := range RuleChecks(func() optim.Rule[float64] { return &flawed{flaw: flaw} }) {
			if err := c.Run(); err != nil {
				found = append(found, c.Name)
			}
		}
		if flaw == "" && len(found) > 0 || flaw != "" && !slices.Contains(found, by) {
			t.Errorf("%q was found by %v, want %s", flaw, found, by)
		}
	}
}

// standing is a solver that takes no step, and has no buffers.
type standing struct{}

func (standing) Init(*optim.Problem[float64], *optim.State[float64]) error { return nil }
func (standing) Next(*optim.Problem[float64], *optim.State[float64]) error { return nil }

func TestTheSuiteFindsFlawedSolvers(t *testing.T) {
	for _, c := range SolverChecks(func() optim.Solver[float64] { return standing{} }) {
		if err := c.Run(); err == nil && (c.Name == "Resume" || c.Name == "Converges") {
			t.Errorf("%s passed a solver that stands still without buffers", c.Name)
		}
	}
}

func TestSpoil(t *testing.T) {
	for _, lasting := range []bool{false, true} {
		p, hit := Spoil(Valley(), Value, 1e300, 2, lasting)
		for call, want := range []bool{false, true, lasting} {
			f, err := p.Eval([]float64{1, 1, 1, 1}, nil)
			if err != nil || (f == 1e300) != want || *hit != (call > 0) {
				t.Errorf("lasting %v: call %d gave %v", lasting, call+1, f)
			}
		}
	}
}
