package optim_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"descent/optim"
	"descent/optim/optimtest"
)

// needed are the functions of a problem that a method may ask for, beside value
// and gradient, by what its row in the table says.
func needed(m optim.Method[float64]) []optimtest.Fault {
	faults := []optimtest.Fault{optimtest.Value, optimtest.Gradient}
	switch {
	case m.Squares:
		faults = []optimtest.Fault{optimtest.Value, optimtest.Residual, optimtest.Jacobian}
	case m.Lines:
		faults = append(faults, optimtest.Residual, optimtest.Jacobian)
	case m.Parts:
		faults = []optimtest.Fault{optimtest.Value, optimtest.Gradient, optimtest.Part}
	case m.Name == "newton" || m.Name == "newton-line" || m.Name == "sophia":
		faults = append(faults, optimtest.Product)
	}
	return faults
}

// Every method of the table, with every fault in what it asks for, at many calls
// and for once or from then on: a success is claimed only of a point that the
// sound problem confirms, and never while the fault lasts. A method that is
// refused on the sound problem, or never comes to a fault, fails the test.
func TestNoSuccessOnWhatIsNotFinite(t *testing.T) {
	bads := []float64{math.NaN(), math.Inf(1), math.Inf(-1)}
	for _, m := range optim.Methods[float64]() {
		problem, start := optimtest.Valley, []float64{-1.2, 1, 0.8, -0.5}
		if m.Lines {
			problem = optimtest.Deviations
		}
		sound, err := optim.Minimize(t.Context(), problem(), start, solver(t, m), optim.GradTol[float64](1e-8), optim.MaxIter[float64](300))
		if err != nil {
			t.Errorf("%s is refused: %v", m.Name, err)
			continue
		}
		best := sound.Result().F
		for _, what := range needed(m) {
			hits := 0
			for _, call := range []int{1, 2, 3, 4, 5, 7, 10, 15, 25, 40} {
				for k, bad := range bads {
					for _, lasting := range []bool{true, false} {
						if !lasting && k != call%len(bads) {
							continue // one kind for faults that pass
						}
						if inject(t, m, problem(), start, what, bad, call, lasting, best) {
							hits++
						}
					}
				}
			}
			if hits < 4 {
				t.Errorf("%s came to a fault in its %s %d times", m.Name, what, hits)
			}
		}
	}
}

// inject runs a method on a spoilt problem and reports whether it came to the
// fault.
func inject(t *testing.T, m optim.Method[float64], sound optim.Problem[float64], x []float64, what optimtest.Fault, bad float64, call int, lasting bool, best float64) bool {
	t.Helper()
	p, hit := optimtest.Spoil(sound, what, bad, call, lasting)
	run, err := optim.Minimize(t.Context(), p, x, solver(t, m), optim.GradTol[float64](1e-8), optim.Stall[float64](0), optim.MaxIter[float64](300))
	if err != nil {
		return *hit // refused, in words
	}
	r, spoilt := run.Result(), *hit // what only the verdict came to does not undo the run
	v := optim.Judge(&p, r.X, 1e-8)
	if optim.Success(r.Status, v) && *hit {
		confirm(t, m, &sound, r, v, what, bad, lasting && spoilt, best)
	}
	return spoilt
}

// confirm holds a success that is claimed in spite of a fault to the sound
// problem.
func confirm(t interface{ Errorf(string, ...any) }, m optim.Method[float64], sound *optim.Problem[float64], r optim.Result[float64], v optim.Verdict, what optimtest.Fault, bad float64, lasting bool, best float64) {
	if lasting && what != optimtest.Part {
		t.Errorf("%s claims success while the %s is %v: %s; %s", m.Name, what, bad, r.Text, v.Text)
		return
	}
	g := make([]float64, sound.Dim)
	f, err := sound.Eval(r.X, g)
	length := math.Sqrt(g[0]*g[0] + g[1]*g[1] + g[2]*g[2] + g[3]*g[3])
	if m.Lines {
		length = f - best // its gradient vanishes nowhere
	}
	if err != nil || f != r.F || !(length <= 1e-7) {
		t.Errorf("%s, with a %s that was %v, claims success at a point with value %v and gradient %v: %s; %s", m.Name, what, bad, f, g, r.Text, v.Text)
	}
}

// The same with any method, start and call.
func TestNoSuccessAnywhere(t *testing.T) {
	methods := optim.Methods[float64]()
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom(methods).Draw(t, "method")
		sound := rapid.SampledFrom([]func() optim.Problem[float64]{optimtest.Bowl, optimtest.Valley}).Draw(t, "problem")()
		if m.Lines {
			sound = optimtest.Deviations()
		}
		what := rapid.SampledFrom(needed(m)).Draw(t, "what")
		bad := rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}).Draw(t, "bad")
		lasting := rapid.Bool().Draw(t, "lasting")
		if rapid.Bool().Draw(t, "without HVP") && what != optimtest.Product {
			sound.HVP = nil
		}
		x := rapid.SliceOfN(rapid.Float64Range(-2, 2), 4, 4).Draw(t, "x")
		clean, err := optim.Minimize(t.Context(), sound, x, solver(t, m), optim.GradTol[float64](1e-8), optim.MaxIter[float64](3000))
		if err != nil {
			t.Fatalf("%s is refused: %v", m.Name, err)
		}
		p, hit := optimtest.Spoil(sound, what, bad, rapid.IntRange(1, 60).Draw(t, "call"), lasting)
		run, err := optim.Minimize(t.Context(), p, x, solver(t, m), optim.GradTol[float64](1e-8), optim.Stall[float64](0), optim.MaxIter[float64](3000))
		if err != nil {
			return // the run was refused, in words
		}
		r, spoilt := run.Result(), *hit
		if v := optim.Judge(&p, r.X, 1e-8); optim.Success(r.Status, v) && *hit {
			confirm(t, m, &sound, r, v, what, bad, lasting && spoilt, clean.Result().F)
		}
	})
}
