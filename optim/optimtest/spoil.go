package optimtest

import "descent/optim"

// Fault is the function of a problem that Spoil tampers with.
type Fault string

const (
	Value    Fault = "value"
	Gradient Fault = "gradient"
	Product  Fault = "Hessian product"
	Residual Fault = "residual"
	Jacobian Fault = "Jacobian"
	Part     Fault = "part"
)

// Faults are all of them.
func Faults() []Fault { return []Fault{Value, Gradient, Product, Residual, Jacobian, Part} }

// Spoil makes p return bad, such as NaN, in the call of that number (from 1)
// of the function that what names, and in all later ones where it is lasting.
// A function that p lacks stays away. hit says whether it came to that.
func Spoil(p optim.Problem[float64], what Fault, bad float64, call int, lasting bool) (spoiled optim.Problem[float64], hit *bool) {
	f := &fault{bad: bad, call: call, lasting: lasting, hit: new(bool)}
	eval, hvp := p.Eval, p.HVP
	switch what {
	case Value:
		p.Eval = func(x, g []float64) (float64, error) {
			v, err := eval(x, g)
			if f.now() {
				v = bad
			}
			return v, err
		}
	case Gradient:
		p.Eval = func(x, g []float64) (float64, error) {
			v, err := eval(x, g)
			if g != nil {
				f.spoil(g)
			}
			return v, err
		}
	case Product:
		if hvp != nil {
			p.HVP = func(x, v, out []float64) error {
				err := hvp(x, v, out)
				f.spoil(out)
				return err
			}
		}
	case Residual, Jacobian:
		if p.Resid != nil {
			r := *p.Resid
			f.residuals(&r, what)
			p.Resid = &r
		}
		if p.Lines != nil {
			b := *p.Lines
			f.residuals(&b.Residuals, what)
			p.Lines = &b
		}
	case Part:
		if p.Parts != nil {
			parts := *p.Parts
			sound := parts.Eval
			parts.Eval = func(k int, x, g []float64) (float64, error) {
				v, err := sound(k, x, g)
				if f.now() {
					v = f.bad
					g[f.calls%len(g)] = f.bad
				}
				return v, err
			}
			p.Parts = &parts
		}
	}
	return p, f.hit
}

// fault counts calls and spoils the ones that are to be.
type fault struct {
	bad         float64
	calls, call int
	lasting     bool
	hit         *bool
}

// now counts a call and says whether to spoil it.
func (f *fault) now() bool {
	f.calls++
	on := f.calls == f.call || f.lasting && f.calls > f.call
	*f.hit = *f.hit || on
	return on
}

// spoil is now for a call that stored out.
func (f *fault) spoil(out []float64) {
	if f.now() {
		out[f.calls%len(out)] = f.bad
	}
}

func (f *fault) residuals(r *optim.Residuals[float64], what Fault) {
	eval, jac, jvp, vjp := r.Eval, r.Jac, r.JVP, r.VJP
	if what == Residual {
		r.Eval = func(x, out []float64) error {
			err := eval(x, out)
			f.spoil(out)
			return err
		}
		return
	}
	r.Jac = func(x, out []float64) error {
		err := jac(x, out)
		f.spoil(out)
		return err
	}
	if jvp == nil || vjp == nil {
		return
	}
	r.JVP = func(x, v, out []float64) error {
		err := jvp(x, v, out)
		f.spoil(out)
		return err
	}
	r.VJP = func(x, u, out []float64) error {
		err := vjp(x, u, out)
		f.spoil(out)
		return err
	}
}
