package optim

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// On any quadratic with a Hessian of any condition up to 1e8 the verdict is
// that of the signs of its eigenvalues, whatever the units of the variables.
func TestVerdictOnQuadratics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "n")
		eig, units := make([]float64, n), make([]float64, n)
		negative := 0
		for i := range eig {
			eig[i] = math.Pow(10, rapid.Float64Range(-4, 4).Draw(t, "size"))
			units[i] = math.Pow(10, rapid.Float64Range(-3, 3).Draw(t, "unit"))
			if rapid.Bool().Draw(t, "negative") {
				eig[i] = -eig[i]
				negative++
			}
		}
		axis := make([]float64, n) // the Hessian is D·(I−2aaᵀ)·diag(eig)·(I−2aaᵀ)·D
		for i := range axis {
			axis[i] = rapid.Float64Range(-1, 1).Draw(t, "axis")
		}
		if norm(axis) < 1e-3 {
			axis[0] = 1
		}
		unit(axis)
		mul := func(v, out []float64) {
			y := make([]float64, n)
			for i := range y {
				y[i] = units[i] * v[i]
			}
			mirror(axis, y)
			for i := range y {
				y[i] *= eig[i]
			}
			mirror(axis, y)
			for i := range out {
				out[i] = units[i] * y[i]
			}
		}
		centre := make([]float64, n)
		for i := range centre {
			centre[i] = rapid.Float64Range(-3, 3).Draw(t, "centre")
		}
		p := Problem[float64]{
			Dim: n,
			Eval: func(x, g []float64) (float64, error) {
				d, hd := make([]float64, n), make([]float64, n)
				f := 0.0
				for i := range d {
					d[i] = x[i] - centre[i]
				}
				mul(d, hd)
				for i := range d {
					f += d[i] * hd[i] / 2
				}
				copy(g, hd)
				return f, nil
			},
			HVP: func(_, v, out []float64) error { mul(v, out); return nil },
		}
		want := Saddle
		switch negative {
		case 0:
			want = Minimum
		case n:
			want = Maximum
		}
		if got := Judge(&p, centre, 1e-8); got.Kind != want {
			t.Fatalf("%s: %s, want %s for eigenvalues %v in units %v", got.Kind, got.Text, want, eig, units)
		}
	})
}

// mirror takes y to (I − 2aaᵀ)·y.
func mirror(a, y []float64) {
	s := 0.0
	for i := range y {
		s += a[i] * y[i]
	}
	for i := range y {
		y[i] -= 2 * s * a[i]
	}
}

// Curvatures of any size are measured.
func TestVerdictOnHugeAndTinyCurvature(t *testing.T) {
	for _, size := range []float64{1e-250, 1e-100, 1, 1e100, 1e250} {
		p := Problem[float64]{Dim: 2,
			Eval: func(x, g []float64) (float64, error) {
				if g != nil {
					g[0], g[1] = size*(2*x[0]+x[1]), size*(x[0]+2*x[1])
				}
				return size * (x[0]*x[0] + x[0]*x[1] + x[1]*x[1]), nil
			},
			HVP: func(_, v, out []float64) error {
				out[0], out[1] = size*(2*v[0]+v[1]), size*(v[0]+2*v[1])
				return nil
			}}
		v := Judge(&p, []float64{0, 0}, 0)
		if v.Kind != Minimum || len(v.Eigenvalues) != 2 || math.Abs(v.Eigenvalues[0]/size-1) > 1e-12 || math.Abs(v.Eigenvalues[1]/size-3) > 1e-12 {
			t.Errorf("curvature %g: %s: %s, eigenvalues %v", size, v.Kind, v.Text, v.Eigenvalues)
		}
	}
}
