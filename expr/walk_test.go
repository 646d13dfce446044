package expr

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// walker evaluates a formula by walking its tree, without graph: the twin that
// lowering is held to. A vector value is a slice, a number a slice of length 1
// with vector false. With a noise generator every result is disturbed in its
// last digits, which shows how well conditioned the formula is.
type walker struct {
	names  map[string]walked
	index  map[string]float64
	budget int
	noise  *rand.Rand
}

type walked struct {
	v      []float64
	vector bool
	cols   int // of a matrix
}

var errBudget = errors.New("too long to walk")

func walk(f *Formula, scope map[string]walked, noise *rand.Rand, budget int) (walked, error) {
	w := &walker{names: map[string]walked{}, index: map[string]float64{}, budget: budget, noise: noise}
	for k, v := range scope {
		w.names[k] = v
	}
	for _, b := range f.bindings {
		v, err := w.walk(b.value)
		if err != nil {
			return walked{}, err
		}
		w.names[b.name] = v
	}
	return w.walk(f.value)
}

func number(v float64) walked { return walked{v: []float64{v}} }

func (w *walker) walk(n *node) (walked, error) {
	if w.budget--; w.budget < 0 {
		return walked{}, errBudget
	}
	switch n.kind {
	case numberNode:
		return number(n.val), nil
	case constNode:
		return number(map[string]float64{"pi": math.Pi, "e": math.E}[n.name]), nil
	case nameNode:
		if n.sym == indexName {
			return number(w.index[n.name]), nil
		}
		return w.names[n.name], nil
	case indexNode:
		return w.entry(n)
	case listNode:
		return w.list(n)
	case reduceNode:
		return w.reduce(n)
	case callNode:
		switch n.name {
		case "if":
			return w.choose(n)
		case "sum", "prod", "mean", "dot", "norm2":
			return w.vectorCall(n)
		case "min", "max":
			if len(n.args) == 1 {
				return w.vectorCall(n)
			}
		}
	}
	args := make([]walked, len(n.args))
	for i, a := range n.args {
		var err error
		if args[i], err = w.walk(a); err != nil {
			return walked{}, err
		}
	}
	return w.elementwise(n, args)
}

// entry is x[i] or W[i,j].
func (w *walker) entry(n *node) (walked, error) {
	x, place := w.names[n.name], 0
	limits := []int{len(x.v)}
	if x.cols > 0 {
		limits = []int{len(x.v) / x.cols, x.cols}
	}
	if len(limits) != len(n.args) {
		return walked{}, fmt.Errorf("%d indexes", len(n.args))
	}
	for k, a := range n.args {
		i, err := w.exact(a)
		if err != nil {
			return walked{}, err
		}
		if i < 1 || i > float64(limits[k]) {
			return walked{}, fmt.Errorf("index %v", i)
		}
		place = place*limits[k] + int(i) - 1
	}
	return number(x.v[place]), nil
}

// list is a list of numbers or of rows.
func (w *walker) list(n *node) (walked, error) {
	out := walked{vector: true}
	for _, a := range n.args {
		if a.kind == listNode {
			row, err := w.list(a)
			if err != nil {
				return walked{}, err
			}
			out.cols = len(row.v)
			out.v = append(out.v, row.v...)
			continue
		}
		v, err := w.exact(a)
		if err != nil {
			return walked{}, err
		}
		out.v = append(out.v, v)
	}
	return out, nil
}

// exact walks without noise.
func (w *walker) exact(n *node) (float64, error) {
	noise := w.noise
	w.noise = nil
	v, err := w.walk(n)
	w.noise = noise
	if err != nil {
		return 0, err
	}
	return v.v[0], nil
}

// choose takes one branch where the condition is a number, and each entry's own
// where it is a vector.
func (w *walker) choose(n *node) (walked, error) {
	c, err := w.walk(n.args[0])
	if err != nil {
		return walked{}, err
	}
	if !c.vector {
		// Both branches may be vectors; the one not taken gives the length.
		taken, other := n.args[1], n.args[2]
		if c.v[0] == 0 {
			taken, other = other, taken
		}
		v, err := w.walk(taken)
		if err != nil || v.vector {
			return v, err
		}
		if o, err := w.walk(other); err == nil && o.vector {
			return w.spread(v, len(o.v)), nil
		}
		return v, nil
	}
	a, err := w.walk(n.args[1])
	if err != nil {
		return walked{}, err
	}
	b, err := w.walk(n.args[2])
	if err != nil {
		return walked{}, err
	}
	out := w.spread(c, len(c.v))
	a, b = w.spread(a, len(c.v)), w.spread(b, len(c.v))
	for i := range out.v {
		if c.v[i] != 0 {
			out.v[i] = a.v[i]
		} else {
			out.v[i] = b.v[i]
		}
	}
	return out, nil
}

func (w *walker) spread(a walked, n int) walked {
	out := walked{v: make([]float64, n), vector: true}
	for i := range out.v {
		out.v[i] = a.v[min(i, len(a.v)-1)]
	}
	return out
}

func (w *walker) reduce(n *node) (walked, error) {
	lo, err := w.exact(n.args[0])
	if err != nil {
		return walked{}, err
	}
	hi, err := w.exact(n.args[1])
	if err != nil {
		return walked{}, err
	}
	var rows []walked
	for i := lo; i <= hi; i++ {
		w.index[n.index] = i
		v, err := w.walk(n.args[2])
		if err != nil {
			return walked{}, err
		}
		rows = append(rows, v)
	}
	if len(rows) == 0 {
		return number(map[string]float64{"prod": 1}[n.name]), nil
	}
	out := walked{make([]float64, len(rows[0].v)), rows[0].vector, rows[0].cols}
	for k := range out.v {
		column := make([]float64, len(rows))
		for i, r := range rows {
			column[i] = r.v[k]
		}
		out.v[k] = w.gather(n.name, column)
	}
	return out, nil
}

func (w *walker) gather(name string, v []float64) float64 {
	y := v[0]
	for _, x := range v[1:] {
		switch name {
		case "prod":
			y = w.rough(y * x)
		case "min":
			y = min(y, x)
		case "max":
			y = max(y, x)
		default:
			y = w.rough(y + x)
		}
	}
	if name == "mean" {
		y /= float64(len(v))
	}
	return y
}

func (w *walker) vectorCall(n *node) (walked, error) {
	a, err := w.walk(n.args[0])
	if err != nil {
		return walked{}, err
	}
	v := append([]float64{}, a.v...)
	switch n.name {
	case "dot":
		b, err := w.walk(n.args[1])
		if err == nil && len(b.v) != len(v) {
			err = fmt.Errorf("vectors of %d and %d entries", len(v), len(b.v))
		}
		if err != nil {
			return walked{}, err
		}
		for i := range v {
			v[i] = w.rough(v[i] * b.v[i])
		}
	case "norm2":
		for i := range v {
			v[i] = w.rough(v[i] * v[i])
		}
		return number(math.Sqrt(w.gather("sum", v))), nil
	}
	return number(w.gather(n.name, v)), nil
}

// rough disturbs a result in its last digits.
func (w *walker) rough(v float64) float64 {
	if w.noise == nil {
		return v
	}
	return v * (1 + (w.noise.Float64()-0.5)*0x1p-48)
}

func (w *walker) elementwise(n *node, args []walked) (walked, error) {
	length, out := 1, walked{}
	for _, a := range args {
		if a.vector {
			length, out = len(a.v), a
		}
	}
	out.v = make([]float64, length)
	if w.budget -= length; w.budget < 0 {
		return walked{}, errBudget
	}
	for i := range out.v {
		at := make([]float64, len(args))
		for j, a := range args {
			at[j] = a.v[min(i, len(a.v)-1)]
		}
		y := at[0]
		switch n.kind {
		case callNode:
			y = w.rough(plainFunction(n.name, at))
		case negNode:
			y = -y
		case notNode:
			y = bit(y == 0)
		case powNode:
			y = w.rough(math.Pow(at[0], at[1]))
		default:
			for j, b := range at[1:] {
				y = w.binary(n, j, y, b)
			}
		}
		out.v[i] = y
	}
	return out, nil
}

func bit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (w *walker) binary(n *node, j int, a, b float64) float64 {
	switch n.kind {
	case andNode:
		return bit(a != 0 && b != 0)
	case orNode:
		return bit(a != 0 || b != 0)
	}
	switch n.ops[j] {
	case opAdd:
		return w.rough(a + b)
	case opSub:
		return w.rough(a - b)
	case opMul:
		return w.rough(a * b)
	case opDiv:
		return w.rough(a / b)
	case opLt:
		return bit(a < b)
	case opLe:
		return bit(a <= b)
	case opGt:
		return bit(a > b)
	case opGe:
		return bit(a >= b)
	case opEq:
		return bit(a == b)
	}
	return bit(a != b)
}
