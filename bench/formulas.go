package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"descent"
	"descent/graph"
	"descent/internal/adbench"
	"descent/internal/numtext"
	"descent/optim"
)

// rosenbrockSection minimises the chained Rosenbrock function, typed as a
// formula, against SciPy's L-BFGS-B with a gradient written by hand.
func rosenbrockSection(b *bench) {
	var rows []row
	for _, n := range []int{2, 100, 1000, 10000} {
		rows = append(rows, row{
			name: fmt.Sprintf("n = %d", n), env: threads(1, ""), peer: request{"op": "rosenbrock", "n": n},
			ours: func() (float64, string, error) { return minimizeRosenbrock(n) }, rate: duration,
		})
	}
	b.section("Chained Rosenbrock to a gradient of 1e-6 in every entry, L-BFGS", "SciPy, gradient by hand", rows)
}

func minimizeRosenbrock(n int) (float64, string, error) {
	f, err := descent.ParseFormula(fmt.Sprintf("sum(i=1..%d, 100*(x[i+1]-x[i]^2)^2 + (1-x[i])^2)", n-1), descent.Inputs{})
	if err != nil {
		return 0, "", err
	}
	x := make([]float64, n)
	for i := range x {
		x[i] = 1
		if i%2 == 0 {
			x[i] = -1.2
		}
	}
	small := optim.GradMaxTol[float64](1e-6)
	began, runs := time.Now(), 0
	for {
		run, err := optim.Minimize(context.Background(), f.Problem(), x, &optim.LBFGS[float64]{}, small, optim.MaxIter[float64](1<<30))
		if err != nil {
			return 0, "", err
		}
		runs++
		if took := time.Since(began).Seconds(); took > 0.05 {
			r := run.Result()
			return took / float64(runs), fmt.Sprintf("%d evaluations, f %s", r.Evals, numtext.Short(r.F, 2)), nil
		}
	}
}

// gmmSection evaluates value and gradient of ADBench's Gaussian mixture.
func gmmSection(b *bench) {
	path := filepath.Join(b.data, "adbench", "gmm_1k_d10_K25.txt")
	for _, with := range []string{"torch", "jax"} {
		rows := []row{{
			name: "d 10, k 25, n 1000, value and gradient", env: threads(1, ""),
			peer: request{"op": "gmm", "path": path, "with": with, "seconds": 0.2},
			ours: func() (float64, string, error) { return timeGMM(path) }, rate: duration,
		}}
		b.section("ADBench Gaussian mixture, "+with, with, rows)
	}
}

func timeGMM(path string) (float64, string, error) {
	m, err := adbench.ReadGMM(path, false)
	if err != nil {
		return 0, "", err
	}
	g := graph.New()
	o, err := graph.NewObjective[float64](g, m.Build(g))
	if err != nil {
		return 0, "", err
	}
	grad := make([]float64, o.Dim())
	f, err := o.Eval(m.Start, grad)
	if err != nil {
		return 0, "", err
	}
	value := repeat(func() { _, _ = o.Eval(m.Start, nil) }, 0.1)
	both := repeat(func() { _, _ = o.Eval(m.Start, grad) }, 0.2)
	return both, fmt.Sprintf("f %.10g, %s × the value alone", f, numtext.Short(both/value, 3)), nil
}
