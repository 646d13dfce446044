package optim

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"descent/param"
)

// fitted is the least squares problem of y ≈ model(b, x) with its derivatives
// by parameter.
func fitted[T Float](x, y []float64, n int, model func(b []T, x float64) (float64, []float64)) Problem[T] {
	m := len(x)
	r := &Residuals[T]{Len: m, Scale: 2,
		Eval: func(b, r []T) error {
			for i := range r {
				v, _ := model(b, x[i])
				r[i] = T(v - y[i])
			}
			return nil
		},
		Jac: func(b, jac []T) error {
			for i := range m {
				_, d := model(b, x[i])
				for j, v := range d {
					jac[j*m+i] = T(v)
				}
			}
			return nil
		},
	}
	buf, cols := make([]T, m), make([]T, m*n)
	return Problem[T]{Dim: n, Resid: r, Eval: func(b, g []T) (float64, error) {
		_, _ = r.Eval(b, buf), r.Jac(b, cols)
		for j := range g {
			g[j] = 0
			for i, v := range buf {
				g[j] += T(r.Scale) * v * cols[j*m+i]
			}
		}
		return 0.5 * r.Scale * sumSquares(buf), nil
	}}
}

var tenPoints = []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}

func valuesOf(f func(float64) float64) []float64 {
	y := make([]float64, len(tenPoints))
	for i, x := range tenPoints {
		y[i] = f(x)
	}
	return y
}

// decayTo is b₁·exp(−b₂·x) + b₃.
func decayTo[T Float](b []T, x float64) (float64, []float64) {
	e := math.Exp(-float64(b[1]) * x)
	return float64(b[0])*e + float64(b[2]), []float64{e, -float64(b[0]) * x * e, 1}
}

func TestLevenbergMarquardtAgreesWithEval(t *testing.T) {
	y := valuesOf(func(x float64) float64 { return 3*math.Exp(-0.7*x) + 1 + 0.01*math.Sin(5*x) })
	p := fitted(tenPoints, y, 3, decayTo[float64])
	run, err := Start(p, []float64{1, 1, 0}, &LevenbergMarquardt[float64]{}, MaxIter[float64](100))
	if err != nil {
		t.Fatal(err)
	}
	g := make([]float64, 3)
	for s := range run.All(t.Context()) {
		f, _ := p.Eval(s.X, g)
		if math.Abs(f-s.F) > 1e-14*f || !s.Fresh {
			t.Errorf("step %d: state has value %g, Eval %g", s.Iter, s.F, f)
		}
		for i := range g {
			if math.Abs(g[i]-s.G[i]) > 1e-12*(1+math.Abs(g[i])) {
				t.Errorf("step %d: state has gradient %g, Eval %g", s.Iter, s.G, g)
			}
		}
	}
	if got := run.Result(); got.Status != Converged || !strings.Contains(got.Text, "orthogonal") || got.GradNorm > 1e-8 {
		t.Errorf("%s: %s", got.Status, got.Text)
	}
}

// TestLevenbergMarquardtFromJVP takes the Jacobian column by column; the path
// must be the same.
func TestLevenbergMarquardtFromJVP(t *testing.T) {
	y := valuesOf(func(x float64) float64 { return 3*math.Exp(-0.7*x) + 1 + 0.01*math.Sin(5*x) })
	p := fitted(tenPoints, y, 3, decayTo[float64])
	want, _ := Minimize(t.Context(), p, []float64{1, 1, 0}, &LevenbergMarquardt[float64]{}, MaxIter[float64](100))
	q := p
	resid, jac := *p.Resid, make([]float64, 30)
	resid.Jac = nil
	resid.JVP = func(x, v, out []float64) error {
		clear(out)
		_ = p.Resid.Jac(x, jac)
		for j, e := range v {
			for i := range out {
				out[i] += e * jac[j*10+i]
			}
		}
		return nil
	}
	q.Resid = &resid
	got, err := Minimize(t.Context(), q, []float64{1, 1, 0}, &LevenbergMarquardt[float64]{}, MaxIter[float64](100))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Result().X, want.Result().X) {
		t.Errorf("by JVP %v, by Jac %v", got.Result().X, want.Result().X)
	}
}

func TestLevenbergMarquardtExactFit(t *testing.T) {
	y := valuesOf(func(x float64) float64 { return 3*math.Exp(-0.7*x) + 1 })
	run, err := Minimize(t.Context(), fitted(tenPoints, y, 3, decayTo[float64]), []float64{1, 0.3, 0}, &LevenbergMarquardt[float64]{}, MaxIter[float64](100))
	if err != nil {
		t.Fatal(err)
	}
	got := run.Result()
	if got.Status != Converged {
		t.Errorf("%s: %s", got.Status, got.Text)
	}
	for i, want := range []float64{3, 0.7, 1} {
		if math.Abs(got.X[i]-want) > 1e-12 {
			t.Errorf("b%d = %.16g, want %g", i+1, got.X[i], want)
		}
	}
}

func TestLevenbergMarquardtSinglePrecision(t *testing.T) {
	y := valuesOf(func(x float64) float64 { return 3*math.Exp(-0.7*x) + 1 + 0.01*math.Sin(5*x) })
	want, _ := Minimize(t.Context(), fitted(tenPoints, y, 3, decayTo[float64]), []float64{1, 1, 0}, &LevenbergMarquardt[float64]{}, MaxIter[float64](100))
	run, err := Minimize(t.Context(), fitted(tenPoints, y, 3, decayTo[float32]), []float32{1, 1, 0}, &LevenbergMarquardt[float32]{}, MaxIter[float32](100))
	if err != nil {
		t.Fatal(err)
	}
	got := run.Result()
	if got.Status != Converged {
		t.Errorf("%s: %s", got.Status, got.Text)
	}
	for i, w := range want.Result().X {
		if math.Abs(float64(got.X[i])-w) > 1e-4 {
			t.Errorf("b%d = %g, in double precision %g", i+1, got.X[i], w)
		}
	}
}

// TestLevenbergMarquardtRedundantParameters fits b₁·b₂·x, which has a line of
// minima.
func TestLevenbergMarquardtRedundantParameters(t *testing.T) {
	model := func(b []float64, x float64) (float64, []float64) {
		return b[0] * b[1] * x, []float64{b[1] * x, b[0] * x}
	}
	y := valuesOf(func(x float64) float64 { return 6*x + math.Sin(3*x) })
	run, err := Minimize(t.Context(), fitted(tenPoints, y, 2, model), []float64{1, 1}, &LevenbergMarquardt[float64]{}, MaxIter[float64](100))
	if err != nil {
		t.Fatal(err)
	}
	got := run.Result()
	if got.Status != Converged || !strings.Contains(got.Text, "1 of 2 are free") {
		t.Errorf("%s: %s", got.Status, got.Text)
	}
}

// TestLevenbergMarquardtFewerRowsThanParameters has more parameters than data.
func TestLevenbergMarquardtFewerRowsThanParameters(t *testing.T) {
	y := valuesOf(func(x float64) float64 { return 3*math.Exp(-0.7*x) + 1 })
	run, err := Minimize(t.Context(), fitted(tenPoints[:2], y[:2], 3, decayTo[float64]), []float64{1, 0.3, 0}, &LevenbergMarquardt[float64]{}, MaxIter[float64](100))
	if err != nil {
		t.Fatal(err)
	}
	if got := run.Result(); got.Status != Converged || got.F > 1e-25 {
		t.Errorf("%s, value %g: %s", got.Status, got.F, got.Text)
	}
}

// TestLevenbergMarquardtNamesARunawayParameter fits b₁·(1 − exp(−b₂·x)), which
// rises, to data that fall: b₂ leaves for where it has no effect, slowly or at
// once, and the residual left there is no minimum.
func TestLevenbergMarquardtNamesARunawayParameter(t *testing.T) {
	model := func(b []float64, x float64) (float64, []float64) {
		e := math.Exp(-b[1] * (x + 1))
		return b[0] * (1 - e), []float64{1 - e, b[0] * (x + 1) * e}
	}
	y := valuesOf(func(x float64) float64 { return 10 + 5*math.Exp(-x) })
	p := fitted(tenPoints, y, 2, model)
	p.Blocks = []param.Block{{Name: "top"}, {Name: "rate", Offset: 1}}
	for _, start := range []float64{0.1, 1, 5, 15, 100} {
		run, err := Minimize(t.Context(), p, []float64{1, start}, &LevenbergMarquardt[float64]{}, MaxIter[float64](500))
		if err != nil {
			t.Fatal(err)
		}
		if got := run.Result(); got.Status != NoProgress || !strings.Contains(got.Text, "rate ran off") {
			t.Errorf("from %g: %s: %s", start, got.Status, got.Text)
		}
	}
}

func TestLevenbergMarquardtRefuses(t *testing.T) {
	y := valuesOf(math.Sqrt)
	good := fitted(tenPoints, y, 3, decayTo[float64])
	change := func(f func(p *Problem[float64], r *Residuals[float64])) Problem[float64] {
		p, r := good, *good.Resid
		p.Resid = &r
		f(&p, &r)
		return p
	}
	for name, p := range map[string]Problem[float64]{
		"no residuals":   change(func(p *Problem[float64], _ *Residuals[float64]) { p.Resid = nil }),
		"no derivative":  change(func(_ *Problem[float64], r *Residuals[float64]) { r.Jac = nil }),
		"no scale":       change(func(_ *Problem[float64], r *Residuals[float64]) { r.Scale = 0 }),
		"other scale":    change(func(_ *Problem[float64], r *Residuals[float64]) { r.Scale = 1 }),
		"batches":        change(func(p *Problem[float64], _ *Residuals[float64]) { p.Draw = func(int) error { return nil } }),
		"no rows at all": change(func(_ *Problem[float64], r *Residuals[float64]) { r.Len = 0 }),
	} {
		if _, err := Start(p, []float64{1, 1, 0}, &LevenbergMarquardt[float64]{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Start(good, []float64{1, 1, 0}, &LevenbergMarquardt[float64]{Tol: 2}); err == nil {
		t.Error("a tolerance of 2 was taken")
	}
}

// TestLevenbergMarquardtSurvivesBadValues makes the residuals or the Jacobian
// NaN or Inf at one call or from one on.
func TestLevenbergMarquardtSurvivesBadValues(t *testing.T) {
	y := valuesOf(func(x float64) float64 { return 3*math.Exp(-0.7*x) + 1 + 0.01*math.Sin(5*x) })
	sound := fitted(tenPoints, y, 3, decayTo[float64])
	best, _ := Minimize(context.Background(), sound, []float64{1, 1, 0}, &LevenbergMarquardt[float64]{}, MaxIter[float64](100))
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(1, 30).Draw(t, "call")
		forever := rapid.Bool().Draw(t, "forever")
		value := rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}).Draw(t, "value")
		calls := 0
		spoil := func(out []float64) {
			if calls++; calls == at || forever && calls > at {
				out[calls%len(out)] = value
			}
		}
		p, r := sound, *sound.Resid
		r.Eval = func(b, out []float64) error {
			err := sound.Resid.Eval(b, out)
			spoil(out)
			return err
		}
		r.Jac = func(b, out []float64) error {
			err := sound.Resid.Jac(b, out)
			spoil(out)
			return err
		}
		p.Resid = &r
		run, err := Minimize(context.Background(), p, []float64{1, 1, 0}, &LevenbergMarquardt[float64]{}, MaxIter[float64](100))
		if err != nil {
			return // refused at the start
		}
		if got := run.Result(); got.Status == Converged && (forever && calls > at || math.Abs(got.F-best.Result().F) > 1e-9) {
			t.Fatalf("success claimed at %v: %s", got.X, got.Text)
		}
	})
}

func TestLevenbergMarquardtAllocatesNothing(t *testing.T) {
	set := readNIST(t)["MGH10"]
	run, err := Start(set.problem(), set.starts[0], &LevenbergMarquardt[float64]{}, MaxIter[float64](1000))
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { run.Next(context.Background()) }); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

func TestLevenbergMarquardtResumes(t *testing.T) {
	set := readNIST(t)["MGH09"]
	whole, _ := Minimize(t.Context(), set.problem(), set.starts[0], &LevenbergMarquardt[float64]{}, MaxIter[float64](30))
	half, _ := Minimize(t.Context(), set.problem(), set.starts[0], &LevenbergMarquardt[float64]{}, MaxIter[float64](11))
	saved := map[string][]float64{}
	half.Buffers(func(name string, b []float64) bool {
		saved[name] = slices.Clone(b)
		return true
	})
	resumed, err := Resume(set.problem(), 11, &LevenbergMarquardt[float64]{}, func(name string, b []float64) error {
		copy(b, saved[name])
		return nil
	}, MaxIter[float64](30))
	if err != nil {
		t.Fatal(err)
	}
	for resumed.Next(t.Context()) {
	}
	if !slices.Equal(whole.State().X, resumed.State().X) {
		t.Errorf("%v after a resume, %v without", resumed.State().X, whole.State().X)
	}
}
