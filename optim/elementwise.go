package optim

import (
	"math"

	"descent/internal/kernel"
)

// Elementwise is a Rule whose step in each parameter depends on that parameter,
// its derivative and the memory kept for it alone. FirstOrder takes such a rule
// part by part: a part stays in the first cache through all that is done to it,
// and the threads of a fit share the parts. The bits are those of Update.
type Elementwise[T Float] interface {
	Rule[T]
	// Begin does what Update does once for all parameters, and sets s.Step. It
	// reports whether the step can be taken in parts: a wrapper says what the
	// rule inside says.
	Begin(s *State[T]) bool
	// Part is Update for the len(u) parameters from the lo-th on: u holds their
	// derivatives and x their values. Parts come in any order and several at the
	// same time. What a schedule may set is read in Begin alone.
	Part(u, x []T, lo int)
}

// Mover is an Elementwise that makes the new values in one pass of its own.
type Mover[T Float] interface {
	Elementwise[T]
	// Move stores in y the values of the parameters from the lo-th on after the
	// step, x + u, where u is what Part makes of the derivatives g. y is x, or
	// apart from it. It reports false, and does nothing, where the settings of the
	// rule have no such pass.
	Move(y, x, g []T, lo int) bool
}

// updateByParts is Update of an Elementwise, for its method of that name.
func updateByParts[T Float](r Elementwise[T], u []T, s *State[T]) {
	if r.Begin(s) {
		r.Part(u, s.X, 0)
	}
}

// moverOf is the Mover that takes the steps of r: r itself, or what it wraps
// without touching the parts.
func moverOf[T Float](r Rule[T]) (Mover[T], bool) {
	switch w := r.(type) {
	case *Scheduled[T]:
		return moverOf(w.Rule)
	case *ReduceOnPlateau[T]:
		return moverOf(w.Rule)
	}
	m, ok := r.(Mover[T])
	return m, ok
}

// A part is small enough that what a rule reads and writes of it stays in the
// first cache; a thread takes a few in a row.
const (
	partLen     = 1024
	partsInARow = 8
	worthParts  = 1 << 15 // parameters from which a second thread pays
)

// parts takes one step of an Elementwise, on every thread of the fit.
type parts[T Float] struct {
	rule    Elementwise[T]
	mover   Mover[T]  // the rule, if it is one
	y, x, g []T       // y is where the new point goes: x itself, or apart from it
	u       []T       // memory for the updates: y, where it is apart from x
	squares []float64 // Σ g² of each part, where the norm is wanted
}

// step takes the step from x against g into y, with u as memory of that length.
// It returns the Euclidean norm of g if that is wanted.
func (p *parts[T]) step(y, x, g, u []T, wanted bool) (gradNorm float64) {
	p.y, p.x, p.g, p.u = y, x, g, u
	n := (len(x) + partLen - 1) / partLen
	if p.squares = p.squares[:0]; wanted {
		if cap(p.squares) < n {
			p.squares = make([]float64, n)
		}
		p.squares = p.squares[:n]
	}
	units := (n + partsInARow - 1) / partsInARow
	if len(x) < worthParts {
		for i := range units {
			p.Unit(i)
		}
	} else {
		kernel.Share(units, p)
	}
	if !wanted {
		return 0
	}
	if sum := kernel.Sum(p.squares); sum > 1e-30 && sum < 1e30 {
		return math.Sqrt(sum)
	}
	return norm(g) // some square may be out of range
}

// Unit takes the step of the parts that one thread takes in a row.
func (p *parts[T]) Unit(i int) {
	for at := i * partsInARow; at < (i+1)*partsInARow && at*partLen < len(p.x); at++ {
		p.part(at)
	}
}

func (p *parts[T]) part(at int) {
	lo, hi := at*partLen, min((at+1)*partLen, len(p.x))
	y, x, g := p.y[lo:hi], p.x[lo:hi], p.g[lo:hi]
	if len(p.squares) > 0 {
		p.squares[at] = kernel.Dot(g, g)
	}
	if p.mover != nil && p.mover.Move(y, x, g, lo) {
		return
	}
	u := p.u[lo:hi]
	copy(u, g)
	p.rule.Part(u, x, lo)
	kernel.Add(y, x, u)
}
