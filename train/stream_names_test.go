package train

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/optim"
)

// writeNamedRows writes lines of Vowpal Wabbit whose words are frequent and rare, and
// whose class depends on them; the first lines have numbers alone.
func writeNamedRows(t *testing.T, rows int) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(4, 7))
	var b bytes.Buffer
	for row := range rows {
		z, line := rng.NormFloat64()/2, []byte(" |t 3")
		for range 4 + rng.IntN(12) {
			if row < rows/10 {
				line = fmt.Appendf(line, " %d", rng.IntN(40))
				continue
			}
			w := int(600 * math.Pow(rng.Float64(), 3))
			line = fmt.Appendf(line, " w%d:%.3g", w, 1+rng.Float64())
			z += 2 * math.Sin(float64(w))
		}
		if row >= rows/10 {
			line = fmt.Appendf(line, " |place city:c%d %d", rng.IntN(30), rng.IntN(5))
		}
		class := "-1"
		if z > 0 {
			class = "1"
		}
		b.Write(append(append([]byte(class), line...), '\n'))
	}
	path := filepath.Join(t.TempDir(), "rows.vw")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// A fit to all rows of words in every step is the same to the bit whether the rows lie
// in memory or pass by, also where some words are in the rows alone that are set aside;
// row by row it comes as far, with the same weights on any number of threads.
func TestStreamedNames(t *testing.T) {
	file := writeNamedRows(t, 4000)
	table, err := data.Read(file, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cache := openRows(t, file, 1<<12)
	for _, o := range []Options{
		{Model: "logistic", Method: "lbfgs", Validation: NoValidation}, {Model: "logistic", Method: "lbfgs", Scale: data.MaxAbs, Validation: 0.5},
		{Model: "linear", Method: "lbfgs", Epochs: 30, Folds: 2}, {Model: "mlp:3", Method: "lbfgs", Epochs: 6},
	} {
		o.Target, o.Seed, o.Memory = "label", 3, 1<<28
		t.Run(fmt.Sprint(o.Model, o.Scale, o.Validation), func(t *testing.T) {
			sameInMemory(t, table, cache, o)
		})
	}
	o := Options{Target: "label", Model: "logistic", Method: "normalized", Epochs: 4, L2: 1e-6, Seed: 3, Memory: 1 << 28, Validation: NoValidation}
	want, err := Fit(context.Background(), table, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	onThreads(t, cache, o, func(got *Result) {
		if a, b := accuracy(got), accuracy(want); math.Abs(a-b) > 0.02 || b < 0.8 {
			t.Errorf("accuracy %v, in memory %v", a, b)
		}
	})
}

// A fit to rows of words that was interrupted goes on from its checkpoint to the same
// bits, and the memory that it asks for counts the dictionary.
func TestStreamedNamesResume(t *testing.T) {
	file := writeNamedRows(t, 4000)
	files := Files{Paths: []string{file}, Cache: t.TempDir()}
	o := Options{Target: "label", Model: "logistic", Method: "lbfgs", Epochs: 20, Seed: 3, Memory: 1 << 27, Checkpoints: Checkpoints{Steps: 2}}
	o.Dir = filepath.Join(t.TempDir(), "whole")
	whole, _, err := FitFiles(t.Context(), files, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.Dir = filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(t.Context())
	r, _, err := FitFiles(ctx, files, o, func(p Progress) {
		if p.Step == 7 {
			cancel()
		}
	})
	cancel()
	if err != nil || r.Status != optim.Interrupted {
		t.Fatalf("not interrupted: %v, %v", r, err)
	}
	o.Resume = true
	resumed, _, err := FitFiles(t.Context(), files, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(whole.Model.Weights, resumed.Model.Weights) || whole.Steps != resumed.Steps {
		t.Errorf("other weights after %d steps than after %d at once", resumed.Steps, whole.Steps)
	}
}

// The names of a file are part of the memory that is asked for, before and after they
// are counted.
func TestNamesTakeMemory(t *testing.T) {
	var b strings.Builder
	for i := range 30000 {
		fmt.Fprintf(&b, "%d |f", i%2)
		for k := range 20 {
			fmt.Fprintf(&b, " a%0100d", i*20+k)
		}
		b.WriteString("\n")
	}
	file := filepath.Join(t.TempDir(), "rows.vw")
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	sample, err := data.Peek([]string{file}, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	names := len(sample.Table.Columns[1].EntryNames)
	without := *sample.Table
	features := *without.Columns[1]
	features.EntryNames = nil
	without.Columns = []*data.Column{without.Columns[0], &features}
	o := Options{Target: "label", Model: "logistic"}
	if a, b := InMemory(sample, o), InMemory(&data.Sample{Table: &without, Rows: sample.Rows}, o); a-b < int64(300*names) {
		t.Errorf("%d bytes with %d names, %d without", a, names, b)
	}
	files := Files{Paths: []string{file}, Cache: t.TempDir()}
	o.Memory = 100_000_000
	if _, _, err = FitFiles(t.Context(), files, o, nil); err == nil || !strings.Contains(err.Error(), "features by name, whose dictionary takes") {
		t.Errorf("%v", err)
	}
	o.Memory, o.Method = 320_000_000, "sgd"
	if _, _, err = FitFiles(t.Context(), files, o, nil); err == nil || !strings.Contains(err.Error(), "more than the 320 MB that are allowed") {
		t.Errorf("%v", err)
	}
}
