package optim

import (
	"fmt"
	"math"
	"slices"

	"descent/internal/kernel"
	"descent/param"
)

// RowBatch is a problem of batches in which the first parameters are a table,
// such as the weights of sparse features, of which a batch touches few rows.
type RowBatch[T Float] interface {
	// Draw fixes the batch of a step and lists the rows of the table that it
	// touches, each once. The list is overwritten by the next call.
	Draw(step int) (rows []int32, err error)
	// Room is for how many rows the vectors of Eval have room: the rows that were
	// listed come first, then the parameters behind the table.
	Room() int
	// Eval is the value of the batch; it stores the gradient in grad.
	Eval(x, grad []T) (float64, error)
}

// RowWise is FirstOrder for such batches: a step costs what its rows cost, not
// what the table does. Rows that a batch does not touch stay as they are, and so
// does what the rule remembers of them: GD, Adagrad and FTRL take the steps they
// would take anyway, while the moments of Adam do not fade (SparseAdam of PyTorch
// does the same); the bias correction counts all steps.
//
// The penalties are proximal steps after every step on every weight with its own
// rate η, and decay is decoupled,
//
//	w ← sign(v)·max(|v| − η·λ₁, 0)/(1 + η·λ₂),  v = w − η·δ·w + u
//
// but are worked out for rows of the table only when a batch touches them again,
// all the steps that were left out at once and exactly.
type RowWise[T Float] struct {
	Rule          Rule[T] // one that RowRule accepts
	Batches       RowBatch[T]
	Rows, Width   int           // of the table
	L1, L2, Decay float64       // λ₁, λ₂ and δ
	Weights       []param.Block // what is penalised behind the table
	Clip          float64       // longest gradient of a step; 0: any length
	// Settles says after which steps, counted from 1, all parameters are to be up
	// to date; nil: never. Settle does it for a copy at any time.
	Settles func(step int) bool

	rule  Elementwise[T]
	mover Mover[T]
	lags  lags[T]
	table [][]T // what the rule keeps for the table
	held  [][]T // its own memory: of what is behind the table, then of the rows of the batch
	names []string
	rest  int // parameters behind the table

	x, y, grad []T // of a batch: its rows, then what is behind the table; y is after the step
	rows, was  []int32
	before     []T // the parameters of the last step as they were, to go back
	state      *State[T]
	behind     int // where in x the parameters behind the table begin
}

// RowRule reports whether RowWise can take a rule, with penalties on the weights
// or without.
func RowRule[T Float](r Rule[T], penalised bool) bool {
	scheduled := false
	for {
		switch w := r.(type) {
		case *GD[T], *Adam[T]:
			return true
		case *FTRL[T]:
			return !penalised
		case *Adagrad[T]:
			return !penalised || !scheduled && !w.EpsInside
		case *Scheduled[T]:
			r, scheduled = w.Rule, true
		case *ReduceOnPlateau[T]:
			r, scheduled = w.Rule, true
		default:
			return false
		}
	}
}

// Init implements Solver.
func (o *RowWise[T]) Init(p *Problem[T], s *State[T]) error {
	table := o.Rows * o.Width
	switch {
	case o.Rule == nil || o.Batches == nil || !RowRule(o.Rule, o.L1 > 0 || o.L2 > 0):
		return fmt.Errorf("optim: %T does not step by rows; gd, adagrad, ftrl and adam do", o.Rule)
	case o.Rows < 1 || o.Width < 1 || table > p.Dim:
		return fmt.Errorf("optim: a table of %d rows of %d among %d parameters", o.Rows, o.Width, p.Dim)
	case !(o.L1 >= 0 && o.L2 >= 0 && o.Decay >= 0 && o.Clip >= 0) || math.IsInf(o.L1+o.L2+o.Decay+o.Clip, 0):
		return fmt.Errorf("optim: penalties, decay and clipping must be finite and not negative, got l1 %v, l2 %v, decay %v and a longest gradient of %v", o.L1, o.L2, o.Decay, o.Clip)
	}
	o.rule = o.Rule.(Elementwise[T])
	o.mover, _ = moverOf(o.Rule)
	if err := o.Rule.Init(p); err != nil {
		return err
	}
	o.rest, o.was = p.Dim-table, o.was[:0]
	o.hold()
	o.lags.init(o)
	return nil
}

// hold makes memory for the table. The rule keeps its own for the parameters
// behind the table and for the rows of one batch.
func (o *RowWise[T]) hold() {
	o.table, o.held, o.names = nil, nil, nil
	base := o.Rule
	for {
		w, wraps := base.(Wrapper[T])
		if !wraps {
			break
		}
		base = w.Unwrap()
	}
	base.Buffers(func(name string, b []T) bool {
		o.names, o.held = append(o.names, name), append(o.held, b)
		o.table = append(o.table, slices.Repeat(b[:1], o.Rows*o.Width))
		return true
	})
}

// Buffers implements Buffered.
func (o *RowWise[T]) Buffers(yield func(name string, b []T) bool) {
	wanted := true
	for i, name := range o.names {
		wanted = wanted && yield(name, o.table[i]) && (o.rest == 0 || yield(name+".behind", o.held[i][:o.rest]))
	}
	o.Rule.Buffers(func(name string, b []T) bool {
		wanted = wanted && (slices.Contains(o.names, name) || yield(name, b))
		return wanted
	})
	if wanted {
		o.lags.buffers(yield)
	}
}

// inPlace says that the point is moved where it lies.
func (o *RowWise[T]) inPlace() {}

// Settle brings all parameters of x, a copy of the present point, up to date.
func (o *RowWise[T]) Settle(x []T) { o.lags.settle(x, false) }

// Next implements Solver.
func (o *RowWise[T]) Next(p *Problem[T], s *State[T]) (err error) {
	if o.rows, err = o.Batches.Draw(s.Iter); err != nil {
		return fmt.Errorf("drawing the batch: %w", err)
	}
	o.state = s
	s.Step, s.Fresh = 1, false
	if !o.rule.Begin(s) {
		return fmt.Errorf("optim: %T does not step by rows", o.Rule)
	}
	o.lags.begin(s.Step)
	o.resize()
	kernel.Share(o.units(), (*rowFetch[T])(o))
	copy(o.x[o.behind:], s.X[o.Rows*o.Width:])
	if s.F, err = o.Batches.Eval(o.x, o.grad); err != nil {
		return err
	}
	s.GradNorm, s.normed = math.Hypot(norm(o.touched()), norm(o.grad[o.behind:])), true
	if !sound(s) {
		o.retreat()
		return nil // the Run names it
	}
	if o.Clip > 0 && s.GradNorm > o.Clip {
		kernel.Scale(T(o.Clip/s.GradNorm), o.touched())
		kernel.Scale(T(o.Clip/s.GradNorm), o.grad[o.behind:])
	}
	o.step()
	o.keep()
	o.lags.end()
	if o.lags.due() || o.Settles != nil && o.Settles(s.Iter+1) {
		o.lags.settle(s.X, true)
	}
	return nil
}

// step moves the rows of the batch, and what is behind the table.
func (o *RowWise[T]) step() {
	s := o.state
	kernel.Share(o.units(), (*rowStep[T])(o))
	table := o.Rows * o.Width
	x, was, g := s.X[table:], o.x[o.behind:], o.grad[o.behind:]
	for lo := 0; lo < len(x); lo += partLen {
		hi := min(lo+partLen, len(x))
		o.part(x[lo:hi], was[lo:hi], g[lo:hi], lo)
	}
	for _, b := range o.Weights {
		lo, hi := b.Offset-table, b.Offset-table+b.Len()
		o.lags.penalise(x[lo:hi], was[lo:hi], lo)
	}
	if s.Iter == 0 {
		o.firstTouch()
	}
}

// part moves the parameters was to y; at is where the rule's memory for them
// begins.
func (o *RowWise[T]) part(y, was, g []T, at int) {
	if o.mover != nil && o.mover.Move(y, was, g, at) {
		return
	}
	o.rule.Part(g, was, at)
	kernel.Add(y, was, g)
}

// touched is the gradient of the rows of the batch.
func (o *RowWise[T]) touched() []T { return o.grad[:len(o.rows)*o.Width] }

// resize makes room for the batch.
func (o *RowWise[T]) resize() {
	o.behind = o.Batches.Room() * o.Width
	n := o.behind + o.rest
	if cap(o.x) < n {
		o.x, o.y, o.grad = make([]T, n), make([]T, n), make([]T, n)
		o.before = append(make([]T, 0, n), o.before...)
	}
	o.x, o.y, o.grad = o.x[:n], o.y[:n], o.grad[:n]
}

// keep remembers the parameters as they were before the step.
func (o *RowWise[T]) keep() {
	o.was = append(o.was[:0], o.rows...)
	o.before = append(append(o.before[:0], o.x[:len(o.rows)*o.Width]...), o.x[o.behind:]...)
}

// retreat goes back to the point before the last step, the last one at which
// value and gradient are known to be finite, and shows the gradient that is not.
func (o *RowWise[T]) retreat() {
	s, table := o.state, o.Rows*o.Width
	for i, row := range o.rows {
		copy(s.G[int(row)*o.Width:], o.grad[i*o.Width:(i+1)*o.Width])
	}
	copy(s.G[table:], o.grad[o.behind:])
	for i, row := range o.was {
		copy(s.X[int(row)*o.Width:][:o.Width], o.before[i*o.Width:])
	}
	if len(o.before) > 0 {
		copy(s.X[table:], o.before[len(o.was)*o.Width:])
	}
}

// firstTouch lets the rule see every parameter once, as some rules make their
// memory from the start.
func (o *RowWise[T]) firstTouch() {
	touched := make([]bool, o.Rows)
	for _, row := range o.rows {
		touched[row] = true
	}
	none := make([]T, o.Width)
	for row, yes := range touched {
		if yes {
			continue
		}
		at := row * o.Width
		for k, b := range o.table {
			copy(o.held[k][o.rest:], b[at:at+o.Width])
		}
		clear(none)
		o.rule.Part(none, o.state.X[at:at+o.Width], o.rest)
		for k, b := range o.table {
			copy(b[at:at+o.Width], o.held[k][o.rest:])
		}
	}
}
