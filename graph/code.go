package graph

// A code is what Compile makes of a graph: one list of instructions, and how
// much memory they need. It is the same for every element type and is shared
// by all clones of a Program.
//
// Values of one element, whatever their rank, are registers: float64 numbers in
// a small file of their own, in every Program, so that a loss keeps its digits
// in float32 too. All larger values lie in one of the spaces.
type code struct {
	instrs []instr
	blocks []block
	loops  []loop

	numRegs   int       // registers
	totals    int       // sums over the blocks of loops
	consts    []float64 // registers 0 .. len(consts)-1, never overwritten
	arenaLen  int       // elements of scratch memory
	tensors   []float64 // constant arrays, one after the other
	dim, seed int       // lengths of the two flat inputs
	lens      []int     // lengths of the output buffers
	stores    []store   // registers that are outputs
	inputs    []input   // data, in the order of their spaces
}

// The spaces that larger values lie in; behind them come the output buffers,
// then the data.
const (
	spaceArena = iota
	spaceX
	spaceSeed
	spaceTensor
	spaceOut
)

// regZero is the register that always holds 0.
const regZero = 0

// instr is one step: an operation on registers, a transfer between a register
// and memory, or a block operation. d is the register written, a, b, c those
// read, unless the opcode says otherwise.
type instr struct {
	op         Op
	d, a, b, c int32
}

// Opcodes that are not operations of a graph.
const (
	opSquare  Op = numOps + iota // a*a
	opPowInt                     // a to the whole power b
	opLoad                       // c registers from d on = memory of space a from b on
	opPut                        // memory of space d at b = register a
	opAddTo                      // memory of space d at b += register a
	opBlock                      // the block operation blocks[a]
	opLoop                       // the loop loops[a]
	opDot                        // in a loop: register = Σ x*y
	opFill                       // block: every element = register
	opCopy                       // block: dst = x
	opAddRows                    // block: rows of dst += rows of x
	opSparse                     // block: the product of a sparse matrix, or its transpose, and a matrix
)

// ref is a run of elements in a space.
type ref struct {
	space, off, n int
}

// operand is an argument of a block operation.
type operand struct {
	ref
	reg int // register of a value of one element, otherwise -1
}

// view is n elements of the operand from off on.
func (o operand) view(off, n int) operand {
	o.off += off
	o.n = n
	return o
}

// block is an operation on arrays. The array worked on is seen as
// [outer, n, inner]; which of the fields count depends on the operation.
type block struct {
	op              Op
	dst             operand
	args            [3]operand
	outer, n, inner int
	start, step     int // Slice, Pad, opAddRows: rows touched
	transA, transB  bool
	epilogue              // MatMul
	index           []int // Gather, Scatter, opAddRows: rows touched
	dims, strides   []int // Broadcast
}

// store copies a register to an output at the end of a run.
type store struct {
	reg, buf, off int
}

// input is an array bound by name.
type input struct {
	name   string
	shape  []int
	sparse bool
}
