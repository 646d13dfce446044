package graph

import (
	"math"

	"descent/internal/kernel"
)

// table is the one place that says what an operation is called, what its value
// is and how it is differentiated. Reverse mode, forward mode, Hessian-vector
// products and printed derivatives all read it.
var table = [numOps]row{
	Const:  {name: "const"},
	Tensor: {name: "tensor"},
	Param:  {name: "param"},
	Data:   {name: "data"},
	seed:   {name: "seed"},

	Neg:      {name: "-", kind: Elementwise, f1: func(a float64) float64 { return -a }, d: partials(constant(-1))},
	Sin:      {name: "sin", kind: Elementwise, f1: math.Sin, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Cos(a) })},
	Cos:      {name: "cos", kind: Elementwise, f1: math.Cos, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Neg(g.Sin(a)) })},
	Tan:      {name: "tan", kind: Elementwise, f1: math.Tan, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Add(g.Const(1), g.square(y)) })},
	Asin:     {name: "asin", kind: Elementwise, f1: math.Asin, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.inv(g.Sqrt(g.oneMinusSquare(a))) })},
	Acos:     {name: "acos", kind: Elementwise, f1: math.Acos, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Neg(g.inv(g.Sqrt(g.oneMinusSquare(a)))) })},
	Atan:     {name: "atan", kind: Elementwise, f1: math.Atan, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.inv(g.Add(g.Const(1), g.square(a))) })},
	Sinh:     {name: "sinh", kind: Elementwise, f1: math.Sinh, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Cosh(a) })},
	Cosh:     {name: "cosh", kind: Elementwise, f1: math.Cosh, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Sinh(a) })},
	Tanh:     {name: "tanh", kind: Elementwise, f1: math.Tanh, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.oneMinusSquare(y) })},
	Asinh:    {name: "asinh", kind: Elementwise, f1: math.Asinh, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.inv(g.Sqrt(g.Add(g.square(a), g.Const(1)))) })},
	Acosh:    {name: "acosh", kind: Elementwise, f1: math.Acosh, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.inv(g.Sqrt(g.Sub(g.square(a), g.Const(1)))) })},
	Atanh:    {name: "atanh", kind: Elementwise, f1: math.Atanh, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.inv(g.oneMinusSquare(a)) })},
	Exp:      {name: "exp", kind: Elementwise, f1: math.Exp, d: partials(itself)},
	Expm1:    {name: "expm1", kind: Elementwise, f1: math.Expm1, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Exp(a) })},
	Log:      {name: "log", kind: Elementwise, f1: kernel.LogOf, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.inv(a) })},
	Log1p:    {name: "log1p", kind: Elementwise, f1: math.Log1p, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.inv(g.Add(g.Const(1), a)) })},
	Log2:     {name: "log2", kind: Elementwise, f1: math.Log2, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Div(g.Const(1/math.Ln2), a) })},
	Log10:    {name: "log10", kind: Elementwise, f1: math.Log10, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Div(g.Const(1/math.Ln10), a) })},
	Sqrt:     {name: "sqrt", kind: Elementwise, f1: math.Sqrt, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Div(g.Const(0.5), y) })},
	Cbrt:     {name: "cbrt", kind: Elementwise, f1: math.Cbrt, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.inv(g.Mul(g.Const(3), g.square(y))) })},
	Abs:      {name: "abs", kind: Elementwise, f1: math.Abs, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Sign(a) })},
	Sign:     {name: "sign", kind: Elementwise, f1: signum, d: partials(nil)},
	Floor:    {name: "floor", kind: Elementwise, f1: math.Floor, d: partials(nil)},
	Ceil:     {name: "ceil", kind: Elementwise, f1: math.Ceil, d: partials(nil)},
	Sigmoid:  {name: "sigmoid", kind: Elementwise, f1: kernel.SigmoidOf, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Mul(y, g.Sub(g.Const(1), y)) })},
	Softplus: {name: "softplus", kind: Elementwise, f1: kernel.SoftplusOf, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Sigmoid(a) })},
	Relu:     {name: "relu", kind: Elementwise, f1: relu, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Apply(Gt, a, g.Const(0)) })},
	Erf: {name: "erf", kind: Elementwise, f1: math.Erf, d: partials(func(g *Graph, y, a, _ *Node) *Node {
		return g.Mul(g.Const(2/math.SqrtPi), g.Exp(g.Neg(g.square(a))))
	})},
	Lgamma:  {name: "lgamma", kind: Elementwise, f1: lgamma, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Apply(Digamma, a) })},
	Digamma: {name: "digamma", kind: Elementwise, f1: digamma, d: partials(func(g *Graph, y, a, _ *Node) *Node { return g.Apply(Polygamma, g.Const(1), a) })},
	Not:     {name: "not", kind: Elementwise, f1: func(a float64) float64 { return truth(a == 0) }, d: partials(nil)},

	Add: {name: "+", kind: Elementwise, commutative: true, f2: func(a, b float64) float64 { return a + b }, d: partials(constant(1), constant(1))},
	Sub: {name: "-", kind: Elementwise, f2: func(a, b float64) float64 { return a - b }, d: partials(constant(1), constant(-1))},
	Mul: {name: "*", kind: Elementwise, commutative: true, f2: func(a, b float64) float64 { return a * b }, d: partials(
		func(g *Graph, y, a, b *Node) *Node { return b },
		func(g *Graph, y, a, b *Node) *Node { return a })},
	Div: {name: "/", kind: Elementwise, f2: func(a, b float64) float64 { return a / b }, d: partials(
		func(g *Graph, y, a, b *Node) *Node { return g.inv(b) },
		func(g *Graph, y, a, b *Node) *Node { return g.Neg(g.Div(y, b)) })},
	Pow: {name: "^", kind: Elementwise, f2: kernel.PowOf, d: partials(
		func(g *Graph, y, a, b *Node) *Node { return g.Mul(b, g.Pow(a, g.Sub(b, g.Const(1)))) },
		func(g *Graph, y, a, b *Node) *Node { return g.Apply(Xlogy, y, a) })},
	Atan2: {name: "atan2", kind: Elementwise, f2: math.Atan2, d: partials(
		func(g *Graph, y, a, b *Node) *Node { return g.Div(b, g.Add(g.square(a), g.square(b))) },
		func(g *Graph, y, a, b *Node) *Node { return g.Neg(g.Div(a, g.Add(g.square(a), g.square(b)))) })},
	Hypot: {name: "hypot", kind: Elementwise, commutative: true, f2: math.Hypot, d: partials(
		func(g *Graph, y, a, b *Node) *Node { return g.Div(a, y) },
		func(g *Graph, y, a, b *Node) *Node { return g.Div(b, y) })},
	Min: {name: "min", kind: Elementwise, f2: minimum, d: partials(
		func(g *Graph, y, a, b *Node) *Node { return g.Apply(Le, a, b) },
		func(g *Graph, y, a, b *Node) *Node { return g.Apply(Gt, a, b) })},
	Max: {name: "max", kind: Elementwise, f2: maximum, d: partials(
		func(g *Graph, y, a, b *Node) *Node { return g.Apply(Ge, a, b) },
		func(g *Graph, y, a, b *Node) *Node { return g.Apply(Lt, a, b) })},
	Mod: {name: "mod", kind: Elementwise, f2: mod, d: partials(
		constant(1),
		func(g *Graph, y, a, b *Node) *Node { return g.Neg(g.Floor(g.Div(a, b))) })},
	Polygamma: {name: "polygamma", kind: Elementwise, f2: polygamma, d: partials(
		nil,
		func(g *Graph, y, a, b *Node) *Node { return g.Apply(Polygamma, g.Add(a, g.Const(1)), b) })},
	Xlogy: {name: "xlogy", kind: Elementwise, f2: xlogy, d: partials(
		func(g *Graph, y, a, b *Node) *Node { return g.Apply(Xlogy, g.Const(1), b) },
		func(g *Graph, y, a, b *Node) *Node { return g.Div(a, b) })},
	Lt:  {name: "<", kind: Elementwise, f2: func(a, b float64) float64 { return truth(a < b) }, d: partials(nil, nil)},
	Le:  {name: "<=", kind: Elementwise, f2: func(a, b float64) float64 { return truth(a <= b) }, d: partials(nil, nil)},
	Gt:  {name: ">", kind: Elementwise, f2: func(a, b float64) float64 { return truth(a > b) }, d: partials(nil, nil)},
	Ge:  {name: ">=", kind: Elementwise, f2: func(a, b float64) float64 { return truth(a >= b) }, d: partials(nil, nil)},
	Eq:  {name: "==", kind: Elementwise, commutative: true, f2: func(a, b float64) float64 { return truth(a == b) }, d: partials(nil, nil)},
	Ne:  {name: "!=", kind: Elementwise, commutative: true, f2: func(a, b float64) float64 { return truth(a != b) }, d: partials(nil, nil)},
	And: {name: "and", kind: Elementwise, commutative: true, f2: func(a, b float64) float64 { return truth(a != 0 && b != 0) }, d: partials(nil, nil)},
	Or:  {name: "or", kind: Elementwise, commutative: true, f2: func(a, b float64) float64 { return truth(a != 0 || b != 0) }, d: partials(nil, nil)},

	Select: {name: "if", kind: Elementwise, f3: choose, d: partials(
		nil,
		func(g *Graph, y, a, b *Node) *Node { return g.Select(y.Args[0], g.Const(1), g.Const(0)) },
		func(g *Graph, y, a, b *Node) *Node { return g.Select(y.Args[0], g.Const(0), g.Const(1)) })},

	Sum:       {name: "sum", kind: Linear, transpose: sumTranspose},
	LogSumExp: {name: "logsumexp", kind: Reduction, weights: softmaxWeights},
	Maximum:   {name: "maximum", kind: Reduction, weights: maximumWeights},
	Broadcast: {name: "broadcast", kind: Linear, transpose: func(g *Graph, y *Node, _ int, u *Node) *Node { return g.unbroadcast(u, y.Args[0].Shape) }},
	Reshape:   {name: "reshape", kind: Linear, transpose: func(g *Graph, y *Node, _ int, u *Node) *Node { return g.Reshape(u, y.Args[0].Shape...) }},
	Transpose: {name: "transpose", kind: Linear, transpose: func(g *Graph, y *Node, _ int, u *Node) *Node { return g.Transpose(u) }},
	MatMul:    {name: "matmul", kind: Bilinear, transpose: matMulTranspose},
	Slice:     {name: "slice", kind: Linear, transpose: func(g *Graph, y *Node, _ int, u *Node) *Node { return g.Pad(u, y.Start, y.Step, y.Args[0].Shape[0]) }},
	Pad:       {name: "pad", kind: Linear, transpose: func(g *Graph, y *Node, _ int, u *Node) *Node { return g.Slice(u, y.Start, y.Step, y.Args[0].Shape[0]) }},
	Gather:    {name: "gather", kind: Linear, transpose: func(g *Graph, y *Node, _ int, u *Node) *Node { return g.Scatter(u, y.Index, y.Args[0].Shape[0]) }},
	Scatter:   {name: "scatter", kind: Linear, transpose: func(g *Graph, y *Node, _ int, u *Node) *Node { return g.Gather(u, y.Index) }},
	Stack:     {name: "stack", kind: Linear, variadic: true, transpose: stackTranspose},
}
