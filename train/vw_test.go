package train

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/data"
)

// namedLines reads the lines of words that Vowpal Wabbit was run on.
func namedLines(t *testing.T) *data.Table {
	t.Helper()
	table, err := data.Read(filepath.Join("..", "data", "testdata", "vw", "lines.vw"), data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestVowpalWabbitOptimum: the weighted least-squares fit to lines of words has, name
// by name, the weights of numpy to what doubles hold, and those of vw --bfgs to what
// single precision does.
func TestVowpalWabbitOptimum(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "data", "testdata", "vw", "features.json"))
	if err != nil {
		t.Fatal(err)
	}
	type fit struct{ Exact, BFGS float64 }
	var want struct {
		Weights   map[string]fit
		Intercept fit
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	r, err := Fit(t.Context(), namedLines(t), Options{Target: "label", Weight: "weight", Model: "linear", L2: NoPenalty, Method: "newton", GradTol: 1e-12, Validation: NoValidation}, nil)
	if err != nil {
		t.Fatal(err)
	}
	names := r.Model.Recipe.Encoder.Names()
	if len(names) != len(want.Weights) {
		t.Fatalf("the features %q, Vowpal Wabbit has %d", names, len(want.Weights))
	}
	close := func(name string, got float64, w fit) {
		if math.Abs(got-w.Exact) > 1e-6 || math.Abs(got-w.BFGS) > 1e-5 { // labels of VW are single
			t.Errorf("%s: %v, numpy has %v and Vowpal Wabbit %v", name, got, w.Exact, w.BFGS)
		}
	}
	for j, name := range names {
		short := strings.TrimSuffix(strings.TrimPrefix(name, "features["), "]")
		close(short, r.Model.Weights[j], want.Weights[short])
	}
	close("intercept", r.Model.Weights[len(names)], want.Intercept)
}

// TestNamesAsColumns: lines of words have the optimum of a dense table of the same
// content, predict the same, and come through a file of a model unchanged.
func TestNamesAsColumns(t *testing.T) {
	lines := namedLines(t)
	features := lines.Columns[len(lines.Columns)-1]
	columns := []*data.Column{lines.Columns[0], {Name: "weight", Kind: data.Number, Numbers: lines.Columns[1].Numbers}}
	for j := range features.EntryNames {
		v := make([]float64, lines.Rows)
		for i := range v {
			index, value := features.Entries.Row(i)
			if k, there := slices.BinarySearch(index, int32(j)); there {
				v[i] = value[k]
			}
		}
		columns = append(columns, data.NumberColumn(fmt.Sprintf("x%02d", j), v))
	}
	dense, err := data.NewTable("dense", columns...)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Target: "label", Weight: "weight", Model: "linear", L2: 0.01, Scale: data.Unscaled, Method: "newton", GradTol: 1e-12, Validation: NoValidation}
	a, err := Fit(t.Context(), lines, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Fit(t.Context(), dense, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	for j := range b.Model.Weights {
		if math.Abs(a.Model.Weights[j]-b.Model.Weights[j]) > 1e-10 {
			t.Errorf("weight %d is %v by words and %v by columns", j, a.Model.Weights[j], b.Model.Weights[j])
		}
	}
	path := filepath.Join(t.TempDir(), "model")
	if err := a.Model.Save(path); err != nil {
		t.Fatal(err)
	}
	again, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	words, err := again.Predict(lines)
	if err != nil {
		t.Fatal(err)
	}
	numbers, err := b.Model.Predict(dense)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range numbers.Number {
		if math.Abs(v-words.Number[i]) > 1e-9 {
			t.Errorf("row %d is %v by words and %v by columns", i, words.Number[i], v)
		}
	}
}
