package descent

import (
	"fmt"
	"strconv"

	"descent/expr"
	"descent/graph"
	"descent/optim"
)

// Formula is a formula ready to be minimised: its variables lie one after the
// other in one flat vector, and its gradient and Hessian are exact. A Formula
// must not be used from several goroutines at once.
type Formula struct {
	Variables []Variable // in order of appearance
	parsed    *expr.Formula
	scope     expr.Scope
	objective *graph.Objective[float64]
	graph     *graph.Graph
	value     *graph.Node
	columns   map[string][]float64
}

// Variable is a number, a vector or a matrix that a formula is minimised over.
type Variable struct {
	Name   string
	Len    int // 0 for a number; the length of a vector x[1] … x[Len]; all entries of a matrix, row by row
	Cols   int // of a matrix W[1,1] … W[Len/Cols,Cols], otherwise 0
	Offset int // where it begins in the flat vector
}

// size is the number of elements.
func (v Variable) size() int { return max(v.Len, 1) }

// shape is that of its block of parameters.
func (v Variable) shape() []int {
	switch {
	case v.Cols > 0:
		return []int{v.Len / v.Cols, v.Cols}
	case v.Len > 0:
		return []int{v.Len}
	}
	return nil
}

// element is the name of its element i, from 0.
func (v Variable) element(i int) string {
	switch {
	case v.Cols > 0:
		return fmt.Sprintf("%s[%d,%d]", v.Name, i/v.Cols+1, i%v.Cols+1)
	case v.Len > 0:
		return v.Name + "[" + strconv.Itoa(i+1) + "]"
	}
	return v.Name
}

// Inputs is what a formula needs to know besides its text.
type Inputs struct {
	// Lengths of vector variables; of a matrix, all its entries. One that is
	// missing is as long as the largest index the formula uses.
	Lengths map[string]int
	// Shapes are rows and columns of matrices. One that is missing has as many
	// as the largest indexes the formula uses.
	Shapes map[string][2]int
	// Columns of data, all of one length. Their names are not minimised over.
	Columns map[string][]float64
}

// ParseFormula reads a formula and derives its gradient. The language is
// described in docs/formula.md; a mistake in the text is an *expr.Error that
// points at the place.
func ParseFormula(text string, in Inputs) (*Formula, error) {
	parsed, err := expr.Parse(text)
	if err != nil {
		return nil, err
	}
	g := graph.New()
	f := &Formula{parsed: parsed, scope: expr.Scope{}, graph: g, columns: in.Columns}
	scope := f.scope
	for name, values := range in.Columns {
		if len(values) == 0 {
			return nil, fmt.Errorf("descent: the column %s has no rows", name)
		}
		scope[name] = g.Data(name, len(values))
	}
	offset := 0
	for _, v := range parsed.Variables() {
		if scope[v.Name] != nil {
			continue
		}
		w, err := sized(v, in)
		if err != nil {
			return nil, err
		}
		w.Offset = offset
		scope[v.Name] = g.Param(v.Name, w.shape()...)
		f.Variables = append(f.Variables, w)
		offset += w.size()
	}
	if len(f.Variables) == 0 {
		return nil, fmt.Errorf("descent: the formula %s has no variable to minimise over; it is the same everywhere", parsed)
	}
	y, err := parsed.Lower(g, scope)
	if err != nil {
		return nil, err
	}
	if !y.IsScalar() {
		return nil, fmt.Errorf("descent: the formula gives %d numbers, and a minimum is that of one; wrap it in sum(…) or mean(…)", y.Len())
	}
	f.value = y
	if f.objective, err = graph.NewObjective[float64](g, y); err != nil {
		return nil, err
	}
	for name, values := range in.Columns {
		if err := f.objective.Bind(name, values); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Dim is the number of variables, entries of vectors counted one by one.
func (f *Formula) Dim() int { return f.objective.Dim() }

// Names lists the elements of the flat vector: "x", "y", "w[1]", "w[2]",
// "W[1,1]".
func (f *Formula) Names() []string {
	names := make([]string, 0, f.Dim())
	for _, v := range f.Variables {
		for i := range v.size() {
			names = append(names, v.element(i))
		}
	}
	return names
}

// String is the formula as text, with the fewest brackets.
func (f *Formula) String() string { return f.parsed.String() }

// LaTeX is the formula in LaTeX's mathematics.
func (f *Formula) LaTeX() string { return f.parsed.LaTeX() }

// Problem is the formula as package optim takes it, with Hessian-vector
// products.
func (f *Formula) Problem() optim.Problem[float64] {
	return optim.Problem[float64]{
		Dim:    f.Dim(),
		Eval:   f.objective.Eval,
		HVP:    f.objective.HVP,
		Blocks: f.objective.Blocks(),
	}
}

// EvalMany writes the values of the formula at n points, one after the other
// in xs, to values; with grads, also the gradients.
func (f *Formula) EvalMany(xs []float64, n int, values, grads []float64) error {
	return f.objective.EvalMany(xs, n, values, grads)
}

// Constant is the value of a formula without variables, such as "pi/2".
func Constant(text string) (float64, error) {
	parsed, err := expr.Parse(text)
	if err != nil {
		return 0, err
	}
	if v := parsed.Variables(); len(v) > 0 {
		return 0, fmt.Errorf("descent: %s is not a constant: it has the variable %s", text, v[0].Name)
	}
	y, err := parsed.Lower(graph.New(), nil)
	if err != nil {
		return 0, err
	}
	if y.Op != graph.Const {
		return 0, fmt.Errorf("descent: %s is not one number", text)
	}
	return y.Value, nil
}

// Hints asks about names that look like products, as xy in x^2 + xy + y^2; known
// are names that the user has mentioned elsewhere, as starts.
func (f *Formula) Hints(known ...string) []string {
	var out []string
	for _, h := range f.parsed.Suspicious(known...) {
		out = append(out, h.Place+": "+h.Text)
	}
	return out
}

// Derivatives are the partial derivatives as a person would write them, one
// for each variable; of long vectors some entries stand for all.
func (f *Formula) Derivatives() ([]expr.Derivative, error) {
	return f.parsed.Derivatives(f.scope)
}
