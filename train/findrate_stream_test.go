package train

import (
	"math"
	"slices"
	"strings"
	"testing"

	"descent/data"
)

// The search for a rate on rows that pass by finds with all rows in every step what it
// finds in memory, to the bit, and with batches a rate like it.
func TestStreamedFindRate(t *testing.T) {
	dense, sparse := writeRows(t, 6000), writeSparseRows(t, 20000, 4000, 20, 2)
	for _, c := range []struct {
		file string
		o    Options
	}{
		{dense, Options{Target: "class", Features: []string{"a", "b", "c", "level"}, Model: "logistic", Method: "gd", Batch: FullBatch}},
		{sparse, Options{Target: "label", Model: "logistic", Method: "gd", Batch: FullBatch, Scale: data.MaxAbs}},
		{dense, Options{Target: "class", Features: []string{"a", "b", "c", "level"}, Model: "mlp:8", Method: "adam", Batch: 64}},
		{sparse, Options{Target: "label", Model: "logistic", Method: "adam", Batch: 8, Scale: data.MaxAbs}},
	} {
		table, err := data.Read(c.file, data.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		c.o.Seed = 3
		want, err := FindRate(t.Context(), table, c.o)
		if err != nil {
			t.Fatal(err)
		}
		c.o.Memory = 1 << 28
		got, err := FindRateFiles(t.Context(), Files{Paths: []string{c.file}, Cache: t.TempDir()}, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if c.o.Batch == FullBatch && (!slices.Equal(got.Losses, want.Losses) || got.Text != want.Text) {
			t.Errorf("%s: %s\nin memory: %s", c.o.Model, got.Text, want.Text)
		}
		if zero := c.o.Model == "logistic"; zero && (math.Abs(got.Losses[0]-math.Ln2) > 1e-9 || math.Abs(want.Losses[0]-math.Ln2) > 1e-9) {
			t.Errorf("%s: the losses begin at %v, in memory at %v", got.Method, got.Losses[0], want.Losses[0])
		}
		if ratio := got.Suggested / want.Suggested; !(ratio > 0.2 && ratio < 5) || got.Method != want.Method {
			t.Errorf("%s %s: the rate %v, in memory %v", c.o.Model, got.Method, got.Suggested, want.Suggested)
		}
	}
	o := Options{Target: "label", Model: "logistic", Memory: 1 << 28}
	if _, err := FindRateFiles(t.Context(), Files{Paths: []string{sparse}}, o); err == nil || !strings.Contains(err.Error(), "name a folder for it") {
		t.Errorf("without a folder: %v", err)
	}
	o.Rate = 0.1
	if _, err := FindRateFiles(t.Context(), Files{Paths: []string{sparse}, Cache: t.TempDir()}, o); err == nil || !strings.Contains(err.Error(), "sets the rate itself") {
		t.Errorf("with a rate: %v", err)
	}
}
