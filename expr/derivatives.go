package expr

import (
	"errors"
	"fmt"
	"strconv"

	"descent/graph"
)

// Derivative is the partial derivative of a formula by one variable, printed.
type Derivative struct {
	Var     string
	Index   int    // of the entry of a vector, or its row in a matrix, from 1; 0 for a number
	Col     int    // of the entry of a matrix, from 1; otherwise 0
	Text    string // as a formula
	LaTeX   string
	Omitted string // why the derivative is not printed, otherwise empty
}

// Name is the name of what it is the derivative by: x, w[2] or W[1,2].
func (d *Derivative) Name() string {
	switch {
	case d.Index == 0:
		return d.Var
	case d.Col == 0:
		return d.Var + "[" + strconv.Itoa(d.Index) + "]"
	}
	return d.Var + "[" + strconv.Itoa(d.Index) + "," + strconv.Itoa(d.Col) + "]"
}

// Limits on what is printed.
const (
	maxEntries        = 8      // vectors of at most this length are printed whole
	maxDerivativeText = 20_000 // bytes
	maxDerivativeSize = 5_000  // nodes
	maxDerivatives    = 100
)

// Derivatives prints the partial derivative by every variable of the scope that
// is no constant and no column of data, in the order in which the variables
// appear. Of a vector with more than 8 entries it gives the first, a middle and
// the last one; sums are written out, and where that is too long Omitted says
// so. A formula that is a vector because of its columns is differentiated for
// one row.
func (f *Formula) Derivatives(scope Scope) ([]Derivative, error) {
	if _, err := f.Lower(copyScope(scope)); err != nil {
		return nil, err
	}
	d, err := f.derivatives(scope, false)
	if errors.Is(err, errVector) {
		d, err = f.derivatives(scope, true)
	}
	if errors.Is(err, errVector) {
		return nil, errorAt(f.src, 0, "", "the value is a vector, not a number")
	}
	return d, err
}

var errVector = errors.New("expr: the value is a vector")

// copyScope declares the variables of a scope in a graph of their own.
func copyScope(scope Scope) (*graph.Graph, Scope) {
	g := graph.New()
	own := Scope{}
	for name, n := range scope {
		own[name] = redeclare(g, name, n, n.Shape)
	}
	return g, own
}

func redeclare(g *graph.Graph, name string, n *graph.Node, shape []int) *graph.Node {
	switch n.Op {
	case graph.Const:
		return g.Const(n.Value)
	case graph.Data, graph.Tensor:
		return g.Data(name, shape...)
	}
	return g.Param(name, shape...)
}

func (f *Formula) derivatives(scope Scope, oneRow bool) ([]Derivative, error) {
	out, extents, known := f.wanted(scope)
	flat, err := f.unroll(extents, known)
	if errors.Is(err, errTooLong) {
		for i := range out {
			out[i].Omitted = "the sums have too many terms to write them out"
		}
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("expr: writing out the sums: %w", err)
	}
	g, own := graph.New(), Scope{}
	for _, v := range flat.free {
		n := scope[v.name]
		switch {
		case n == nil: // an entry of a vector
			own[v.name] = g.Param(v.name)
		case oneRow && n.Op == graph.Data:
			own[v.name] = g.Data(v.name)
		default:
			own[v.name] = redeclare(g, v.name, n, n.Shape)
		}
	}
	y, err := flat.Lower(g, own)
	if err != nil && oneRow { // a mean over the column in a formula for each row
		for i := range out {
			out[i].Omitted = "the formula has a value for each row and a sum over all rows"
		}
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	if !y.IsScalar() {
		return nil, errVector
	}
	printed := out[:min(len(out), maxDerivatives)]
	for i := len(printed); i < len(out); i++ {
		out[i].Omitted = fmt.Sprintf("only the first %d are printed", maxDerivatives)
	}
	wrt := make([]*graph.Node, len(printed))
	for i, d := range printed {
		wrt[i] = own[d.Name()]
	}
	for i, n := range g.Grad(y, wrt...) {
		if larger(n, maxDerivativeSize) {
			out[i].Omitted = fmt.Sprintf("it has more than %d operations", maxDerivativeSize)
		} else {
			out[i].print(g.Simplify(n))
		}
	}
	return out, nil
}

// wanted lists the derivatives to print, the sizes of vectors and matrices and
// the values of the constants.
func (f *Formula) wanted(scope Scope) ([]Derivative, map[string]extent, map[string]float64) {
	var out []Derivative
	extents, known := map[string]extent{}, map[string]float64{}
	for _, v := range f.free {
		n := scope[v.name]
		switch {
		case n.Op == graph.Const:
			known[v.name] = n.Value
		case n.Op == graph.Data || n.Op == graph.Tensor:
		case n.IsScalar():
			out = append(out, Derivative{Var: v.name})
		default:
			e := extent{length: n.Len()}
			if len(n.Shape) == 2 {
				e.cols = n.Shape[1]
			}
			extents[v.name] = e
			for k := 1; k <= e.length; k++ {
				if e.length <= maxEntries || k == 1 || k == (e.length+1)/2 || k == e.length {
					out = append(out, e.entry(v.name, k))
				}
			}
		}
	}
	return out, extents, known
}

// larger reports whether a node is computed from more than most nodes.
func larger(n *graph.Node, most int) bool {
	met := map[*graph.Node]bool{n: true}
	for todo := []*graph.Node{n}; len(todo) > 0; {
		n, todo = todo[len(todo)-1], todo[:len(todo)-1]
		for _, a := range n.Args {
			if !met[a] {
				met[a] = true
				todo = append(todo, a)
			}
		}
		if len(met) > most {
			return true
		}
	}
	return false
}

func (d *Derivative) print(n *graph.Node) {
	text, whole := render(n, maxDerivativeText, (*printer).text)
	latex, wholeToo := render(n, 2*maxDerivativeText, (*printer).latex)
	if !whole || !wholeToo {
		d.Omitted = fmt.Sprintf("it is longer than %d characters", maxDerivativeText)
		return
	}
	d.Text, d.LaTeX = text, latex
}
