// Package graph builds, differentiates and runs mathematical expressions.
//
// A Graph holds immutable nodes: numbers, arrays and operations on them. Equal
// expressions are one node, so common subexpressions are shared by
// construction. Grad (reverse mode) and JVP (forward mode) map a graph to a
// graph, both from the one table of operations: the derivative that is printed
// and the derivative that is run are the same object.
//
// Compile turns nodes into a Program, a flat list of instructions over one
// memory arena that evaluates them without allocating. Elementwise operations on
// arrays of one length run together, block by block, with the sums over them. Objective and Residual
// wrap the programs a minimiser needs: value, gradient, Hessian-vector product,
// Jacobian.
//
// # Shapes
//
// A shape is a list of extents; nil is a scalar. Arrays are row-major and their
// shapes static. Elementwise operations broadcast by the rules of NumPy: shapes
// are aligned at the right, and an extent of 1 (or a missing one) is repeated.
//
// # Domains and kinks
//
// The graph of a value keeps the domain the user wrote: 0*log(x) is NaN at
// x = -1, and no rewriting hides that. Only constants are folded, and exact
// identities such as x*1, x+0 and -(-x) applied.
//
// Where an operation has a kink its derivative is one fixed subgradient:
// abs'(0) = 0, relu'(0) = 0, and at a tie max and min follow their first
// argument, while a maximum over an axis shares among all the elements that
// attain it. Steps (sign, floor, ceil, comparisons, logic) have derivative 0
// everywhere. Infinite slopes, as of sqrt at 0, are honestly infinite. The
// derivative of a Select is that of the branch taken: the other branch may be
// infinite or NaN there.
package graph
