package expr

// kind says what a syntax node is.
type kind uint8

const (
	numberNode  kind = iota // val
	constNode               // name: pi or e
	nameNode                // name, sym: a variable, a bound name or a loop index
	negNode                 // -args[0]
	notNode                 // not args[0]
	sumNode                 // args joined by + and - (ops)
	mulNode                 // args joined by * and / (ops)
	andNode                 // args joined by and
	orNode                  // args joined by or
	compareNode             // args[0] ops[0] args[1]
	powNode                 // args[0] ^ args[1]
	callNode                // name(args...), the choice if(c, a, b) included
	indexNode               // name[args[0]] or name[args[0],args[1]]: an entry of a vector or a matrix
	listNode                // [args...]: a vector of numbers, or a matrix by its rows
	reduceNode              // name(index=args[0]..args[1], args[2]), index in sym
)

// symbol says what a name means.
type symbol uint8

const (
	freeName  symbol = iota // a variable: the caller gives it a value
	boundName               // bound by an earlier statement
	indexName               // the index of an enclosing loop
)

// node is a piece of a formula. Chains of operators of one precedence are one
// node with many arguments, so the depth of a tree is the depth of its
// brackets, not the length of its sums.
type node struct {
	kind  kind
	sym   symbol  // nameNode, indexNode
	pos   int32   // byte offset in the source, for messages
	val   float64 // numberNode
	name  string  // constNode, nameNode, callNode, indexNode, reduceNode
	index string  // reduceNode: the name of the loop index
	ops   []op    // sumNode, mulNode, compareNode: ops[i] stands before args[i+1]
	args  []*node
}

// op is an operator of a chain or a comparison.
type op uint8

const (
	opAdd op = iota
	opSub
	opMul
	opDiv
	opLt
	opLe
	opGt
	opGe
	opEq
	opNe
)

// binding is one statement name = value.
type binding struct {
	name  string
	pos   int32
	value *node
}

// Formula is a parsed formula: bindings, in order, and the expression that is
// its value.
type Formula struct {
	src      string
	bindings []binding
	value    *node
	free     []freeUse // the variables, in order of appearance
	variable map[string]*Variable
}

// freeUse is a variable and where it first appears.
type freeUse struct {
	name string
	pos  int32
}

// Variable is a name in a formula that the caller gives a value.
type Variable struct {
	Name    string
	Indexed bool // an entry x[i] or x[i,j] is used: it is a vector or a matrix
	Matrix  bool // an entry x[i,j] is used: it is a matrix
	Whole   bool // the name is used without an index
	// The largest index that appears, of a matrix that of rows and that of
	// columns; 0 where it depends on another variable.
	MinLen, MinCols int
}

// Variables lists the variables of the formula in the order in which they
// appear.
func (f *Formula) Variables() []Variable {
	vs := make([]Variable, len(f.free))
	for i, u := range f.free {
		vs[i] = *f.variable[u.name]
	}
	return vs
}

// Source is the text that the formula was parsed from.
func (f *Formula) Source() string { return f.src }
