package optim

import (
	"slices"
	"testing"

	"descent/param"
)

func named(name string) func(param.Block) bool {
	return func(b param.Block) bool { return b.Name == name }
}

// What is frozen stays, with rules that decay or make noise too, and the rest
// goes to the minimum of the function of the rest.
func TestFreeze(t *testing.T) {
	p := bowl()
	p.Blocks = []param.Block{{Name: "x", Shape: []int{1}}, {Name: "y", Shape: []int{1}, Offset: 1}}
	p.HVP = func(_, v, out []float64) error {
		out[0], out[1] = 2*v[0]+v[1], v[0]+2*v[1]
		return nil
	}
	frozen, err := Freeze(p, []float64{3, -2}, named("y"))
	if err != nil {
		t.Fatal(err)
	}
	rule := &Noise[float64]{Rule: &WeightDecay[float64]{Rule: &Adam[float64]{Rate: 0.05}, Decay: 1e-6}, Eta: 1e-12}
	for _, solver := range []Solver[float64]{
		&LBFGS[float64]{}, &Newton[float64]{}, gd(0.1),
		&FirstOrder[float64]{Rule: &Frozen[float64]{Rule: rule, Match: named("y")}},
	} {
		run, err := Minimize(t.Context(), frozen, []float64{3, -2}, solver, GradTol[float64](1e-8), MaxIter[float64](2000))
		if err != nil {
			t.Fatal(err)
		}
		if x := run.State().X; x[1] != -2 || x[0] < 0.999 || x[0] > 1.001 { // 2x + y = 0
			t.Errorf("%T ended at %v", solver, x)
		}
	}
	if _, err := Freeze(p, []float64{3, -2}, named("z")); err == nil {
		t.Error("no block is called z")
	}
	if err := (&Frozen[float64]{Rule: &GD[float64]{}}).Init(&p); err == nil {
		t.Error("Frozen without a choice")
	}
	p.Resid = &Residuals[float64]{}
	if _, err := Freeze(p, []float64{3, -2}, named("y")); err == nil {
		t.Error("residuals")
	}
	if out := make([]float64, 2); frozen.HVP([]float64{1, 1}, []float64{1, 5}, out) != nil || !slices.Equal(out, []float64{2, 5}) {
		t.Errorf("H·v = %v", out)
	}
}
