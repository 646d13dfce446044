package train

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/graph"
	"descent/internal/kernel"
	"descent/internal/numtext"
	"descent/model"
	"descent/optim"
	"descent/param"
)

// structure gives the problem what its method makes use of beside value and
// gradient, and returns the start.
func (s *session[T]) structure(p *optim.Problem[T]) (x []T, err error) {
	o := &s.plan.opts
	switch {
	case s.plan.method.Squares:
		p.Resid, err = s.residuals()
	case s.plan.method.Lines:
		p.Lines, err = s.pinball()
	case s.plan.method.Parts:
		p.Parts, err = s.parts()
	case o.L1 > 0:
		s.term = optim.L1(s.l1Weights())
		p.Term = s.term
	}
	if err != nil {
		return nil, err
	}
	x = param.Start[T](s.net.Layout, o.Seed)
	if len(o.Bounds) == 0 {
		return x, nil
	}
	if s.box, err = boxOf[T](s.net.Layout.Blocks(), o.Bounds); err != nil {
		return nil, err
	}
	p.Bounds = s.box
	s.box.Project(x) // entries of vectors, which start alike
	return x, nil
}

// residuals is the least squares structure √w·(f(x) − y) of a full objective
// with squared errors.
func (s *session[T]) residuals() (*optim.Residuals[T], error) {
	r, err := s.deviations((*graph.Graph).Sqrt)
	if err != nil {
		return nil, err
	}
	r.Scale = 2 / (s.whole.set.total * s.plan.divide)
	return r, nil
}

// pinball is the structure w·(f(x) − y) of a full objective with absolute
// deviations or quantile losses.
func (s *session[T]) pinball() (*optim.Pinball[T], error) {
	r, err := s.deviations(func(_ *graph.Graph, w *graph.Node) *graph.Node { return w })
	if err != nil {
		return nil, err
	}
	b := &optim.Pinball[T]{Residuals: *r, Q: s.plan.inner.Shape}
	b.Scale = 1 / (s.whole.set.total * s.plan.divide)
	if s.plan.inner.Name == "mae" {
		b.Q, b.Scale = 0.5, 2*b.Scale
	}
	return b, nil
}

// deviations are the deviations f(x) − y of all rows, times what factor makes of
// their weights.
func (s *session[T]) deviations(factor func(*graph.Graph, *graph.Node) *graph.Node) (*optim.Residuals[T], error) {
	r, err := s.plan.recipe()
	if err != nil {
		return nil, err
	}
	set := s.whole.set
	g := graph.New()
	net, err := r.net(g, set.n)
	if err != nil {
		return nil, err
	}
	output := net.Output
	if output.Len() == set.n && len(output.Shape) != 1 {
		output = g.Reshape(output, set.n)
	}
	weight := factor(g, g.Data(weightName, set.n))
	res, err := graph.NewResidual[T](g, g.Mul(weight, g.Sub(output, g.Data(targetName, set.n))))
	if err != nil {
		return nil, fmt.Errorf("train: compiling the residuals: %w", err)
	}
	for _, a := range set.arrays() {
		if err := res.Bind(a.name, a.v); err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
	}
	return &optim.Residuals[T]{Len: set.n, Eval: res.Eval, JVP: res.JVP, VJP: res.VJP, Jac: res.Jac}, nil
}

// parts is the objective as a mean of about 500 parts, batches of rows as they
// lie in the table.
func (s *session[T]) parts() (*optim.Parts[T], error) {
	const about = 500
	set := s.whole.set
	rows := (set.n + about - 1) / about
	count := (set.n + rows - 1) / rows
	part, err := s.objective(set, rows, float64(count)/set.total, false)
	if err != nil {
		return nil, err
	}
	return &optim.Parts[T]{Len: count, Eval: func(k int, x, grad []T) (float64, error) {
		if err := part.all.bind(part.all.idle[0], k*rows); err != nil {
			return 0, err
		}
		v, err := part.obj.Eval(x, grad)
		return v + s.penalty.add(x, grad), err
	}}, nil
}

// l1Weights are the l1 penalties of the parameters in the units of training: λ
// for weights and 0 for biases.
func (s *session[T]) l1Weights() []T {
	w := make([]T, s.net.Layout.Dim())
	for i, b := range s.net.Layout.Blocks() {
		if s.net.Weight[i] {
			v := param.View(w, b)
			for j := range v {
				v[j] = T(s.plan.lambda1())
			}
		}
	}
	return w
}

// l1 is the value of the l1 penalty at the weights reached.
func (s *session[T]) l1() float64 {
	if s.term == nil {
		return 0
	}
	return s.term.Value(s.x)
}

// lambda1 is the l1 penalty in the units of training, where weights shrink by
// the scale of the target and the loss by its factor.
func (p *plan) lambda1() float64 {
	if p.spec.Kind == model.MLP {
		return p.opts.L1
	}
	return p.opts.L1 * p.scale / p.factor
}

// boxOf lays bounds by name out over the flat vector. Bounds of an entry, such
// as "b[2]", go before those of its vector.
func boxOf[T kernel.Float](blocks []param.Block, bounds map[string][2]float64) (*optim.Box[T], error) {
	dim := 0
	var names []string
	for _, b := range blocks {
		dim = max(dim, b.Offset+b.Len())
		names = append(names, b.Name)
	}
	box := optim.Unbounded[T](dim)
	left := len(bounds)
	for _, entries := range []bool{false, true} {
		for _, b := range blocks {
			for i := range b.Len() {
				name := b.Name
				if entries {
					name = entryName(b, i)
				}
				v, ok := bounds[name]
				if !ok || entries && len(b.Shape) == 0 {
					continue
				}
				box.Lower[b.Offset+i], box.Upper[b.Offset+i] = T(v[0]), T(v[1])
				if i == 0 || entries {
					left--
				}
			}
		}
	}
	if left > 0 {
		for name := range bounds {
			base, _, _ := strings.Cut(name, "[")
			if !slices.Contains(names, base) || base == name && !slices.Contains(names, name) {
				return nil, fmt.Errorf("train: no free parameter %q to bound; the formula has %s", name, strings.Join(names, ", "))
			}
		}
		return nil, fmt.Errorf("train: a bound names an entry that its parameter does not have; entries are counted from 1")
	}
	return box, nil
}

// entryName is the name of element i of a parameter of a formula, which counts
// from 1: a, w[2], W[1,2].
func entryName(b param.Block, i int) string {
	switch k := len(b.Shape); k {
	case 0:
		return b.Name
	case 1:
		return fmt.Sprintf("%s[%d]", b.Name, i+1)
	default:
		return fmt.Sprintf("%s[%d,%d]", b.Name, i/b.Shape[k-1]+1, i%b.Shape[k-1]+1)
	}
}

// confineStarts moves the default starts of free parameters into their bounds,
// and refuses starts that were asked for outside.
func (p *plan) confineStarts() error {
	for i, f := range p.params {
		b, ok := p.opts.Bounds[f.Name]
		if !ok || b[0] <= f.Start && f.Start <= b[1] {
			continue
		}
		if v, asked := p.opts.Start[f.Name]; asked {
			return fmt.Errorf("train: the start %s = %v lies outside its bounds, %v to %v; start within them", f.Name, v, b[0], b[1])
		}
		p.params[i].Start = min(max(f.Start, b[0]), b[1])
	}
	return nil
}

// AtBound is a parameter that a fit holds at one of its bounds.
type AtBound struct {
	Name       string  `json:"parameter"`
	Bound      string  `json:"bound"` // lower or upper
	Value      float64 `json:"value"`
	Multiplier float64 `json:"multiplier"` // how fast the loss rises as the parameter moves inwards
}

// noteHeld notes the parameters at bounds.
func (s *session[T]) noteHeld(r optim.Result[T]) {
	if s.box == nil {
		return
	}
	s.held = nil
	for _, b := range s.net.Layout.Blocks() {
		for i := range b.Len() {
			at := b.Offset + i
			h := AtBound{Name: entryName(b, i), Bound: "lower", Value: float64(r.X[at]), Multiplier: s.plan.factor * float64(r.G[at])}
			switch r.X[at] {
			case s.box.Lower[at]:
			case s.box.Upper[at]:
				h.Bound, h.Multiplier = "upper", -h.Multiplier
			default:
				continue
			}
			s.held = append(s.held, h)
		}
	}
}

// structureNotes say what penalties and bounds did.
func (s *session[T]) structureNotes() (notes []string) {
	for _, h := range s.held {
		notes = append(notes, fmt.Sprintf("%s = %.6g is held at its %s bound, multiplier %.3g", h.Name, h.Value, h.Bound, h.Multiplier))
	}
	if s.term == nil {
		return notes
	}
	zero, all := 0, 0
	for i, w := range s.term.L1 {
		if w > 0 {
			all++
			if s.x[i] == 0 {
				zero++
			}
		}
	}
	return append(notes, fmt.Sprintf("the l1 penalty set %d of %s to zero", zero, numtext.Count(all, "weight")))
}

// refuseBounds refuses bounds of what has no names to bound.
func (p *plan) refuseBounds() error {
	if len(p.opts.Bounds) > 0 && p.spec.Kind != model.Formula {
		return fmt.Errorf("train: bounds are for the parameters of a formula; the weights of %s have none", p.spec)
	}
	for name, v := range p.opts.Bounds {
		if !(v[0] <= v[1]) || math.IsInf(v[0], 1) || math.IsInf(v[1], -1) {
			return fmt.Errorf("train: the bounds of %s are %v to %v; the lower one must be below the upper one", name, v[0], v[1])
		}
	}
	return nil
}
