package optim

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// quadratic is ½·xᵀH·x given by its product with H, with or without an HVP.
func quadratic[T Float](n int, product func(v, out []T), hvp bool) *Problem[T] {
	p := &Problem[T]{Dim: n, Eval: func(x, g []T) (float64, error) {
		if g == nil {
			g = make([]T, n)
		}
		product(x, g)
		f := 0.0
		for i, v := range x {
			f += 0.5 * float64(v) * float64(g[i])
		}
		return f, nil
	}}
	if hvp {
		p.HVP = func(_, v, out []T) error {
			product(v, out)
			return nil
		}
	}
	return p
}

// laplacian is the second difference matrix, with eigenvalues
// 2 − 2·cos(kπ/(n+1)), k = 1 … n.
func laplacian[T Float](v, out []T) {
	n := len(v)
	for i := range v {
		out[i] = 2 * v[i]
		if i > 0 {
			out[i] -= v[i-1]
		}
		if i < n-1 {
			out[i] -= v[i+1]
		}
	}
}

func TestExtremesOfTheLaplacian(t *testing.T) {
	for _, n := range []int{1, 2, 3, 50, 200} {
		for _, hvp := range []bool{true, false} {
			p := quadratic(n, laplacian[float64], hvp)
			x := make([]float64, n)
			for i := range x {
				x[i] = math.Sin(float64(i))
			}
			got, err := Extremes(p, x, Lanczos{Steps: n})
			if err != nil {
				t.Fatal(err)
			}
			low := 2 - 2*math.Cos(math.Pi/float64(n+1))
			high := 2 - 2*math.Cos(float64(n)*math.Pi/float64(n+1))
			if math.Abs(got.Max-high) > 1e-5 || math.Abs(got.Min-low) > 1e-5 {
				t.Errorf("n = %d, hvp %v: [%g, %g], want [%g, %g]", n, hvp, got.Min, got.Max, low, high)
			}
		}
	}
}

// TestExtremesErrorsHold checks on random spectra that some eigenvalue lies
// within each residual and that the vectors have the residuals that are claimed.
func TestExtremesErrorsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "n")
		eig := rapid.SliceOfN(rapid.Float64Range(-100, 100), n, n).Draw(t, "eig")
		u := make([]float64, n) // H = Q·diag(eig)·Q with the reflection Q = I − 2uuᵀ
		for i := range u {
			u[i] = math.Cos(float64(3 * i))
		}
		scaleTo(u, 1)
		p := quadratic(n, func(v, out []float64) {
			copy(out, v)
			reflection(out, u)
			for i := range out {
				out[i] *= eig[i]
			}
			reflection(out, u)
		}, true)
		steps := rapid.IntRange(1, 60).Draw(t, "steps")
		got, err := Extremes(p, make([]float64, n), Lanczos{Steps: steps})
		if err != nil {
			t.Fatal(err)
		}
		sorted := slices.Sorted(slices.Values(eig))
		tiny := 1e-11 * (math.Abs(sorted[0]) + math.Abs(sorted[n-1]))
		for _, end := range []struct {
			value, bound float64
			vector       []float64
		}{{got.Min, got.MinError, got.MinVector}, {got.Max, got.MaxError, got.MaxVector}} {
			if d := toNearest(sorted, end.value); d > end.bound+tiny {
				t.Errorf("nearest eigenvalue to %g is %g away, claimed %g", end.value, d, end.bound)
			}
			hv := make([]float64, n)
			_ = p.HVP(nil, end.vector, hv)
			r := 0.0
			for i := range hv {
				r += math.Pow(hv[i]-end.value*end.vector[i], 2)
			}
			if math.Sqrt(r) > end.bound+10*tiny {
				t.Errorf("residual %g, claimed %g", math.Sqrt(r), end.bound)
			}
		}
		if got.Min < sorted[0]-tiny || got.Max > sorted[n-1]+tiny {
			t.Errorf("[%g, %g] leaves the spectrum [%g, %g]", got.Min, got.Max, sorted[0], sorted[n-1])
		}
	})
}

func reflection(v, u []float64) {
	d := 0.0
	for i := range v {
		d += 2 * v[i] * u[i]
	}
	for i := range v {
		v[i] -= d * u[i]
	}
}

func scaleTo(v []float64, length float64) {
	s := 0.0
	for _, e := range v {
		s += e * e
	}
	for i := range v {
		v[i] *= length / math.Sqrt(s)
	}
}

func toNearest(eig []float64, v float64) float64 {
	best := math.Inf(1)
	for _, e := range eig {
		best = min(best, math.Abs(e-v))
	}
	return best
}

func TestExtremesSinglePrecisionByDifferences(t *testing.T) {
	p := quadratic(300, laplacian[float32], false)
	got, err := Extremes(p, make([]float32, 300), Lanczos{Tol: 1e-3})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(got.Max-4) > 0.01 || got.Min > 0.05 || got.Min < -0.01 {
		t.Errorf("[%g, %g], want [1e-4, 4]", got.Min, got.Max)
	}
}

func TestExtremesAreRepeatable(t *testing.T) {
	p := quadratic(90, laplacian[float64], false)
	x := make([]float64, 90)
	a, _ := Extremes(p, x, Lanczos{})
	b, _ := Extremes(p, x, Lanczos{})
	if a.Min != b.Min || a.Max != b.Max || !slices.Equal(a.MaxVector, b.MaxVector) {
		t.Error("two calls gave different bits")
	}
}

func TestExtremesOfZeroAndIdentity(t *testing.T) {
	for _, h := range []float64{0, 1, -3} {
		p := quadratic(40, func(v, out []float64) {
			for i := range v {
				out[i] = h * v[i]
			}
		}, true)
		got, err := Extremes(p, make([]float64, 40), Lanczos{})
		if err != nil || math.Abs(got.Min-h) > 1e-14 || math.Abs(got.Max-h) > 1e-14 || got.Products != 1 {
			t.Errorf("%g·I: %+v, %v", h, got, err)
		}
	}
}

func TestExtremesRefuseWhatIsNotFinite(t *testing.T) {
	broken := errors.New("broken")
	bad := []*Problem[float64]{
		quadratic(3, func(v, out []float64) { out[0], out[1], out[2] = math.NaN(), 0, 0 }, true),
		quadratic(3, func(v, out []float64) { out[0], out[1], out[2] = math.NaN(), 0, 0 }, false),
		{Dim: 3, Eval: func(x, g []float64) (float64, error) { return 0, broken }},
	}
	for i, p := range bad {
		if got, err := Extremes(p, make([]float64, 3), Lanczos{}); err == nil {
			t.Errorf("problem %d: no error but %+v", i, got)
		}
	}
	if _, err := Extremes(bad[0], make([]float64, 2), Lanczos{}); err == nil {
		t.Error("a point of the wrong length was taken")
	}
}

// TestHessianProductBacksOff measures curvature of log beside its pole, where
// a wide difference leaves the domain.
func TestHessianProductBacksOff(t *testing.T) {
	p := &Problem[float64]{Dim: 1, Eval: func(x, g []float64) (float64, error) {
		g[0] = 1 / math.Sqrt(x[0])
		return 2 * math.Sqrt(x[0]), nil
	}}
	out := []float64{0}
	if err := hessianProduct(p)([]float64{1e-6}, []float64{1}, out); err != nil {
		t.Fatal(err)
	}
	if want := -0.5 * math.Pow(1e-6, -1.5); math.Abs(out[0]/want-1) > 0.01 {
		t.Errorf("curvature %g, want %g", out[0], want)
	}
}
