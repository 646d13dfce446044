package descent

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"descent/optim"
)

func TestSuiteReport(t *testing.T) {
	methods := strings.Split(os.Getenv("METHODS"), ",")
	iters := 10000
	fmt.Sscan(os.Getenv("ITERS"), &iters)
	verbose := os.Getenv("VERBOSE") != ""
	type set struct {
		name string
		all  []testFunction
	}
	var sets []set
	m := mgh(t)
	sets = append(sets, set{"mgh", m})
	for _, far := range []float64{10, 100} {
		var s []testFunction
		for _, f := range m {
			g := f
			g.Start = make([]float64, len(f.Start))
			for i, v := range f.Start {
				g.Start[i] = far * v
			}
			s = append(s, g)
		}
		sets = append(sets, set{fmt.Sprintf("mgh x%g", far), s})
	}
	sets = append(sets, set{"cutest", cutest(t)})
	var land []testFunction
	for _, l := range landscapes(t) {
		for _, start := range l.Starts {
			land = append(land, testFunction{Name: l.Name, Formula: l.Formula, Start: start})
		}
	}
	sets = append(sets, set{"land", land})
	for _, method := range methods {
		name, setting, _ := strings.Cut(method, "/")
		opts := map[string]float64{}
		if setting != "" {
			k, v, _ := strings.Cut(setting, "=")
			for i, w := range optim.Words(k) {
				if w == v {
					opts[k] = float64(i + 1)
				}
			}
			if opts[k] == 0 {
				var x float64
				fmt.Sscan(v, &x)
				opts[k] = x
			}
		}
		row := fmt.Sprintf("%-24s", method)
		for _, s := range sets {
			solved, evals := 0, 0
			began := time.Now()
			for _, f := range s.all {
				in := Inputs{}
				if s.name != "land" {
					in.Lengths = map[string]int{"x": len(f.Start)}
				}
				p, err := ParseFormula(f.Formula, in)
				if err != nil {
					t.Fatal(err)
				}
				r, err := MinimizeProblem(context.Background(), p.Problem(), f.Start, Options{Method: name, Set: opts, MaxIter: iters})
				if err != nil {
					t.Errorf("%s on %s: %v", method, f.Name, err)
					continue
				}
				if r.Success() {
					solved++
					evals += r.Evals
				}
				if verbose {
					fmt.Printf("  %-8s %-26s %-5v %-11s f=%-14.8g g=%-8.2g steps=%-5d evals=%-6d %s | %s\n", s.name, f.Name, r.Success(), r.Status, r.Value, r.Verdict.GradNorm, r.Steps, r.Evals, r.Verdict.Kind, r.Reason)
				}
			}
			row += fmt.Sprintf("  %s %d/%d (%d ev, %.1fs)", s.name, solved, len(s.all), evals/max(1, solved), time.Since(began).Seconds())
		}
		fmt.Println(row)
	}
}
