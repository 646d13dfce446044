package optim

import (
	"math"
	"strings"
	"testing"

	"descent/param"
)

// The conventions that programs differ in under one name, pinned by a first
// step or two that a person can check.

func firstSteps(t *testing.T, rule Rule[float64], gradients ...[]float64) []float64 {
	t.Helper()
	p := given(len(gradients[0]), func(step int, g []float64) { copy(g, gradients[min(step, len(gradients)-1)]) })
	p.Blocks = []param.Block{{Name: "w", Shape: []int{1, len(gradients[0])}}}
	x := make([]float64, len(gradients[0]))
	take(t, p, x, rule, len(gradients), func(s *State[float64]) { copy(x, s.X) })
	return x
}

func TestWhereEpsilonStands(t *testing.T) {
	const g = 3.0
	for name, c := range map[string]struct {
		rule Rule[float64]
		want float64
	}{
		"adagrad, outside":      {&Adagrad[float64]{Rate: 1, Eps: 0.5}, g / (math.Sqrt(g*g) + 0.5)},
		"adagrad, inside":       {&Adagrad[float64]{Rate: 1, Eps: 0.5, EpsInside: true}, g / math.Sqrt(g*g+0.5)},
		"rmsprop, outside":      {&RMSprop[float64]{Rate: 1, Rho: 0.75, Eps: 0.5}, g / (g/2 + 0.5)},
		"rmsprop, inside":       {&RMSprop[float64]{Rate: 1, Rho: 0.75, Eps: 0.5, EpsInside: true}, g / math.Sqrt(g*g/4+0.5)},
		"adam, corrected":       {&Adam[float64]{Rate: 1, Beta2: 0.75, Eps: 0.5}, g / (g + 0.5)},
		"adam, before":          {&Adam[float64]{Rate: 1, Beta2: 0.75, Eps: 0.5, EpsUncorrected: true}, g / (g + 1)},
		"adamax, in the max":    {&Adamax[float64]{Rate: 1, Eps: 0.5}, g / (g + 0.5)},
		"adamax, outside":       {&Adamax[float64]{Rate: 1, Eps: 0.5, EpsOutside: true}, g / (g + 0.5)},
		"adafactor, of no size": {&Adafactor[float64]{Rate: 1, Eps: 0.5}, 0.5},
	} {
		if got := -firstSteps(t, c.rule, []float64{g})[0]; math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: the first step is %v, want %v", name, got, c.want)
		}
	}
	// The two forms of Adamax part where the largest gradient lies behind.
	in := firstSteps(t, &Adamax[float64]{Rate: 1, Eps: 0.5}, []float64{8}, []float64{1})[0]
	out := firstSteps(t, &Adamax[float64]{Rate: 1, Eps: 0.5, EpsOutside: true}, []float64{8}, []float64{1})[0]
	if math.Abs(in-out) < 1e-6 {
		t.Errorf("adamax leads to %v wherever its ε stands", in)
	}
}

func TestAdagradStarts(t *testing.T) {
	zero := firstSteps(t, &Adagrad[float64]{Rate: 1}, []float64{2})[0]
	tenth := firstSteps(t, &Adagrad[float64]{Rate: 1, Initial: 0.1}, []float64{2})[0]
	if math.Abs(zero+1) > 1e-9 || math.Abs(tenth+2/math.Sqrt(4.1)) > 1e-9 {
		t.Errorf("the first steps are %v from 0 and %v from 0.1", zero, tenth)
	}
}

// Muon's momentum is an exponential average: after gradients e₁ and e₂ it is
// (β(1−β), 1−β) and not (β, 1), which differ once the look ahead adds the
// newest gradient with the weight 1−β.
func TestMuonAverages(t *testing.T) {
	const beta = 0.5
	x := firstSteps(t, &Muon[float64]{Rate: 1, Beta: beta, Decay: 1e-300, Eps: 1e-20}, []float64{1, 0}, []float64{0, 1})
	first := firstSteps(t, &Muon[float64]{Rate: 1, Beta: beta, Decay: 1e-300, Eps: 1e-20}, []float64{1, 0})
	dx, dy := x[0]-first[0], x[1]-first[1]
	// β·m + (1−β)·g with m = (¼, ½) and g = (0, 1): direction (1/8, 3/4).
	if math.Abs(dy/dx-6) > 1e-9 {
		t.Errorf("the second step is (%v, %v), want the direction (1, 6)", dx, dy)
	}
}

// Gradients that vanish leave no denormal numbers behind in any buffer of any
// rule, in single precision, where they would slow each later step.
func TestNoDenormalsRemain(t *testing.T) {
	for _, m := range Methods[float32]() {
		if m.rule == nil || m.Family == "Rates found on the way" || m.Family == "Averages of the path" {
			continue // their memory is of points and sums
		}
		rule, err := m.NewRule(nil)
		if err != nil {
			t.Fatal(err)
		}
		p := Problem[float32]{Dim: 4, Blocks: []param.Block{{Name: "w", Shape: []int{2, 2}}}, Eval: func([]float32, []float32) (float64, error) { return 0, nil }}
		if err := rule.Init(&p); err != nil {
			t.Fatal(m.Name, err)
		}
		s := State[float32]{X: []float32{1, 1, 1, 1}, G: make([]float32, 4)}
		for s.Iter = range 3000 {
			u := make([]float32, 4)
			if s.Iter < 3 {
				u = []float32{1e-10, 1, -1e-15, 1e-18}
			}
			s.Step = 1
			rule.Update(u, &s)
		}
		rule.Buffers(func(name string, b []float32) bool {
			for _, v := range b {
				if v != 0 && math.Abs(float64(v)) < 0x1p-126 {
					t.Errorf("%s: %s still holds the denormal %v", m.Name, name, v)
				}
			}
			return true
		})
	}
}

func TestByBlock(t *testing.T) {
	p := diagonal([]float64{1, 1, 1, 1})
	p.Blocks = []param.Block{{Name: "bias", Shape: []int{1}, Offset: 1}, {Name: "w", Shape: []int{2}, Offset: 2}}
	named := func(name string) func(param.Block) bool {
		return func(b param.Block) bool { return b.Name == name }
	}
	rule := &ByBlock[float64]{Groups: []Group[float64]{
		{Match: named("bias")}, // stands still
		{Match: named("w"), Rule: &Momentum[float64]{Rate: 0.5}},
		{Rule: &GD[float64]{Rate: 0.25}}, // what has no name
	}}
	take(t, p, []float64{8, 8, 8, 8}, rule, 1, func(s *State[float64]) {
		near(t, "one step", s.X, []float64{6, 8, 4, 4}, 0)
		if s.Step != 0.5 {
			t.Errorf("the rate is %v, want that of the first group that moves", s.Step)
		}
	})
	for says, bad := range map[string]*ByBlock[float64]{
		"no group of ByBlock matches the block \"bias\"": {Groups: []Group[float64]{{Match: named("w")}, {Match: named("")}}},
		"positive rate": {Groups: []Group[float64]{{Rule: &GD[float64]{Rate: -1}}}},
	} {
		if _, err := Start(p, []float64{1, 1, 1, 1}, &FirstOrder[float64]{Rule: bad}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want …%s…", err, says)
		}
	}
	p.Blocks[1].Offset = 1
	if _, err := Start(p, []float64{1, 1, 1, 1}, &FirstOrder[float64]{Rule: &LAMB[float64]{}}); err == nil || !strings.Contains(err.Error(), `block "w" at 1`) {
		t.Errorf("blocks that overlap: %v", err)
	}
}
