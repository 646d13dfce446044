package optim_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"descent/optim"
	"descent/optim/optimtest"
	"descent/param"
)

// valley is the valley of package optimtest in any element type. With batches
// each step sees it at another height.
func valley[T optim.Float](batches bool) optim.Problem[T] {
	v := optimtest.Valley()
	wide := func(x []T) []float64 {
		out := make([]float64, len(x))
		for i, e := range x {
			out[i] = float64(e)
		}
		return out
	}
	narrow := func(dst []T, x []float64) {
		for i, e := range x {
			dst[i] = T(e)
		}
	}
	height := 1.0
	p := optim.Problem[T]{Dim: v.Dim, Blocks: []param.Block{{Name: "a", Shape: []int{2, 2}}}}
	p.Eval = func(x, grad []T) (float64, error) {
		var g []float64
		if grad != nil {
			g = make([]float64, len(grad))
		}
		f, err := v.Eval(wide(x), g)
		for i := range g {
			g[i] *= height
		}
		narrow(grad, g)
		return height * f, err
	}
	if batches {
		p.Draw = func(step int) error { height = 1 + 0.1*float64(step%3); return nil }
		return p
	}
	p.HVP = func(x, d, out []T) error {
		o := make([]float64, len(out))
		err := v.HVP(wide(x), wide(d), o)
		narrow(out, o)
		return err
	}
	res := func(f func(x, d, out []float64) error) func(x, d, out []T) error {
		return func(x, d, out []T) error {
			o := make([]float64, len(out))
			err := f(wide(x), wide(d), o)
			narrow(out, o)
			return err
		}
	}
	r := v.Resid
	p.Resid = &optim.Residuals[T]{Len: r.Len, Scale: r.Scale, JVP: res(r.JVP), VJP: res(r.VJP),
		Eval: func(x, out []T) error {
			return res(func(x, _, o []float64) error { return r.Eval(x, o) })(x, nil, out)
		},
		Jac: func(x, out []T) error {
			return res(func(x, _, o []float64) error { return r.Jac(x, o) })(x, nil, out)
		},
	}
	return p
}

// A run that was saved at any step and went on elsewhere ends with the same
// bits, words and counts as one that was not: every method, both element types,
// full objectives and batches.
func TestEveryMethodGoesOnFromWhereItWasSaved(t *testing.T) {
	t.Run("float64", everyMethodGoesOn[float64])
	t.Run("float32", everyMethodGoesOn[float32])
}

func everyMethodGoesOn[T optim.Float](t *testing.T) {
	for _, m := range optim.Methods[T]() {
		for _, batches := range []bool{false, true} {
			if batches && !m.FirstOrder {
				continue
			}
			t.Run(fmt.Sprintf("%s/%t", m.Name, batches), func(t *testing.T) { goesOn(t, m, batches) })
		}
	}
}

func goesOn[T optim.Float](t *testing.T, m optim.Method[T], batches bool) {
	const limit = 60
	stops := func() []optim.Stop[T] {
		return []optim.Stop[T]{optim.GradTol[T](1e-9), optim.MaxIter[T](limit), optim.Stall[T](3)}
	}
	solver := func() optim.Solver[T] {
		s, err := m.NewSolver(nil)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	start := []T{-1.2, 1, 0.8, -0.5}
	ctx := context.Background()
	run, err := optim.Start(valley[T](batches), start, solver(), stops()...)
	if err != nil {
		t.Logf("refuses: %v", err)
		return
	}
	type saved map[string][]T
	var at []saved
	save := func() {
		b := saved{}
		run.Buffers(func(name string, v []T) bool { b[name] = slices.Clone(v); return true })
		at = append(at, b)
	}
	save()
	for run.Next(ctx) {
		save()
	}
	want := run.Result()
	for _, k := range []int{0, 1, 2, 3, 7, 20, 40, len(at) - 2} {
		if k < 0 || k > len(at)-2 {
			continue
		}
		load := func(name string, b []T) error {
			if len(at[k][name]) != len(b) {
				return fmt.Errorf("%s: %d numbers saved, %d wanted", name, len(at[k][name]), len(b))
			}
			copy(b, at[k][name])
			return nil
		}
		rest, err := optim.Resume(valley[T](batches), k, solver(), load, stops()...)
		if err != nil {
			t.Fatalf("after %d steps: %v", k, err)
		}
		for rest.Next(ctx) {
		}
		got := rest.Result()
		if m.Squares && got.Evals == want.Evals+1 {
			got.Evals = want.Evals // the residuals were measured again
		}
		if !slices.Equal(got.X, want.X) || got.F != want.F || got.Iter != want.Iter || got.Evals != want.Evals || got.Text != want.Text || rest.State().Step != run.State().Step {
			t.Fatalf("saved after %d steps: %v at %v, %v, %d steps, %d evaluations, %s\nwant %v, %v, %d steps, %d evaluations, %s", k,
				got.Status, got.X, got.F, got.Iter, got.Evals, got.Text, want.X, want.F, want.Iter, want.Evals, want.Text)
		}
	}
}
