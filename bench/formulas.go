package main

import (
	"fmt"
	"path/filepath"

	"descent/graph"
	"descent/internal/adbench"
	"descent/internal/numtext"
)

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
