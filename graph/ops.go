package graph

// Op names an operation. Everything known about it is its row in the table.
type Op uint8

// The operations. Comparisons and logic yield 0 or 1 and take any number but 0
// for true.
const (
	// Leaves.
	Const Op = iota
	Tensor
	Param
	Data
	seed // the direction of a derivative, laid out in its own flat vector

	// Elementwise, one argument.
	Neg
	Sin
	Cos
	Tan
	Asin
	Acos
	Atan
	Sinh
	Cosh
	Tanh
	Asinh
	Acosh
	Atanh
	Exp
	Expm1 // exp(a) - 1
	Log
	Log1p // log(1 + a)
	Log2
	Log10
	Sqrt
	Cbrt
	Abs
	Sign // -1, 0 or 1
	Floor
	Ceil
	Sigmoid  // 1/(1 + exp(-a))
	Softplus // log(1 + exp(a))
	Relu     // max(a, 0)
	Erf
	Lgamma  // log|Γ(a)|
	Digamma // (log Γ)'(a)
	Not

	// Elementwise, two arguments.
	Add
	Sub
	Mul
	Div
	Pow
	Atan2 // (y, x)
	Hypot // sqrt(a^2 + b^2)
	Min
	Max
	Mod       // a - b*floor(a/b): the sign of b
	Polygamma // (n, x): the n-th derivative of digamma at x, n a constant
	Xlogy     // (x, y): x*log(y), and 0 where x is 0
	Lt
	Le
	Gt
	Ge
	Eq
	Ne
	And
	Or

	// Elementwise, three arguments.
	Select // (c, a, b): a where c is not 0, otherwise b

	// On arrays; the methods of Graph say what they do.
	Sum
	LogSumExp
	Maximum
	Broadcast
	Reshape
	Transpose
	MatMul
	Slice
	Pad
	Gather
	Scatter
	Stack

	numOps
)

// Kind says how an operation is differentiated.
type Kind uint8

const (
	Leaf        Kind = iota
	Elementwise      // partial derivatives, one for each argument
	Linear           // linear in its arguments together: the tangent is the operation itself, the adjoint its transpose
	Bilinear         // linear in each of two arguments
	Reduction        // over one axis: the weights ∂y/∂x, an array like x
)

// row is what the package knows about an operation.
type row struct {
	name        string // as it is printed: a symbol for operators, otherwise a function name
	kind        Kind
	commutative bool
	variadic    bool

	// The value of an elementwise operation at one point; which one is set
	// follows from the number of arguments.
	f1 func(a float64) float64
	f2 func(a, b float64) float64
	f3 func(a, b, c float64) float64

	// d holds ∂y/∂argᵢ of an elementwise operation; nil is zero everywhere.
	d []partial
	// transpose maps the adjoint u of y to the contribution to argument i.
	transpose func(g *Graph, y *Node, i int, u *Node) *Node
	// weights is ∂y/∂x of a reduction y of x over its axis.
	weights func(g *Graph, y, x *Node) *Node
}

// partial makes the graph of a partial derivative of y = op(a, b). For
// operations of one argument b is nil.
type partial func(g *Graph, y, a, b *Node) *Node

// String is the operation's name in formulas: "+", "sin".
func (op Op) String() string { return table[op].name }

// Arity is the number of arguments; Stack takes any number and says -1.
func (op Op) Arity() int { return table[op].arity() }

func (r *row) arity() int {
	switch r.kind {
	case Leaf:
		return 0
	case Elementwise:
		return len(r.d)
	case Bilinear:
		return 2
	}
	if r.variadic {
		return -1
	}
	return 1
}

// Kind says how the operation is differentiated.
func (op Op) Kind() Kind { return table[op].kind }

// Value is the value of an elementwise operation at one point; it takes as many
// numbers as the operation has arguments.
func (op Op) Value(args ...float64) float64 {
	r := &table[op]
	switch len(args) {
	case 1:
		return r.f1(args[0])
	case 2:
		return r.f2(args[0], args[1])
	}
	return r.f3(args[0], args[1], args[2])
}

// needsShape reports whether the shape of a node does not follow from its
// arguments and attributes.
func (op Op) needsShape() bool {
	switch op {
	case Tensor, Param, Data, seed, Broadcast, Reshape, Slice, Pad, Scatter:
		return true
	}
	return false
}
