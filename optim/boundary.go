package optim

import (
	"fmt"
	"math"
	"strings"

	"descent/internal/numtext"
	"descent/internal/stream"
)

// AtBound is a variable that a point holds at one of its bounds.
type AtBound struct {
	Index int  // of the variable
	Upper bool // at its upper bound, otherwise at its lower one
	// Multiplier is the Lagrange multiplier of the bound: how fast the value
	// rises as the variable moves inwards. It is positive where the bound holds
	// the variable back, about zero where it would rest there anyway, and
	// negative where the value falls inwards, so that the point is no minimum.
	Multiplier float64
	// Fixed says that both bounds are the same, and the sign says nothing.
	Fixed bool
}

// face is the part of the problem around a point that varies smoothly: the
// variables at no bound and, under an l1 term, the ones that are not zero.
type face[T Float] struct {
	p    *Problem[T]
	at   []T   // the point, all variables
	free []int // the variables that vary
	weak []int // variables held with a multiplier of about zero
	off  []int // variables held although the value falls inwards
	sign []T   // of the variables in the l1 term; 0 where there is none
	full []T   // scratch: a point, a gradient and a vector of all variables
	grad []T
	vec  []T
}

// judgeOnFace judges a point of a problem with bounds or a term.
func (j *judge[T]) judgeOnFace(x []T) (Verdict, error) {
	p := *j.p
	if p.Bounds != nil {
		box, err := p.Bounds.whole(p.Dim, p.Blocks)
		if err != nil {
			return j.v, err
		}
		if i := box.outside(x); i >= 0 {
			return j.v, fmt.Errorf("optim: %s = %v lies outside its bounds, %v to %v", nameOf(p.Blocks, i), x[i], box.Lower[i], box.Upper[i])
		}
		p.Bounds = box
	} else if err := p.Term.check(p.Dim); err != nil {
		return j.v, err
	}
	j.p = &p
	at, err := j.measure(x)
	if err != nil {
		return j.v, err
	}
	size := stationarity(&p, at.x, at.g, make([]T, p.Dim))
	if j.v.GradNorm = size; p.Bounds == nil && p.Term.L1 == nil {
		return j.proximal(), nil
	}
	f := &face[T]{p: &p, at: at.x, full: make([]T, p.Dim), grad: make([]T, p.Dim), vec: make([]T, p.Dim)}
	held := f.split(at, j.tol)
	if j.v.AtBounds = held; len(f.off) > 0 {
		j.v.Kind = Unknown
		j.v.Text = fmt.Sprintf("not a stationary point: the gradient is still %s, and the value falls as %s moves off %v", num(size, 2), nameOf(p.Blocks, f.off[0]), at.x[f.off[0]])
		return j.v, nil
	}
	v := Verdict{Kind: Minimum, GradNorm: size, Text: "a minimum: every variable is held"}
	if len(f.free) > 0 {
		sub := f.problem()
		inner := &judge[T]{p: &sub, n: len(f.free), tol: j.tol, inside: f.inside}
		if len(f.free) < p.Dim {
			inner.of = " of the free variables"
		}
		if v, err = inner.verdict(f.restrict(at.x, make([]T, len(f.free)))); err != nil {
			v.GradNorm = size
			return v, err
		}
		v.GradNorm, v.Downhill = size, f.embed(v.Downhill)
	}
	j.v, j.v.AtBounds = v, held
	return j.offFace(at, f)
}

// proximal is the verdict by the proximal step alone.
func (j *judge[T]) proximal() Verdict {
	j.v.Kind, j.v.Text = Unknown, fmt.Sprintf("not a stationary point: the proximal step is still %s long", num(j.v.GradNorm, 2))
	if j.v.GradNorm <= j.tol {
		j.v.Text = fmt.Sprintf("stationary: the proximal step is %s long, which proves a minimum where the smooth part is convex", num(j.v.GradNorm, 2))
	}
	return j.v
}

// split sorts the variables into free and held ones.
func (f *face[T]) split(at point[T], tol float64) (held []AtBound) {
	f.sign = make([]T, len(at.x))
	for i, v := range at.x {
		g := float64(at.g[i])
		switch {
		case f.p.Term != nil:
			f.splitTerm(i, v, g, tol)
		case v == f.p.Bounds.Lower[i] || v == f.p.Bounds.Upper[i]:
			a := AtBound{Index: i, Multiplier: g, Fixed: f.p.Bounds.Lower[i] == f.p.Bounds.Upper[i]}
			if a.Upper = v != f.p.Bounds.Lower[i]; a.Upper {
				a.Multiplier = -g
			}
			held = append(held, a)
			switch {
			case a.Fixed || a.Multiplier > tol:
			case a.Multiplier < -tol:
				f.off = append(f.off, i)
			default:
				f.weak = append(f.weak, i)
			}
		default:
			f.free = append(f.free, i)
		}
	}
	return held
}

func (f *face[T]) splitTerm(i int, v T, g, tol float64) {
	w := f.p.Term.L1[i]
	switch {
	case v > 0:
		f.sign[i] = w
	case v < 0:
		f.sign[i] = -w
	case w > 0:
		if slope := math.Abs(g) - float64(w); slope > tol {
			f.off = append(f.off, i)
		} else if slope >= -tol {
			f.weak = append(f.weak, i)
		}
		return
	}
	f.free = append(f.free, i)
}

// problem is that of the free variables, the others held. Under an l1 term it
// is smooth as long as no sign changes.
func (f *face[T]) problem() Problem[T] {
	sub := Problem[T]{Dim: len(f.free), Eval: func(x, g []T) (float64, error) {
		f.lay(x, f.full)
		grad := f.grad
		if g == nil {
			grad = nil
		}
		v, err := f.p.Eval(f.full, grad)
		for i, s := range f.sign {
			v += float64(s) * float64(f.full[i])
		}
		if g != nil {
			f.restrict(f.grad, g)
			for k, i := range f.free {
				g[k] += f.sign[i]
			}
		}
		return v, err
	}}
	if f.p.HVP != nil {
		sub.HVP = func(x, v, out []T) error {
			f.lay(x, f.full)
			clear(f.vec)
			for k, i := range f.free {
				f.vec[i] = v[k]
			}
			err := f.p.HVP(f.full, f.vec, f.grad)
			f.restrict(f.grad, out)
			return err
		}
	}
	return sub
}

// lay stores the point whose free variables are x in full.
func (f *face[T]) lay(x, full []T) {
	copy(full, f.at)
	for k, i := range f.free {
		full[i] = x[k]
	}
}

// restrict stores the free entries of v in out.
func (f *face[T]) restrict(v, out []T) []T {
	for k, i := range f.free {
		out[k] = v[i]
	}
	return out
}

// embed is a direction of the free variables among all.
func (f *face[T]) embed(d []float64) []float64 {
	if d == nil {
		return nil
	}
	out := make([]float64, len(f.at))
	for k, i := range f.free {
		out[i] = d[k]
	}
	return out
}

// inside reports whether a point of the free variables lies within bounds, and
// has the signs of the face.
func (f *face[T]) inside(x []T) bool {
	for k, i := range f.free {
		if b := f.p.Bounds; b != nil && !(b.Lower[i] <= x[k] && x[k] <= b.Upper[i]) {
			return false
		}
		if f.sign[i]*x[k] < 0 {
			return false
		}
	}
	return true
}

// offFace completes the verdict on the face: the values off it are asked where
// the multipliers do not settle them, and the held variables are named.
func (j *judge[T]) offFace(at point[T], f *face[T]) (Verdict, error) {
	v := &j.v
	held := len(v.AtBounds)
	if v.Kind == Minimum && len(f.weak) > 0 {
		count, err := j.offRays(at, f)
		if err != nil {
			return j.v, err
		}
		if count[lower] > 0 {
			v.Kind, v.Text = Saddle, fmt.Sprintf("not a minimum: gradient %s, but the value falls from where %s is held", num(v.GradNorm, 2), nameOf(f.p.Blocks, f.weak[0]))
			return j.v, nil
		}
	}
	switch {
	case f.p.Term != nil:
		if zero := f.p.Dim - len(f.free); zero > 0 && v.Kind == Minimum {
			v.Text += fmt.Sprintf("; %d of %s at zero, with a slope below the l1 weight", zero, numtext.Count(f.p.Dim, "variable"))
		}
	case held == 0:
	case v.Kind == Minimum:
		v.Kind, v.Text = Boundary, strings.Replace(v.Text, "a minimum", "a minimum on the boundary", 1)
		v.Text += "; " + f.heldText(v.AtBounds)
	case v.Kind == Maximum:
		v.Kind, v.Text = Saddle, strings.Replace(v.Text, "a maximum", "not a minimum: the value falls along the free variables", 1)
	default:
		v.Text += "; " + f.heldText(v.AtBounds)
	}
	return j.v, nil
}

// offRays follows the value from held variables with about no multiplier into
// the region, one by one and a few together.
func (j *judge[T]) offRays(at point[T], f *face[T]) (tally, error) {
	var rays [][]float64
	inward := func(i int) float64 {
		if b := f.p.Bounds; b != nil && at.x[i] == b.Upper[i] {
			return -1
		}
		return 1
	}
	for _, i := range f.weak[:min(len(f.weak), 50)] {
		e := make([]float64, len(at.x))
		e[i] = inward(i)
		if f.p.Term != nil {
			e[i] = -math.Copysign(1, float64(at.g[i])) // the side on which the slopes cancel
		}
		rays = append(rays, e)
	}
	rng := stream.New(1, "verdict off the face", 0)
	for range 8 {
		mix := make([]float64, len(at.x))
		for k, i := range f.weak {
			if k < 50 {
				mix[i] = rays[k][i] * rng.Float64()
			}
		}
		for _, i := range f.free {
			mix[i] = rng.NormFloat64()
		}
		rays = append(rays, unit(mix))
	}
	whole := *f.p
	whole.Term = nil
	if t := f.p.Term; t != nil {
		g := make([]T, len(at.g))
		for _, i := range f.free {
			g[i] = at.g[i] + f.sign[i]
		}
		at.g = g
		whole.Eval = func(x, g []T) (float64, error) {
			v, err := f.p.Eval(x, g)
			return v + t.Value(x), err
		}
		at.f += t.Value(at.x)
	}
	out := &judge[T]{p: &whole, n: whole.Dim, tol: j.tol, inside: func(x []T) bool {
		return f.p.Bounds == nil || f.p.Bounds.outside(x) < 0
	}}
	return out.follow(at, nil, rays)
}

// heldText names the variables at bounds with their multipliers: the first few
// by name.
func (f *face[T]) heldText(held []AtBound) string {
	const most = 4
	var parts []string
	for k, a := range held {
		if k == most && len(held) > most+1 {
			least := math.Inf(1)
			for _, h := range held[k:] {
				if !h.Fixed {
					least = min(least, h.Multiplier)
				}
			}
			rest := fmt.Sprintf("%d more variables at bounds", len(held)-k)
			if !math.IsInf(least, 1) {
				rest += ", multipliers from " + num(least, 3)
			}
			parts = append(parts, rest)
			break
		}
		side := "lower"
		if a.Upper {
			side = "upper"
		}
		name, value := nameOf(f.p.Blocks, a.Index), num(float64(f.at[a.Index]), 6)
		if a.Fixed {
			parts = append(parts, fmt.Sprintf("%s is fixed at %s", name, value))
			continue
		}
		parts = append(parts, fmt.Sprintf("%s = %s at its %s bound, multiplier %s", name, value, side, num(a.Multiplier, 3)))
	}
	return strings.Join(parts, "; ")
}
