package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent"
	"descent/data"
	"descent/optim"
)

// TestRecorderThinsOut: of a long run the opening stays whole, the rest is
// thinned out evenly, and the last point is there.
func TestRecorderThinsOut(t *testing.T) {
	f, err := descent.ParseFormula("x^2 + y^2", descent.Inputs{})
	if err != nil {
		t.Fatal(err)
	}
	for _, steps := range []int{0, 1, opening, maxPoints, maxPoints + 1, 50_001} {
		r, err := newRecorder(f, &minimizeFlags{})
		if err != nil {
			t.Fatal(err)
		}
		s := &optim.State[float64]{X: []float64{0, 1}, G: []float64{0, 2}, F: 1, Fresh: true}
		for s.Iter = 0; s.Iter <= steps; s.Iter++ {
			s.X[0] = float64(s.Iter)
			r.observe(s)
		}
		w := r.way()
		if n := len(w.F); n != len(w.X) || n != len(w.G) || n != len(w.Steps) || n > maxPoints+1 || n < min(steps+1, maxPoints/2) {
			t.Fatalf("%d steps leave %d values, %d points, %d gradients, %d numbers", steps, len(w.F), len(w.X), len(w.G), len(w.Steps))
		}
		if !slices.IsSorted(w.Steps) || w.Steps[len(w.Steps)-1] != steps {
			t.Errorf("%d steps: the points shown are those of %v … %v", steps, w.Steps[0], w.Steps[len(w.Steps)-1])
		}
		for i, k := range w.Steps {
			if i < min(opening, steps) && k != i || w.X[i][0] != float64(k) {
				t.Fatalf("%d steps: point %d is that of step %d, x = %v", steps, i, k, w.X[i])
			}
		}
		if len(r.first) != min(steps, firstSteps) {
			t.Errorf("%d steps: the table has %d", steps, len(r.first))
		}
	}
}

// TestTraceReadsBack: a trace is a table with a row for each point.
func TestTraceReadsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	var out bytes.Buffer
	status := run([]string{"minimize", "x^2 + sum(i=1..2, w[i]^4)", "--start", "x=1,w=2", "--method", "gd", "--lr", "0.01", "--max-iter", "300", "--trace", path}, nil, &out, io.Discard)
	if status != exitShort {
		t.Fatalf("exit status %d: %s", status, &out)
	}
	table, err := data.Read(path, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := "step value gradient_norm rate step_norm predicted actual ratio cosine angle x w[1] w[2] d/dx d/dw[1] d/dw[2]"
	if got := strings.Join(table.Names(), " "); got != want {
		t.Errorf("columns %s, want %s", got, want)
	}
	if table.Rows != 301 {
		t.Errorf("%d rows, want 301", table.Rows)
	}
	value, err := table.Column("value")
	if err != nil {
		t.Fatal(err)
	}
	if value.Numbers[0] != 33 || !slices.IsSortedFunc(value.Numbers, func(a, b float64) int {
		if a < b {
			return 1
		}
		return -1
	}) {
		t.Errorf("the values %v do not fall from 33", value.Numbers[:5])
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// TestNoTraceOfABadCall: a call that is refused leaves nothing behind.
func TestNoTraceOfABadCall(t *testing.T) {
	dir := t.TempDir()
	status := run([]string{"minimize", "x^2", "--start", "z=1", "--trace", filepath.Join(dir, "t.csv")}, nil, io.Discard, io.Discard)
	if entries, err := os.ReadDir(dir); status != exitUsage || err != nil || len(entries) != 0 {
		t.Errorf("exit status %d; the folder holds %v, %v", status, entries, err)
	}
}
