package kernel

import (
	"fmt"
	"slices"
	"sort"
)

// CSR is a sparse matrix by compressed rows: the non-zeros of row i are
// Value[Start[i]:Start[i+1]], in the columns Index[Start[i]:Start[i+1]]. It is
// for one goroutine at a time, which shares its work with the team of
// StartThreads; results do not depend on the number of threads.
type CSR[T Float] struct {
	Rows, Cols int
	Start      []int64
	Index      []int32
	Value      []T

	cuts   []int // the rows where units begin, and Rows
	shards []int // the same for the units of a product with the transpose
	sums   *[]T  // of each shard but the first; slices share it
	job    csrJob[T]
}

// A unit of a product has about so many non-zeros. A product with the transpose
// is the sum of at most maxShards units, each with a result of its own: only as
// many as keep the adding of results small beside the rest.
const (
	unitNonZeros   = 1 << 14
	maxShards      = 8
	shardNonZeros  = 1 << 15
	shardsPerEntry = 4
)

// NewCSR checks the parts of a matrix and takes them over. Columns may come in
// any order within a row, and more than once.
func NewCSR[T Float](rows, cols int, start []int64, index []int32, value []T) (*CSR[T], error) {
	switch {
	case rows < 0 || cols < 0 || len(start) != rows+1:
		return nil, fmt.Errorf("kernel: a sparse matrix of %d×%d needs %d row offsets, got %d", rows, cols, rows+1, len(start))
	case len(index) != len(value) || start[0] != 0 || start[rows] != int64(len(value)):
		return nil, fmt.Errorf("kernel: row offsets from %d to %d do not fit %d columns and %d values", start[0], start[rows], len(index), len(value))
	case !slices.IsSorted(start):
		return nil, fmt.Errorf("kernel: the row offsets of a sparse matrix must not fall")
	}
	for i, j := range index {
		if j < 0 || int(j) >= cols {
			return nil, fmt.Errorf("kernel: non-zero %d lies in column %d, the matrix has %d", i, j, cols)
		}
	}
	m := &CSR[T]{Rows: rows, Cols: cols, Start: start, Index: index, Value: value, sums: new([]T)}
	m.cut()
	return m, nil
}

// EmptyCSR is a matrix of rows without entries.
func EmptyCSR[T Float](rows, cols int) *CSR[T] {
	m := &CSR[T]{Rows: rows, Cols: cols, Start: make([]int64, rows+1), sums: new([]T)}
	m.cut()
	return m
}

// cut settles the units of products.
func (m *CSR[T]) cut() {
	n := len(m.Value)
	m.cuts = m.split(m.cuts[:0], n/unitNonZeros+1)
	m.shards = m.split(m.shards[:0], max(1, min(maxShards, n/shardNonZeros, n/(shardsPerEntry*max(m.Cols, 1)))))
}

// Slice is the rows from lo up to hi, and empty rows behind them to make up so
// many. It shares columns and values with m, and is for the same goroutine.
func (m *CSR[T]) Slice(lo, hi, rows int) *CSR[T] {
	from, to := m.Start[lo], m.Start[hi]
	s := &CSR[T]{Rows: rows, Cols: m.Cols, Start: make([]int64, rows+1), Index: m.Index[from:to:to], Value: m.Value[from:to:to], sums: m.sums}
	for i := range s.Start {
		s.Start[i] = m.Start[min(lo+i, hi)] - from
	}
	s.cut()
	return s
}

// Gather makes m the listed rows of from, one behind the other, and empty rows
// behind them to make up m.Rows. It allocates only until it has seen the largest
// batch.
func (m *CSR[T]) Gather(from *CSR[T], rows []int) {
	m.Cols, m.Index, m.Value = from.Cols, m.Index[:0], m.Value[:0]
	m.Start = append(m.Start[:0], 0)
	for _, row := range rows {
		lo, hi := from.Start[row], from.Start[row+1]
		m.Index, m.Value = append(m.Index, from.Index[lo:hi]...), append(m.Value, from.Value[lo:hi]...)
		m.Start = append(m.Start, int64(len(m.Index)))
	}
	for len(m.Start) <= m.Rows {
		m.Start = append(m.Start, int64(len(m.Index)))
	}
	m.cut()
}

// Take makes m the rows of these parts, which it shares, and empty rows behind
// them to make up m.Rows; start is made longer by them and returned.
func (m *CSR[T]) Take(start []int64, index []int32, value []T) []int64 {
	for len(start) <= m.Rows {
		start = append(start, int64(len(index)))
	}
	m.Start, m.Index, m.Value = start, index, value
	m.cut()
	return start
}

// Clone is the same matrix, for another goroutine.
func (m *CSR[T]) Clone() *CSR[T] {
	if m == nil {
		return nil
	}
	c := *m
	c.sums, c.job = new([]T), csrJob[T]{}
	return &c
}

// split cuts the rows into k ranges of about the same number of non-zeros, and
// appends where they begin and end.
func (m *CSR[T]) split(cuts []int, k int) []int {
	cuts = append(cuts, 0)
	for u := 1; u < k; u++ {
		at := int64(len(m.Value)) * int64(u) / int64(k)
		cuts = append(cuts, max(cuts[u-1], sort.Search(m.Rows, func(i int) bool { return m.Start[i] >= at })))
	}
	return append(cuts, m.Rows)
}

// Transposed is the transpose as a matrix of its own: worth making for a matrix
// whose transpose is multiplied often.
func (m *CSR[T]) Transposed() *CSR[T] {
	start := make([]int64, m.Cols+1)
	for _, j := range m.Index {
		start[j+1]++
	}
	for j := range m.Cols {
		start[j+1] += start[j]
	}
	next := slices.Clone(start[:m.Cols])
	index, value := make([]int32, len(m.Index)), make([]T, len(m.Value))
	for i := range m.Rows {
		for k := m.Start[i]; k < m.Start[i+1]; k++ {
			j := m.Index[k]
			index[next[j]], value[next[j]] = int32(i), m.Value[k]
			next[j]++
		}
	}
	t, err := NewCSR(m.Cols, m.Rows, start, index, value)
	if err != nil { // m is sound, so its transpose is
		panic(err)
	}
	return t
}

// Mul stores A·X in y, for X of k columns and y row by row: Cols×k numbers in
// x, Rows×k in y. Each sum is taken by one thread.
func (m *CSR[T]) Mul(y, x []T, k int) {
	m.job = csrJob[T]{m: m, y: y[:m.Rows*k], x: x[:m.Cols*k], k: k}
	share(len(m.cuts)-1, &m.job)
}

// MulT stores Aᵀ·X in y, for X of k columns: Rows×k numbers in x, Cols×k in y.
// The rows are split into shards, as many as the matrix asks for, whose sums are
// added in their order.
func (m *CSR[T]) MulT(y, x []T, k int) {
	y = y[:m.Cols*k]
	if n := (len(m.shards) - 2) * len(y); len(*m.sums) < n {
		*m.sums = make([]T, n)
	}
	m.job = csrJob[T]{m: m, y: y, x: x[:m.Rows*k], k: k, transposed: true}
	share(len(m.shards)-1, &m.job)
	for s := range len(m.shards) - 2 {
		Add(y, y, (*m.sums)[s*len(y):][:len(y)])
	}
}

// csrJob is one product.
type csrJob[T Float] struct {
	m          *CSR[T]
	y, x       []T
	k          int
	transposed bool
}

func (c *csrJob[T]) unit(i int) {
	m := c.m
	switch {
	case !c.transposed && c.k == 1:
		m.rowSums(c.y, c.x, m.cuts[i], m.cuts[i+1])
	case !c.transposed:
		m.rowsOf(c.y, c.x, c.k, m.cuts[i], m.cuts[i+1])
	default:
		y := c.y
		if i > 0 {
			y = (*m.sums)[(i-1)*len(y):][:len(y)]
		}
		clear(y)
		m.scatter(y, c.x, c.k, m.shards[i], m.shards[i+1])
	}
}

// rowSums stores the sums of the rows from lo to hi, each in four parts.
func (m *CSR[T]) rowSums(y, x []T, lo, hi int) {
	for i := lo; i < hi; i++ {
		index, value := m.Index[m.Start[i]:m.Start[i+1]], m.Value[m.Start[i]:m.Start[i+1]]
		var s0, s1, s2, s3 T
		for len(index) >= 4 && len(value) >= 4 {
			s0 += T(value[0] * x[index[0]])
			s1 += T(value[1] * x[index[1]])
			s2 += T(value[2] * x[index[2]])
			s3 += T(value[3] * x[index[3]])
			index, value = index[4:], value[4:]
		}
		for j, v := range value {
			s0 += T(v * x[index[j]])
		}
		y[i] = (s0 + s1) + (s2 + s3)
	}
}

// rowsOf stores the rows from lo to hi of a product with k columns.
func (m *CSR[T]) rowsOf(y, x []T, k, lo, hi int) {
	for i := lo; i < hi; i++ {
		row := y[i*k:][:k]
		clear(row)
		for p := m.Start[i]; p < m.Start[i+1]; p++ {
			addRow(m.Value[p], x[int(m.Index[p])*k:][:k], row)
		}
	}
}

// scatter adds the rows from lo to hi, times the rows of x, to the rows of y
// that their columns name.
func (m *CSR[T]) scatter(y, x []T, k, lo, hi int) {
	for i := lo; i < hi; i++ {
		index, value := m.Index[m.Start[i]:m.Start[i+1]], m.Value[m.Start[i]:m.Start[i+1]]
		if k == 1 {
			for p, a := 0, x[i]; p < len(index) && p < len(value); p++ {
				y[index[p]] += T(a * value[p])
			}
			continue
		}
		from := x[i*k:][:k]
		for p, j := range index {
			addRow(value[p], from, y[int(j)*k:][:k])
		}
	}
}

// addRow adds a·x to y; short rows by a loop, which beats the call.
func addRow[T Float](a T, x, y []T) {
	if len(x) > 2*few {
		Axpy(a, x, y)
		return
	}
	y = y[:len(x)]
	for i, v := range x {
		y[i] += T(a * v)
	}
}
