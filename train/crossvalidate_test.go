package train

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"descent/data"
	"descent/loss"
)

// subset is the table of some rows: numbers and levels alone.
func subset(t *testing.T, table *data.Table, rows []int) *data.Table {
	t.Helper()
	var columns []*data.Column
	for _, c := range table.Columns {
		switch c.Kind {
		case data.Number:
			v := make([]float64, len(rows))
			for i, row := range rows {
				v[i] = c.Numbers[row]
			}
			columns = append(columns, data.NumberColumn(c.Name, v))
		case data.Category:
			v := make([]string, len(rows))
			for i, row := range rows {
				v[i] = c.Cell(row)
			}
			columns = append(columns, data.CategoryColumn(c.Name, v))
		}
	}
	part, err := data.NewTable(table.Name, columns...)
	if err != nil {
		t.Fatal(err)
	}
	return part
}

// TestFoldsAreFitsToTheOthers: each fold has the numbers of a fit to a table
// without its rows, judged on a table of its rows alone. So nothing of a fold
// reaches its model: no level, no mean, no filling.
func TestFoldsAreFitsToTheOthers(t *testing.T) {
	for _, c := range []struct{ sample, target, model string }{
		{"penguins", "species", "softmax"}, {"penguins", "sex", "mlp:5"}, {"mpg", "mpg", "linear"}, {"mpg", "mpg", "a + b*weight"},
	} {
		table := sample(t, c.sample)
		o := Options{Target: c.target, Model: c.model, Folds: 4, Seed: 7, L2: 0.01, Epochs: 30}
		cv, err := CrossValidate(t.Context(), table, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		rows, _, _ := table.Complete(c.target)
		var strata []int
		if y, _ := table.Column(c.target); y.Kind == data.Category {
			for _, row := range rows {
				strata = append(strata, int(y.Codes[row]))
			}
		}
		folds, err := data.Folds(rows, 4, 7, strata)
		if err != nil {
			t.Fatal(err)
		}
		o.Folds = 0
		if c.model != "mlp:5" {
			o.Validation = NoValidation
		}
		for i, held := range folds {
			others := slices.DeleteFunc(slices.Clone(rows), func(row int) bool { return slices.Contains(held, row) })
			r := mustFit(t, subset(t, table, others), o)
			e, err := r.Model.Evaluate(subset(t, table, held))
			if err != nil {
				t.Fatal(err)
			}
			f := cv.PerFold[i]
			if v, _ := f.Metrics.Get("loss"); v != float64(e.Loss) || !slices.Equal(f.Metrics[1:], e.Metrics) || f.Rows != r.Rows || f.HeldOut != len(held) {
				t.Errorf("%s, fold %d: %v, by hand %v", c.model, i+1, f.Metrics, e.Metrics)
			}
		}
	}
}

// TestSpread holds mean and deviation to numbers by hand; a metric that a fold
// lacks is left out.
func TestSpread(t *testing.T) {
	mean, sd := meanAndSD([]loss.Metrics{{{Name: "a", Value: 1}, {Name: "b", Value: 0}}, {{Name: "a", Value: 2}}, {{Name: "a", Value: 6}, {Name: "b", Value: 1}}})
	if len(mean) != 1 || mean[0].Value != 3 || math.Abs(sd[0].Value-math.Sqrt(7)) > 1e-15 {
		t.Errorf("mean %v, deviation %v", mean, sd)
	}
}

// TestCrossValidatedBytes: with any number of threads, and after interruptions
// at any step of any fold, the folds and the model have the same bytes.
func TestCrossValidatedBytes(t *testing.T) {
	table := sample(t, "penguins")
	o := Options{Target: "species", Model: "mlp:8", Folds: 3, Seed: 5, Epochs: 6, Checkpoints: Checkpoints{Steps: 7}}
	files := func(dir string, cv *CrossValidation) []byte {
		all, err := json.Marshal(cv)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{modelFile, configFile, metricsFile} {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, b...)
		}
		return all
	}
	var want []byte
	for threads := 1; threads <= 2; threads++ {
		p := o
		p.Dir, p.Threads = filepath.Join(t.TempDir(), "run"), threads
		got := files(p.Dir, mustFit(t, table, p).CV)
		if want != nil && !bytes.Equal(got, want) {
			t.Error("two threads made another run")
		}
		want = got
	}
	r := rand.New(rand.NewPCG(3, 4))
	p := o
	p.Dir = filepath.Join(t.TempDir(), "run")
	for range 100 {
		left := 8 + r.IntN(30)
		ctx, cancel := context.WithCancel(t.Context())
		res, err := Fit(ctx, table, p, func(Progress) {
			if left--; left == 0 {
				cancel()
			}
		})
		done := ctx.Err() == nil
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if done {
			if !bytes.Equal(files(p.Dir, res.CV), want) {
				t.Error("an interrupted cross-validation came to other bytes")
			}
			return
		}
		p.Resume = true
	}
	t.Error("never done")
}

// TestLoneClass: a class with one row is learned from in every fold, and what is
// said of the rows held out is not of it.
func TestLoneClass(t *testing.T) {
	x, y := make([]float64, 31), make([]string, 31)
	for i := range x {
		x[i], y[i] = float64(i), []string{"a", "b"}[i%2]
	}
	y[30] = "c"
	table, err := data.NewTable("lone", data.NumberColumn("x", x), data.CategoryColumn("y", y))
	if err != nil {
		t.Fatal(err)
	}
	cv, err := CrossValidate(t.Context(), table, Options{Target: "y", Folds: 3, L2: 0.1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range cv.PerFold {
		if f.Rows != 21 || f.HeldOut != 10 {
			t.Errorf("fitted to %d rows, judged on %d", f.Rows, f.HeldOut)
		}
	}
	if len(cv.Notes) != 1 {
		t.Errorf("notes: %q", cv.Notes)
	}
}
