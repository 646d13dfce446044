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

// Fault is the function of a problem that Spoil tampers with.
type Fault string

const (
	Value    Fault = "value"
	Gradient Fault = "gradient"
	Product  Fault = "Hessian product"
	Residual Fault = "residual"
)

// Spoil makes p return bad, such as NaN, in the call of that number (from 1)
// of the function that what names, and in all later ones where it is lasting.
// hit says whether it came to that.
func Spoil(p optim.Problem[float64], what Fault, bad float64, call int, lasting bool) (spoiled optim.Problem[float64], hit *bool) {
	hit = new(bool)
	calls := 0
	now := func() bool {
		calls++
		on := calls == call || lasting && calls > call
		*hit = *hit || on
		return on
	}
	eval, hvp := p.Eval, p.HVP
	switch what {
	case Value:
		p.Eval = func(x, g []float64) (float64, error) {
			f, err := eval(x, g)
			if now() {
				f = bad
			}
			return f, err
		}
	case Gradient:
		p.Eval = func(x, g []float64) (float64, error) {
			f, err := eval(x, g)
			if g != nil && now() {
				g[calls%len(g)] = bad
			}
			return f, err
		}
	case Product:
		p.HVP = func(x, v, out []float64) error {
			err := hvp(x, v, out)
			if now() {
				out[calls%len(out)] = bad
			}
			return err
		}
	case Residual:
		r := *p.Resid
		sound := r.Eval
		p.Resid = &r
		r.Eval = func(x, out []float64) error {
			err := sound(x, out)
			if now() {
				out[calls%len(out)] = bad
			}
			return err
		}
	}
	return p, hit
}
