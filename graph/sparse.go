package graph

import (
	"fmt"

	"descent/internal/kernel"
)

// Matrix is a sparse matrix by compressed rows, made by NewMatrix.
type Matrix[T Float] = kernel.CSR[T]

// NewMatrix takes the parts of a sparse matrix over: the entries of row i are
// value[start[i]:start[i+1]], in the columns index[start[i]:start[i+1]].
func NewMatrix[T Float](rows, cols int, start []int64, index []int32, value []T) (*Matrix[T], error) {
	return kernel.NewCSR(rows, cols, start, index, value)
}

// EmptyMatrix is a matrix of rows without entries.
func EmptyMatrix[T Float](rows, cols int) *Matrix[T] { return kernel.EmptyCSR[T](rows, cols) }

// Sparse declares a matrix that is mostly zeros, which a Program binds by name
// with BindSparse before it runs. It can only be multiplied with a matrix from
// its left, itself or transposed, and has at least two rows and two columns.
func (g *Graph) Sparse(name string, rows, cols int) *Node {
	if rows < 2 || cols < 2 {
		panic(fmt.Sprintf("graph: a sparse matrix has at least two rows and columns, not %d×%d", rows, cols))
	}
	if n := g.names[name]; n != nil && n.Sparse && n.Shape[0] == rows && n.Shape[1] == cols {
		return n
	}
	g.declared(Data, name, []int{rows, cols})
	n := g.intern(Node{Op: Data, Name: name, Shape: []int{rows, cols}, Sparse: true})
	g.names[name] = n
	return n
}

// isSparse reports whether n is a sparse matrix or the transpose of one.
func isSparse(n *Node) bool {
	if n.Op == Transpose {
		n = n.Args[0]
	}
	return n.Sparse
}

// lowerSparse is a product whose first factor is sparse.
func lowerSparse(n *Node, l *lowered) {
	a := n.Args[0]
	if l.transA = a.Op == Transpose; l.transA {
		a = a.Args[0]
	}
	l.op, l.args = opSparse, []*Node{a, n.Args[1]}
}

// BindSparse gives the matrix for a node of Graph.Sparse. It is not copied. Names
// that this program does not read are ignored.
func (p *Program[T]) BindSparse(name string, m *Matrix[T]) error {
	for i, in := range p.code.inputs {
		if in.name != name {
			continue
		}
		if !in.sparse || m.Rows != in.shape[0] || m.Cols != in.shape[1] {
			return fmt.Errorf("graph: a sparse matrix of %d×%d does not fit data %q of shape %v", m.Rows, m.Cols, name, in.shape)
		}
		if p.matrices == nil {
			p.matrices = make([]*Matrix[T], len(p.code.inputs))
		}
		p.matrices[i], p.bound[i] = m, true
	}
	return nil
}

// BindSparse gives the matrix for a node of Graph.Sparse, as Program.BindSparse
// does.
func (o *Objective[T]) BindSparse(name string, m *Matrix[T]) error { return o.all.bindSparse(name, m) }

// bindSparse gives a matrix to all programs, also to later ones.
func (s *programs[T]) bindSparse(name string, m *Matrix[T]) error {
	for _, p := range s.list {
		if err := p.BindSparse(name, m); err != nil {
			return err
		}
	}
	if s.matrices == nil {
		s.matrices = map[string]*Matrix[T]{}
	}
	s.matrices[name] = m
	return nil
}

// sparseProduct is the product of a sparse matrix, or its transpose, and a
// matrix of b.inner columns.
func (p *Program[T]) sparseProduct(dst []T, b *block) {
	m := p.matrices[b.args[0].space-spaceOut-len(p.code.lens)]
	if b.transA {
		m.MulT(dst, p.at(&b.args[1]), b.inner)
	} else {
		m.Mul(dst, p.at(&b.args[1]), b.inner)
	}
}
