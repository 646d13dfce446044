package optimtest

import (
	"math"

	"descent/optim"
	"descent/param"
)

// squares is the least squares problem ½·|r|² of four residuals in four
// parameters, with everything that a Problem can offer: res stores r(x), jac
// its Jacobian by columns, and bend adds Σ rᵢ·∇²rᵢ·v to out.
func squares(res func(x, r []float64), jac func(x, j []float64), bend func(r, v, out []float64)) optim.Problem[float64] {
	const dim, n = 4, 4
	r, j, jv := make([]float64, n), make([]float64, n*dim), make([]float64, n)
	forward := func(j, v, out []float64) {
		clear(out)
		for c := range dim {
			for i := range n {
				out[i] += j[c*n+i] * v[c]
			}
		}
	}
	back := func(j, u, out []float64) {
		for c := range dim {
			out[c] = 0
			for i := range n {
				out[c] += j[c*n+i] * u[i]
			}
		}
	}
	return optim.Problem[float64]{
		Dim:    dim,
		Blocks: []param.Block{{Name: "a", Shape: []int{2}}, {Name: "b", Shape: []int{1, 2}, Offset: 2}},
		Eval: func(x, g []float64) (float64, error) {
			res(x, r)
			f := 0.0
			for _, v := range r {
				f += v * v / 2
			}
			if g != nil {
				jac(x, j)
				back(j, r, g)
			}
			return f, nil
		},
		HVP: func(x, v, out []float64) error {
			res(x, r)
			jac(x, j)
			forward(j, v, jv)
			back(j, jv, out)
			bend(r, v, out)
			return nil
		},
		Parts: &optim.Parts[float64]{Len: n, Eval: func(k int, x, g []float64) (float64, error) {
			res(x, r)
			jac(x, j)
			for c := range g {
				g[c] = n * r[k] * j[c*n+k]
			}
			return n * r[k] * r[k] / 2, nil
		}},
		Resid: &optim.Residuals[float64]{
			Len: n, Scale: 1,
			Eval: func(x, r []float64) error { res(x, r); return nil },
			Jac:  func(x, j []float64) error { jac(x, j); return nil },
			JVP:  func(x, v, out []float64) error { jac(x, j); forward(j, v, out); return nil },
			VJP:  func(x, u, out []float64) error { jac(x, j); back(j, u, out); return nil },
		},
	}
}

// Bowl is a quadratic in four variables with curvatures from 1 to 10 and
// minimum value 0.
func Bowl() optim.Problem[float64] {
	root := []float64{1, math.Sqrt2, math.Sqrt(5), math.Sqrt(10)} // the diagonal of J
	return squares(
		func(x, r []float64) {
			for i, v := range x {
				r[i] = root[i] * (v - 1)
			}
		},
		func(_, j []float64) {
			clear(j)
			for i, v := range root {
				j[i*4+i] = v
			}
		},
		func(_, _, _ []float64) {})
}

// Valley is a gentle relative of Rosenbrock's function in two pairs of
// variables, with curvatures of the order 1 to 10:
//
//	½·Σ (y − x²)² + (1 − x)²
func Valley() optim.Problem[float64] {
	return squares(
		func(x, r []float64) {
			r[0], r[1] = x[1]-x[0]*x[0], 1-x[0]
			r[2], r[3] = x[3]-x[2]*x[2], 1-x[2]
		},
		func(x, j []float64) {
			clear(j)
			j[0*4+0], j[1*4+0], j[0*4+1] = -2*x[0], 1, -1
			j[2*4+2], j[3*4+2], j[2*4+3] = -2*x[2], 1, -1
		},
		func(r, v, out []float64) {
			out[0] -= 2 * r[0] * v[0]
			out[2] -= 2 * r[2] * v[2]
		})
}

// Deviations is a sum of absolute deviations of a linear model of four
// parameters from nine rows, as methods for such sums take it.
func Deviations() optim.Problem[float64] {
	const dim, n = 4, 9
	row := func(i int) [dim]float64 {
		t := float64(i) / 4
		return [dim]float64{1, t, t * t, math.Sin(3 * t)}
	}
	residuals := func(x, r []float64) error {
		for i := range r {
			r[i] = -math.Cos(5 * float64(i))
			for j, a := range row(i) {
				r[i] += a * x[j]
			}
		}
		return nil
	}
	r := make([]float64, n)
	return optim.Problem[float64]{
		Dim: dim,
		Eval: func(x, g []float64) (float64, error) {
			f := 0.0
			clear(g)
			_ = residuals(x, r)
			for i, v := range r {
				f += math.Abs(v)
				for j, a := range row(i) {
					if g != nil {
						g[j] += math.Copysign(1, v) * a
					}
				}
			}
			return f, nil
		},
		Lines: &optim.Pinball[float64]{Q: 0.5, Residuals: optim.Residuals[float64]{
			Len: n, Scale: 2, Eval: residuals,
			Jac: func(_, jac []float64) error {
				for i := range n {
					for j, a := range row(i) {
						jac[j*n+i] = a
					}
				}
				return nil
			},
		}},
	}
}
