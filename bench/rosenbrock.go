package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/optimize"

	"descent"
	"descent/internal/numtext"
	"descent/optim"
)

// rosenbrockSections minimise the chained Rosenbrock function, typed as a formula
// whose gradient we derive, against peers whose gradient is written by hand: all
// by L-BFGS with ten pairs, from (−1.2, 1, −1.2, 1, …), until no entry of the
// gradient is larger than 1e-6. Reading the formula is not part of the time; a
// row of its own says what it adds.
func rosenbrockSections(b *bench) {
	const what = "Chained Rosenbrock to a gradient of 1e-6 in every entry, L-BFGS, against "
	sizes := []int{2, 100, 1000, 10000}
	rows := func(sizes []int, peer func(n int) row) (rows []row) {
		for _, n := range sizes {
			r := peer(n)
			r.name, r.env, r.rate = fmt.Sprintf("n = %d", n), threads(1, ""), duration
			r.ours = func() (float64, string, error) { return minimizeRosenbrock(n, false) }
			rows = append(rows, r)
		}
		return rows
	}
	scipy := rows(sizes, func(n int) row { return row{peer: request{"op": "rosenbrock", "n": n}} })
	parsed := rows(sizes[:1], func(n int) row { return row{peer: request{"op": "rosenbrock", "n": n}} })[0]
	parsed.name += ", reading and compiling the formula included"
	parsed.ours = func() (float64, string, error) { return minimizeRosenbrock(2, true) }
	b.section(what+"SciPy", "SciPy L-BFGS-B, gradient in NumPy", append(scipy, parsed))
	b.section(what+"gonum", "gonum LBFGS, gradient in Go", rows(sizes, func(n int) row {
		return row{theirs: func() (float64, string, error) { return gonumRosenbrock(n) }}
	}))
	b.section(what+"NLopt", "NLopt LD_LBFGS as PyPI has it, gradient in C", rows(sizes[:3], func(n int) row { return row{peer: request{"op": "nlopt", "n": n}} }))
	for _, q := range quoted {
		b.section(what+q.peer+" as quoted", q.peer+", not run here", rows(sizes[:len(q.seconds)], func(n int) row {
			return row{theirs: func() (float64, string, error) {
				return q.seconds[slices.Index(sizes, n)], "quoted from an earlier measurement", nil
			}}
		}))
	}
}

// quoted are times for n = 2, 100, 1000, 10000 measured earlier on a machine of
// the same kind with compilers of its own, for peers that no package brings in
// the form needed: Ceres' GradientProblemSolver has no binding, and the NLopt that
// PyPI has runs several times slower than one built for the machine did.
var quoted = []struct {
	peer    string
	seconds []float64
}{
	{"Ceres", []float64{36e-6, 5.6e-3, 126e-3, 11.284}},
	{"NLopt", []float64{12e-6, 2e-3, 189e-3}},
}

func rosenbrockFormula(n int) string {
	return fmt.Sprintf("sum(i=1..%d, 100*(x[i+1]-x[i]^2)^2 + (1-x[i])^2)", n-1)
}

func rosenbrockStart(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 1
		if i%2 == 0 {
			x[i] = -1.2
		}
	}
	return x
}

// minimizeRosenbrock is the mean time of a minimisation, with or without
// reading the formula.
func minimizeRosenbrock(n int, parsing bool) (float64, string, error) {
	f, err := descent.ParseFormula(rosenbrockFormula(n), descent.Inputs{})
	if err != nil {
		return 0, "", err
	}
	x := rosenbrockStart(n)
	began, runs := time.Now(), 0
	for {
		if parsing {
			if f, err = descent.ParseFormula(rosenbrockFormula(n), descent.Inputs{}); err != nil {
				return 0, "", err
			}
		}
		run, err := optim.Minimize(context.Background(), f.Problem(), x, &optim.LBFGS[float64]{},
			optim.GradMaxTol[float64](1e-6), optim.MaxIter[float64](1<<30))
		if err != nil {
			return 0, "", err
		}
		runs++
		if took := time.Since(began).Seconds(); took > 0.05 {
			r := run.Result()
			return took / float64(runs), evaluations(r.Evals, r.F), nil
		}
	}
}

func evaluations(n int, f float64) string {
	return fmt.Sprintf("%d evaluations, f %s", n, numtext.Short(f, 2))
}

// gonumRosenbrock does the same with gonum.
func gonumRosenbrock(n int) (float64, string, error) {
	grad := make([]float64, n)
	p := optimize.Problem{
		Func: func(x []float64) float64 { return rosenbrock(x, grad) },
		Grad: func(g, x []float64) { rosenbrock(x, g) },
	}
	x := rosenbrockStart(n)
	began, runs := time.Now(), 0
	for {
		r, err := optimize.Minimize(p, x, &optimize.Settings{GradientThreshold: 1e-6, Converger: optimize.NeverTerminate{}}, &optimize.LBFGS{Store: 10})
		if err != nil {
			return 0, "", err
		}
		runs++
		if took := time.Since(began).Seconds(); took > 0.05 {
			return took / float64(runs), evaluations(r.FuncEvaluations, r.F), nil
		}
	}
}

// rosenbrock is value and gradient as one would write them in Go: each entry of
// the gradient is stored once.
func rosenbrock(x, grad []float64) (f float64) {
	grad = grad[:len(x)]
	last, carry := len(x)-1, 0.0
	for i, v := range x[:last] {
		t, u := x[i+1]-v*v, 1-v
		f += 100*t*t + u*u
		grad[i] = carry - 400*v*t - 2*u
		carry = 200 * t
	}
	grad[last] = carry
	return f
}

// gradientSection evaluates value and gradient of the typed formula and of the
// function written by hand.
func gradientSection(b *bench) {
	var rows []row
	for _, n := range []int{2, 100, 1000, 10000} {
		x, g, h := rosenbrockStart(n), make([]float64, n), make([]float64, n)
		rows = append(rows, row{
			name: fmt.Sprintf("n = %d", n), rate: duration,
			ours: func() (float64, string, error) {
				f, err := descent.ParseFormula(rosenbrockFormula(n), descent.Inputs{})
				if err != nil {
					return 0, "", err
				}
				eval := f.Problem().Eval
				if _, err := eval(x, g); err != nil {
					return 0, "", err
				}
				return repeat(func() { _, _ = eval(x, g) }, 0.05), "", nil
			},
			theirs: func() (float64, string, error) {
				t := repeat(func() { rosenbrock(x, h) }, 0.05)
				off := 0.0
				for i, v := range g {
					off = max(off, math.Abs(v-h[i]))
				}
				return t, "largest difference of the gradients " + numtext.Short(off, 2), nil
			},
		})
	}
	b.section("Value and gradient of chained Rosenbrock", "written by hand in Go", rows)
}
