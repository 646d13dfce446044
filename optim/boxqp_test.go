package optim

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// boxQP is the quadratic ½·xᵀAx − bᵀx in a box.
type boxQP struct {
	n         int
	a         []float64 // symmetric, row-major
	b         []float64
	low, high []float64
	rows      [][]float64 // where convex: A = Σ row·rowᵀ, the last n of them diagonal
}

// drawBoxQP draws one with eigenvalues of A from least to 100, or, where least
// is negative, some of them negative.
func drawBoxQP(t *rapid.T, least float64) *boxQP {
	n := rapid.IntRange(1, 6).Draw(t, "n")
	q := &boxQP{n: n, a: make([]float64, n*n), b: make([]float64, n), low: make([]float64, n), high: make([]float64, n)}
	entry := rapid.Float64Range(-1, 1)
	for range n {
		v := rapid.SliceOfN(entry, n, n).Draw(t, "v")
		size := rapid.Float64Range(least, 1).Draw(t, "size")
		row := make([]float64, n)
		for i := range row {
			row[i] = 10 * size * v[i]
		}
		q.rows = append(q.rows, row)
		size = math.Copysign(size*size, size) * 100
		for i := range n {
			for j := range n {
				q.a[i*n+j] += size * v[i] * v[j]
			}
		}
	}
	for i := range n {
		q.a[i*n+i] += max(least, 0)
		row := make([]float64, n)
		row[i] = math.Sqrt(max(least, 0))
		q.rows = append(q.rows, row)
		q.b[i] = 10 * entry.Draw(t, "b")
		mid, width := 3*entry.Draw(t, "mid"), rapid.Float64Range(1e-6, 3).Draw(t, "width")
		q.low[i], q.high[i] = mid-width, mid+width
		switch rapid.IntRange(0, 9).Draw(t, "kind") {
		case 0:
			q.low[i] = math.Inf(-1)
		case 1:
			q.high[i] = math.Inf(1)
		case 2:
			q.low[i] = mid
			q.high[i] = mid
		}
	}
	return q
}

func (q *boxQP) problem() Problem[float64] {
	product := func(x, out []float64) {
		for i := range q.n {
			out[i] = dot64(q.a[i*q.n:(i+1)*q.n], x)
		}
	}
	work := make([]float64, q.n)
	return Problem[float64]{
		Dim: q.n, Bounds: &Box[float64]{Lower: q.low, Upper: q.high},
		Eval: func(x, g []float64) (float64, error) {
			product(x, work)
			f := dot64(x, work)/2 - dot64(q.b, x)
			if g != nil {
				for i, v := range work {
					g[i] = v - q.b[i]
				}
			}
			return f, nil
		},
		HVP: func(x, v, out []float64) error { product(v, out); return nil },
	}
}

// squares is the same as a sum of squares, and the constant by which that is
// larger.
func (q *boxQP) squares() (Problem[float64], float64) {
	p, m, shift := q.problem(), len(q.rows), 0.0
	y := make([]float64, m)
	for i, b := range q.b {
		y[m-q.n+i] = b / q.rows[m-q.n+i][i]
		shift += y[m-q.n+i] * y[m-q.n+i] / 2
	}
	quadratic := p.Eval
	p.Eval = func(x, g []float64) (float64, error) {
		f, err := quadratic(x, g)
		return f + shift, err
	}
	p.Resid = &Residuals[float64]{
		Len: m, Scale: 1,
		Eval: func(x, r []float64) error {
			for k, row := range q.rows {
				r[k] = dot64(row, x) - y[k]
			}
			return nil
		},
		Jac: func(x, jac []float64) error {
			for k, row := range q.rows {
				for j, v := range row {
					jac[j*m+k] = v
				}
			}
			return nil
		},
	}
	return p, shift
}

func (q *boxQP) start() []float64 {
	x := make([]float64, q.n)
	for i := range x {
		x[i] = min(max(0, q.low[i]), q.high[i])
	}
	return x
}

// least is the least value of the quadratic in its box by enumeration: each
// variable is free or at one of its bounds, and of the stationary points of all
// these faces that lie in the box the lowest is the minimum.
func (q *boxQP) least() (best []float64, f float64) {
	f = math.Inf(1)
	side := make([]int, q.n)
	p := q.problem()
	for {
		if x, ok := q.face(side); ok {
			if v, _ := p.Eval(x, nil); v < f {
				best, f = x, v
			}
		}
		i := 0
		for ; i < q.n && side[i] == 2; i++ {
			side[i] = 0
		}
		if i == q.n {
			return best, f
		}
		side[i]++
	}
}

// face is the stationary point with variable i free (0) or at its lower (1) or
// upper (2) bound.
func (q *boxQP) face(side []int) ([]float64, bool) {
	x := make([]float64, q.n)
	var free []int
	for i, s := range side {
		switch s {
		case 0:
			free = append(free, i)
		case 1:
			x[i] = q.low[i]
		case 2:
			x[i] = q.high[i]
		}
		if math.IsInf(x[i], 0) {
			return nil, false
		}
	}
	if m := len(free); m > 0 {
		a, b := mat.NewDense(m, m, nil), mat.NewVecDense(m, nil)
		for r, i := range free {
			b.SetVec(r, q.b[i]-dot64(q.a[i*q.n:(i+1)*q.n], x))
			for c, j := range free {
				a.Set(r, c, q.a[i*q.n+j])
			}
		}
		var z mat.VecDense
		if err := z.SolveVec(a, b); err != nil {
			return nil, false
		}
		for r, i := range free {
			if x[i] = z.AtVec(r); x[i] < q.low[i] || x[i] > q.high[i] {
				return nil, false
			}
		}
	}
	return x, true
}

func boundSolver(t fatal, name string) Solver[float64] {
	t.Helper()
	m, err := Find[float64](name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.NewSolver(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type fatal interface {
	Helper()
	Fatal(args ...any)
}

// Convex quadratics in a box: the one minimum, by enumeration of the faces.
func TestConvexBoxQP(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawBoxQP(t, 0.1)
		squares, shift := q.squares()
		best, bottom := q.least()
		for _, name := range []string{"lbfgsb", "spg", "lm"} {
			p, least := q.problem(), bottom
			if name == "lm" {
				p, least = squares, bottom+shift
			}
			run, err := Minimize(t.Context(), p, q.start(), boundSolver(t, name), GradTol[float64](1e-9), Stall[float64](0), MaxIter[float64](5000))
			if err != nil {
				t.Fatal(err)
			}
			r := run.Result()
			ended, off := r.Status == Converged || r.Status == NoProgress, r.F-least
			if name == "spg" && !ended { // stiff ones take it longer
				ended, off = r.Status == Budget, off-1e-9*(1+math.Abs(least))
			}
			if !ended || off > 1e-12*(1+math.Abs(least)) {
				t.Fatalf("%s: %s (%s) at %v, value %v, after %d steps; the minimum is %v at %v", name, r.Status, r.Text, r.X, r.F, r.Iter, least, best)
			}
			if r.Status != Converged {
				continue
			}
			if distance(r.X, best) > 1e-7*(1+norm(best)) {
				t.Fatalf("%s: converged to %v, the minimum is %v", name, r.X, best)
			}
			v := Judge(&p, r.X, 1e-8)
			if v.Kind != Boundary && (v.Kind != Minimum || len(v.AtBounds) > 0) {
				t.Fatalf("%s: the minimum %v with gradient %v is judged %s: %s", name, r.X, r.G, v.Kind, v.Text)
			}
		}
	})
}

// Quadratics with negative curvature: what is called a success is a minimum, by
// the values around it.
func TestNoFalseMinimumInBox(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := drawBoxQP(t, -1)
		for i := range q.n { // so that there is a minimum
			q.low[i], q.high[i] = max(q.low[i], -10), min(q.high[i], 10)
		}
		p := q.problem()
		for _, name := range []string{"lbfgsb", "spg"} {
			run, err := Minimize(t.Context(), p, q.start(), boundSolver(t, name), GradTol[float64](1e-9), Stall[float64](0), MaxIter[float64](5000))
			if err != nil {
				t.Fatal(err)
			}
			r := run.Result()
			v := Judge(&p, r.X, 1e-9)
			if !Success(r.Status, v) {
				continue
			}
			if slices.ContainsFunc(v.AtBounds, func(a AtBound) bool { return !a.Fixed && a.Multiplier < 1 && a.Multiplier > 1e-9 }) {
				continue // the value may fall again a little further in
			}
			rng := rand.New(rand.NewPCG(1, 2))
			for _, h := range []float64{1e-4, 1e-3} {
				for range 300 {
					x := make([]float64, q.n)
					for i := range x {
						x[i] = r.X[i] + h*(2*rng.Float64()-1)
					}
					p.Bounds.Project(x)
					if f, _ := p.Eval(x, nil); f < r.F-1e-6*h*h-1e-13*(1+math.Abs(r.F)) {
						t.Fatalf("%s claims %s at %v with value %.17g (%s), but %v has %.17g", name, v.Kind, r.X, r.F, v.Text, x, f)
					}
				}
			}
		}
	})
}
