package optim

import (
	"math"
	"slices"
)

// vertex finds n rows that determine the parameters, in an order of preference.
type vertex struct {
	n, m   int
	order  []int
	rows   []float64 // the rows chosen, reduced, n×n
	column []int     // the pivot of each
	system []float64 // the rows chosen as they are, n×n
	x      []float64
}

func newVertex(n, m int) *vertex {
	return &vertex{
		n: n, m: m, order: make([]int, m), rows: make([]float64, n*n), column: make([]int, n),
		system: make([]float64, n*n), x: make([]float64, n),
	}
}

// jump moves to the vertex through the rows of largest weight, which are those
// that the solution goes through, if it is no worse. The point is then as good
// as rounding of the data allows.
func (l *FrischNewton[T]) jump(p *Problem[T], s *State[T]) error {
	v := l.pick
	for i := range v.order {
		v.order[i] = i
	}
	slices.SortFunc(v.order, func(i, k int) int {
		switch {
		case l.w[i] > l.w[k]:
			return -1
		case l.w[i] < l.w[k]:
			return 1
		}
		return i - k
	})
	if !v.choose(l.a, l.y) {
		return nil
	}
	for j, x := range v.x {
		l.at[j] = T(x)
	}
	f, err := p.Eval(l.at, nil)
	if err != nil || !(f <= s.F) {
		return err
	}
	copy(s.X, l.at)
	l.residuals(s.X, l.rho)
	for i, r := range l.rho { // so that the next step, if there is one, is feasible
		shift := r - (l.u[i] - l.v[i])
		l.u[i], l.v[i] = l.u[i]+max(shift, 0), l.v[i]+max(-shift, 0)
	}
	l.save()
	s.F, err = p.Eval(s.X, s.G)
	s.Fresh = err == nil
	return err
}

// choose takes rows of a (by columns of m) in order as long as each is
// independent of those before, and solves for the x that they determine.
func (v *vertex) choose(a, y []float64) bool {
	taken := 0
	for _, i := range v.order {
		if taken == v.n {
			break
		}
		if v.take(taken, i, a) {
			for j := range v.n {
				v.system[taken*v.n+j] = a[j*v.m+i]
			}
			v.x[taken] = y[i]
			taken++
		}
	}
	return taken == v.n && eliminate(v.system, v.x, v.n, 1)
}

// take reduces row i by the rows before and keeps it unless nothing is left.
func (v *vertex) take(k, i int, a []float64) bool {
	row, size := v.rows[k*v.n:(k+1)*v.n], 0.0
	for j := range row {
		row[j] = a[j*v.m+i]
		size = max(size, math.Abs(row[j]))
	}
	for b := range k {
		c := v.column[b]
		f := row[c] / v.rows[b*v.n+c]
		for j := range row {
			row[j] -= f * v.rows[b*v.n+j]
		}
		row[c] = 0
	}
	best := 0
	for j := range row {
		if math.Abs(row[j]) > math.Abs(row[best]) {
			best = j
		}
	}
	v.column[k] = best
	return math.Abs(row[best]) > 1e-9*size
}
