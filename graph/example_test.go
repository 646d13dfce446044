package graph_test

import (
	"fmt"

	"descent/graph"
)

// The gradient of x² + x·y + y² at (3, -2), and its product of Hessian and
// direction (1, 0).
func ExampleNewObjective() {
	g := graph.New()
	x, y := g.Param("x"), g.Param("y")
	f := g.Add(g.Add(g.Mul(x, x), g.Mul(x, y)), g.Mul(y, y))

	o, err := graph.NewObjective[float64](g, f)
	if err != nil {
		fmt.Println(err)
		return
	}
	point, grad, hv := []float64{3, -2}, make([]float64, 2), make([]float64, 2)
	value, err := o.Eval(point, grad)
	fmt.Println(value, grad, err)
	err = o.HVP(point, []float64{1, 0}, hv)
	fmt.Println(hv, err)
	// Output:
	// 7 [4 -1] <nil>
	// [2 1] <nil>
}

// A gradient is a graph like any other: here it is compiled beside a row of
// data that is bound later.
func ExampleCompile() {
	g := graph.New()
	a, t := g.Param("a"), g.Data("t", 3)
	loss := g.Sum(g.Exp(g.Mul(a, t)))

	p, err := graph.Compile[float64](g, loss, g.Grad(loss, a)[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Bind("t", []float64{0, 1, 2}); err != nil {
		fmt.Println(err)
		return
	}
	var value, slope [1]float64
	err = p.Run([]float64{0}, value[:], slope[:])
	fmt.Println(value[0], slope[0], err)
	// Output:
	// 3 3 <nil>
}
