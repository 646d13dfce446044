package train

import (
	"fmt"
	"sync"

	"descent/graph"
	"descent/internal/kernel"
)

// pass is a pass over all chunks of a set. The chunks are dealt into groups of
// neighbours, as many as the set and the parameters ask for: each group is added
// up by one thread, and the groups in their order, so the result does not depend
// on the threads.
type pass[T kernel.Float] struct {
	*chunked[T]
	chunks, groups int

	x, along, out []T // out is nil where only the value is wanted
	values        []float64
	sums          []T // the result of each group but the first; of one of them where rows pass by
	errs          []error

	mu    sync.Mutex
	idle  []*worker[T]
	model *graph.Objective[T] // that the workers behind the first are copies of
}

// worker has what one thread needs to go through chunks.
type worker[T kernel.Float] struct {
	obj    *graph.Objective[T]
	buffer []matrix[T] // of a chunk that does not lie in the set as it is wanted
	part   []T         // result of one chunk of several
}

// Groups are at most maxGroups, and fewer where their results would take more
// than maxGroupElements.
const (
	maxGroups        = 64
	maxGroupElements = 1 << 21
)

func (p *pass[T]) prepare(c *chunked[T]) {
	p.chunked = c
	p.chunks = (c.set.n + c.rows - 1) / c.rows
	p.groups = max(1, min(p.chunks, maxGroups, maxGroupElements/max(1, c.obj.Dim())))
	if c.set.isSparse() || c.masks != nil {
		p.groups = 1 // products with sparse matrices are shared among threads themselves
	}
	p.values, p.errs = make([]float64, p.groups), make([]error, p.groups)
	first := &worker[T]{obj: c.obj, buffer: c.buffer}
	if p.chunks > 1 {
		first.part = make([]T, c.obj.Dim())
	}
	p.idle = append(p.idle, first)
	if p.groups > 1 {
		p.model = c.obj.Clone()
	}
}

// evalAll is the value and gradient over the whole set; grad may be nil.
func (c *chunked[T]) evalAll(x, grad []T) (float64, error) { return c.all.run(x, nil, grad) }

// hvpAll is the Hessian over the whole set, times v.
func (c *chunked[T]) hvpAll(x, v, out []T) error {
	_, err := c.all.run(x, v, out)
	return err
}

// run evaluates all groups, on every thread of the team, and adds them up.
func (p *pass[T]) run(x, along, out []T) (float64, error) {
	p.x, p.along, p.out = x, along, out
	if p.set.open != nil {
		return p.inOrder()
	}
	if out != nil && p.sums == nil {
		p.sums = make([]T, (p.groups-1)*len(out))
	}
	kernel.Share(p.groups, p)
	var sum float64
	for g := range p.groups {
		if err := p.add(g, &sum); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// inOrder is run for rows that pass by: one group after the other.
func (p *pass[T]) inOrder() (sum float64, err error) {
	if p.out != nil && p.sums == nil {
		p.sums = make([]T, min(1, p.groups-1)*len(p.out))
	}
	for g := range p.groups {
		p.Unit(g)
		if err := p.add(g, &sum); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// add adds the result of a group to those before it.
func (p *pass[T]) add(group int, sum *float64) error {
	if p.errs[group] != nil {
		return p.errs[group]
	}
	*sum += p.values[group]
	if group > 0 && p.out != nil {
		kernel.Axpy(1, p.sum(group), p.out)
	}
	return nil
}

// sum is where the result of a group is stored.
func (p *pass[T]) sum(group int) []T {
	if p.out == nil || group == 0 {
		return p.out
	}
	n := len(p.out)
	if p.set.open != nil {
		return p.sums[:n] // all in the same place
	}
	return p.sums[(group-1)*n : group*n]
}

// Unit evaluates one group.
func (p *pass[T]) Unit(group int) {
	w := p.hire()
	defer p.leave(w)
	into := p.sum(group)
	p.values[group], p.errs[group] = 0, nil
	lo, hi := group*p.chunks/p.groups, (group+1)*p.chunks/p.groups
	for chunk := lo; chunk < hi; chunk++ {
		v, err := p.chunk(w, chunk, into, chunk == lo)
		if err != nil {
			p.errs[group] = err
			return
		}
		p.values[group] += v
	}
}

// chunk evaluates one chunk and adds its result to into, or puts it there.
func (p *pass[T]) chunk(w *worker[T], chunk int, into []T, first bool) (value float64, err error) {
	if err := p.bind(w, chunk*p.rows); err != nil {
		return 0, err
	}
	to := into
	if into != nil && !first {
		to = w.part
	}
	if p.along != nil {
		err = w.obj.HVP(p.x, p.along, to)
	} else {
		value, err = w.obj.Eval(p.x, to)
	}
	if err == nil && into != nil && !first {
		kernel.Axpy(1, w.part, into)
	}
	return value, err
}

// hire lends a worker: one that is idle, or a new one.
func (p *pass[T]) hire() *worker[T] {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.idle); n > 0 {
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return w
	}
	w := &worker[T]{obj: p.model.Clone(), part: make([]T, p.obj.Dim())}
	for _, b := range p.buffer {
		b.v = make([]T, len(b.v))
		w.buffer = append(w.buffer, b)
	}
	return w
}

// leave takes a worker back.
func (p *pass[T]) leave(w *worker[T]) {
	p.mu.Lock()
	p.idle = append(p.idle, w)
	p.mu.Unlock()
}

// bind binds rows lo, lo+1, ... as they lie in the set. Where the set ends before
// the chunk does, the rest goes to the buffers and the last row is repeated with
// weight 0.
func (p *pass[T]) bind(w *worker[T], lo int) error {
	if p.set.open != nil {
		return p.pass(lo)
	}
	if p.rows == p.set.n {
		return nil // bound once and for all
	}
	n := min(p.rows, p.set.n-lo)
	for k, a := range p.arrays {
		if a.sparse != nil {
			if err := p.bindChunk(a, lo); err != nil {
				return err
			}
			continue
		}
		rows := w.buffer[k].v
		if n == p.rows && a.v != nil {
			rows = a.v[lo*a.width : (lo+n)*a.width]
		} else {
			a.copyTo(rows, lo, n)
			for i := n; i < p.rows; i++ {
				a.copyTo(rows[i*a.width:], p.set.n-1, 1)
			}
			if a.name == weightName {
				clear(rows[n:])
			}
		}
		if err := w.obj.Bind(a.name, rows); err != nil {
			return fmt.Errorf("train: %w", err)
		}
	}
	return nil
}
