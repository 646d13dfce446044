// Package expr is the formula language: it reads a formula as a person types
// it, prints it as text and LaTeX, lowers it to an expression graph, and
// prints derivatives the way a person would write them.
//
//	f, err := expr.Parse("sum(i=1..99, 100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)")
//	g := graph.New()
//	y, err := f.Lower(g, expr.Scope{"x": g.Param("x", 100)})
//
// The language is described in docs/formula.md. Everything that can be wrong
// with a formula is an *Error that points at the place.
package expr
