package optim

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"testing"

	"descent/param"
)

// trajectories is a file that make_trajectories.py or a script like it wrote:
// the parameters that other programs reach on one function.
type trajectories struct {
	Problem struct {
		C       float64
		X, Y, M [][]float64
	}
	Start []float64
	Cases map[string]map[string][]float64 // by name and number of steps
}

// problem is the function of the file, of a tall matrix W (5×3), a wide matrix
// V (2×5) and a vector b (5):
//
//	f = 1/K·Σₖ Σᵢ log(1 + rₖᵢ²) + c/2·|V·W − M|²,   r = W·x + b − y
//
// Its HVP is the diagonal of the Hessian alone, times v: the file's methods of
// second order had that diagonal.
func (t *trajectories) problem() Problem[float64] {
	const rows, cols, wide = 5, 3, 2
	d := &t.Problem
	k, e := float64(len(d.X)), make([]float64, wide*cols)
	// each calls visit with every residual rₖᵢ.
	each := func(w, b []float64, visit func(row int, x []float64, r float64)) {
		for n, x := range d.X {
			for i := range rows {
				r := b[i] - d.Y[n][i]
				for j := range cols {
					r += w[i*cols+j] * x[j]
				}
				visit(i, x, r)
			}
		}
	}
	return Problem[float64]{
		Dim: len(t.Start),
		Blocks: []param.Block{
			{Name: "W", Shape: []int{rows, cols}},
			{Name: "V", Shape: []int{wide, rows}, Offset: rows * cols},
			{Name: "b", Shape: []int{rows}, Offset: rows*cols + wide*rows},
		},
		Eval: func(p, g []float64) (f float64, err error) {
			w, v, b := p[:15], p[15:25], p[25:]
			clear(g)
			each(w, b, func(i int, x []float64, r float64) {
				f += math.Log1p(r*r) / k
				if g == nil {
					return
				}
				slope := 2 * r / (1 + r*r) / k
				g[25+i] += slope
				for j := range cols {
					g[i*cols+j] += slope * x[j]
				}
			})
			for l := range wide {
				for j := range cols {
					e := &e[l*cols+j]
					*e = -d.M[l][j]
					for i := range rows {
						*e += v[l*rows+i] * w[i*cols+j]
					}
					f += d.C / 2 * *e * *e
					for i := range rows {
						if g != nil {
							g[15+l*rows+i] += d.C * *e * w[i*cols+j]
							g[i*cols+j] += d.C * *e * v[l*rows+i]
						}
					}
				}
			}
			return f, nil
		},
		HVP: func(p, u, out []float64) error {
			w, v, b := p[:15], p[15:25], p[25:]
			clear(out)
			each(w, b, func(i int, x []float64, r float64) {
				bend := 2 * (1 - r*r) / ((1 + r*r) * (1 + r*r)) / k
				out[25+i] += bend
				for j := range cols {
					out[i*cols+j] += bend * x[j] * x[j]
				}
			})
			for i := range rows {
				for j := range cols {
					for l := range wide {
						out[15+l*rows+i] += d.C * w[i*cols+j] * w[i*cols+j]
						out[i*cols+j] += d.C * v[l*rows+i] * v[l*rows+i]
					}
				}
			}
			for i := range out {
				out[i] *= u[i]
			}
			return nil
		},
	}
}

// withL2 adds λ/2·|x|² to a problem.
func withL2(p Problem[float64], lambda float64) Problem[float64] {
	eval := p.Eval
	p.Eval = func(x, g []float64) (float64, error) {
		f, err := eval(x, g)
		for i, v := range x {
			f += lambda / 2 * v * v
			g[i] += lambda * v
		}
		return f, err
	}
	return p
}

// follow takes the rule along the case of that name and returns its largest
// deviation, relative to the largest parameter of each recorded point.
func (t *trajectories) follow(test *testing.T, name string, p Problem[float64], rule Rule[float64]) (worst float64) {
	test.Helper()
	points := t.Cases[name]
	last := 0
	for n := range points {
		steps, err := strconv.Atoi(n)
		if err != nil {
			test.Fatal(err)
		}
		last = max(last, steps)
	}
	if last < 100 {
		test.Fatalf("the case %q has %d steps", name, last)
	}
	seen := 0
	take(test, p, t.Start, rule, last, func(s *State[float64]) {
		want, ok := points[strconv.Itoa(s.Iter)]
		if !ok {
			return
		}
		seen++
		size, off := 0.0, 0.0
		for i, w := range want {
			size, off = max(size, math.Abs(w)), max(off, math.Abs(s.X[i]-w))
		}
		if worst = max(worst, off/size); !(off <= 1e-10*size) {
			test.Errorf("%s after %d steps: off by %.3g of %.3g", name, s.Iter, off, size)
		}
	})
	if seen != len(points) {
		test.Errorf("%s: compared at %d points of %d", name, seen, len(points))
	}
	return worst
}

// trajectoryCase is the rule that takes the steps of a case, on the problem
// with an L2 term of that weight.
type trajectoryCase struct {
	rule Rule[float64]
	l2   float64
}

// ruleCases are the rules that take the steps of PyTorch, Optax and Keras.
func ruleCases() map[string]trajectoryCase {
	cases := map[string]trajectoryCase{}
	for _, family := range []map[string]trajectoryCase{momentumCases(), adamCases(), adagradCases(), signCases(), adamKinCases(), layerCases()} {
		maps.Copy(cases, family)
	}
	return cases
}

func TestTrajectories(t *testing.T) {
	var file trajectories
	golden(t, "trajectories.json", &file)
	cases := ruleCases()
	for name := range file.Cases {
		if cases[name].rule == nil {
			t.Errorf("no rule takes the steps of %q", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		c := cases[name]
		p := file.problem()
		if c.l2 > 0 {
			p = withL2(p, c.l2)
		}
		t.Logf("%-40s %.1e", name, file.follow(t, name, p, c.rule))
	}
}

// The function of the trajectories has the gradient that it claims.
func TestTrajectoryGradient(t *testing.T) {
	var file trajectories
	golden(t, "trajectories.json", &file)
	p := file.problem()
	worst, err := CheckGradient(&p, file.Start)
	if err != nil || !worst.OK {
		t.Errorf("gradient: %+v, %v", worst, err)
	}
}
