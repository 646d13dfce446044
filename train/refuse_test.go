package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data"
	"descent/safetensors"
)

func numbers(t *testing.T, name string, columns map[string][]float64) *data.Table {
	t.Helper()
	table := &data.Table{Name: name}
	for _, c := range []string{"x", "z", "y", "w"} {
		if v, ok := columns[c]; ok {
			table.Columns = append(table.Columns, data.NumberColumn(c, v))
			table.Rows = len(v)
		}
	}
	return table
}

// TestRefusals: what cannot be fitted is refused in one sentence that names it.
func TestRefusals(t *testing.T) {
	penguins := sample(t, "penguins")
	line := numbers(t, "line", map[string][]float64{"x": {1, 2, 3, 4}, "y": {1.5, 3, 4, 6}, "w": {1, 1, -1, 1}})
	empty := numbers(t, "empty", map[string][]float64{"x": {1, 2}, "y": {math.NaN(), math.NaN()}})
	for _, c := range []struct {
		table *data.Table
		o     Options
		want  string
	}{
		{line, Options{}, "no target"},
		{line, Options{Target: "q"}, `no column "q"`},
		{line, Options{Target: "y", Model: "lnear"}, "unknown model"},
		{line, Options{Target: "y", Model: "softmax"}, "classified"},
		{line, Options{Target: "y", Loss: "mean"}, "unknown loss"},
		{line, Options{Target: "y", Model: "linear", Loss: "poisson"}, "leave it out for mse"},
		{line, Options{Target: "y", Features: []string{"x", "q"}}, `no column "q"`},
		{line, Options{Target: "y", Features: []string{"x", "y"}}, `"y" cannot be a feature`},
		{line, Options{Target: "y", Method: "adma"}, `did you mean "adam"?`},
		{line, Options{Target: "y", Method: "lbfgs", Rate: 0.1}, "finds its own steps"},
		{line, Options{Target: "y", Method: "lbfgs", Batch: 2}, "a batch size"},
		{line, Options{Target: "y", Method: "lm", L2: 1}, "without penalty"},
		{line, Options{Target: "y", Method: "adam", Schedule: "cosin"}, "the schedules are constant, step"},
		{line, Options{Target: "y", Method: "adam", Settings: map[string]float64{"beta": 1}}, `did you mean "beta1"?`},
		{line, Options{Target: "y", Method: "adam", Batch: 2, GradTol: 1e-3}, "batches of 2"},
		{line, Options{Target: "y", Model: "a*x+b", Method: "lm", GradTol: 1e-3}, "lm knows by tests of its own"},
		{line, Options{Target: "y", Patience: 3}, "no rows are set aside"},
		{line, Options{Target: "y", Rate: -1}, "the rate is -1"},
		{line, Options{Target: "y", L2: math.NaN()}, "the l2 is NaN"},
		{line, Options{Target: "y", Epochs: -3}, "-3 epochs"},
		{line, Options{Target: "y", Batch: -7}, "a batch of -7"},
		{line, Options{Target: "y", Validation: 1}, "a validation fraction of 1"},
		{line, Options{Target: "y", Validation: 0.5, ValidationTable: line}, "give one of them"},
		{line, Options{Target: "y", Weight: "w"}, "holds -1"},
		{numbers(t, "vast", map[string][]float64{"x": {1, 2, 3}, "y": {1e300, 2e300, 4e300}}), Options{Target: "y"}, "use the loss mae"},
		{numbers(t, "fine", map[string][]float64{"x": {1, 2, 3}, "y": {1e-300, 2e-300, 4e-300}}), Options{Target: "y"}, "use the loss mae"},
		{line, Options{Target: "y", ClassWeight: "balanced"}, "class weights are for classes"},
		{line, Options{Target: "y", ClassWeight: "even"}, "there is balanced"},
		{line, Options{Target: "y", Start: map[string]float64{"a": 1}}, "parameters of a formula"},
		{line, Options{Target: "y", Model: "a*x+b", Start: map[string]float64{"c": 1}}, `no free parameter "c"`},
		{line, Options{Target: "y", Model: "a*y+b"}, "the target"},
		{line, Options{Target: "y", Model: "x+1"}, "no free parameter to fit"},
		{line, Options{Target: "y", Model: "a*x+"}, "^"},
		{line, Options{Target: "y", Model: "a*log(-x)"}, "NaN at its start in data row 1 (a = 1, x = 1)"},
		{line, Options{Target: "y", Model: "a*x", Features: []string{"w"}}, "not among the features"},
		{line, Options{Target: "y", Model: "a*x", Loss: "logistic"}, "cannot be classified"},
		{empty, Options{Target: "y"}, "no row of empty has a value in y"},
		{penguins, Options{Target: "species", Model: "linear"}, "classified, not regressed"},
		{penguins, Options{Target: "species", Model: "logistic"}, "try softmax"},
		{penguins, Options{Target: "species", Loss: "mse", Model: "mlp:4"}, "classified, not regressed"},
		{penguins, Options{Target: "species", Model: "mlp:4", Loss: "logistic"}, "try cross-entropy"},
		{penguins, Options{Target: "body_mass_g", Model: "a*species"}, `column "species", which is a category`},
		{penguins, Options{Target: "species", Model: "a*body_mass_g"}, "one number a row"},
	} {
		_, err := Fit(t.Context(), c.table, c.o, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.o, err, c.want)
		}
	}
}

// TestSmallAndOddTables: nothing is too small or too flat to fit or to refuse.
func TestSmallAndOddTables(t *testing.T) {
	for name, columns := range map[string]map[string][]float64{
		"one row":         {"x": {1}, "y": {2.5}},
		"two rows":        {"x": {1, 2}, "y": {2.5, 3}},
		"constant target": {"x": {1, 2, 3}, "y": {2.5, 2.5, 2.5}},
		"constant column": {"x": {1, 1, 1}, "y": {1, 2, 2.5}},
		"missing column":  {"x": {math.NaN(), math.NaN(), math.NaN()}, "y": {1, 2, 2.5}},
		"huge":            {"x": {1e150, 2e150, 3e150}, "y": {1e140, 2e140, 3.5e140}},
		"tiny":            {"x": {1e-200, 2e-200, 3e-200}, "y": {1e-150, 2e-150, 3.5e-150}},
	} {
		for _, m := range []string{"auto", "mlp:4", "poisson"} {
			r, err := Fit(t.Context(), numbers(t, name, columns), Options{Target: "y", Model: m, Epochs: 50}, nil)
			if err != nil {
				if !strings.HasPrefix(err.Error(), "train: ") && !strings.HasPrefix(err.Error(), "data: ") {
					t.Errorf("%s, %s: %v", name, m, err)
				}
				continue
			}
			if _, err := json.Marshal(r); err != nil {
				t.Errorf("%s, %s: %v", name, m, err)
			}
		}
	}
}

func TestRunFolders(t *testing.T) {
	table := numbers(t, "line", map[string][]float64{"x": {1, 2, 3, 4}, "y": {1.5, 3, 4, 6}})
	dir := filepath.Join(t.TempDir(), "a", "run")
	o := Options{Target: "y", Dir: dir}
	mustFit(t, table, o)
	for _, name := range []string{modelFile, configFile, metricsFile, reportFile} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Fit(t.Context(), table, o, nil); err == nil || !strings.Contains(err.Error(), "holds a run already") {
		t.Errorf("an existing run was not refused: %v", err)
	}
	o.Force = true
	mustFit(t, table, o)

	// A run that cannot be replaced stays a run, and one that cannot be written
	// leaves nothing.
	old, err := os.ReadFile(filepath.Join(dir, modelFile))
	if err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(dir, reportFile)
	if err := errors.Join(os.Remove(report), os.MkdirAll(filepath.Join(report, "in the way"), 0o777)); err != nil {
		t.Fatal(err)
	}
	if _, err := Fit(t.Context(), table, Options{Target: "y", Dir: dir, Force: true, Seed: 2, Model: "mlp:2"}, nil); err == nil {
		t.Error("a folder in place of the report was overwritten")
	}
	if now, err := os.ReadFile(filepath.Join(dir, modelFile)); err != nil || !bytes.Equal(now, old) {
		t.Errorf("the old model is lost: %d bytes, %v", len(now), err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "thesis.tex"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Fit(t.Context(), table, Options{Target: "y", Dir: other}, nil); err == nil || !strings.Contains(err.Error(), "thesis.tex") {
		t.Errorf("a folder of other files was not refused: %v", err)
	}
	file := filepath.Join(other, "thesis.tex")
	if _, err := Fit(t.Context(), table, Options{Target: "y", Dir: file, Force: true}, nil); err == nil || !strings.Contains(err.Error(), "is a file") {
		t.Errorf("a file was not refused: %v", err)
	}
	if _, err := Load(other); err == nil || !strings.Contains(err.Error(), "holds no model") {
		t.Errorf("a folder without a model: %v", err)
	}
	if _, err := Load(filepath.Join(other, "none")); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("no folder at all: %v", err)
	}
	if _, err := Load(file); err == nil || !strings.HasPrefix(err.Error(), "train: safetensors: ") {
		t.Errorf("a file that is no model: %v", err)
	}
}

// TestPredictionTables: columns are found by name; what is missing is named,
// what is extra is ignored, and the target need not be there.
func TestPredictionTables(t *testing.T) {
	train := numbers(t, "train", map[string][]float64{"x": {1, 2, 3, 4}, "z": {0, 1, 0, 2}, "y": {2, 5, 6, 10}})
	m := mustFit(t, train, Options{Target: "y"}).Model
	p, err := m.Predict(numbers(t, "new", map[string][]float64{"w": {9, 9}, "x": {1, 4}, "z": {0, 2}}))
	if err != nil || math.Abs(p.Number[0]-2) > 1e-6 || math.Abs(p.Number[1]-10) > 1e-6 {
		t.Errorf("predictions %v, %v", p, err)
	}
	_, err = m.Predict(numbers(t, "new", map[string][]float64{"x": {1}}))
	if err == nil || !strings.Contains(err.Error(), "no column z, which the model reads") {
		t.Errorf("a missing column: %v", err)
	}
	_, err = m.Evaluate(numbers(t, "new", map[string][]float64{"x": {1}, "z": {1}}))
	if err == nil || !strings.Contains(err.Error(), `no column "y"`) {
		t.Errorf("evaluation without a target: %v", err)
	}
	words := &data.Table{Name: "words", Rows: 1, Columns: []*data.Column{data.CategoryColumn("x", []string{"a"}), data.NumberColumn("z", []float64{1})}}
	if _, err = m.Predict(words); err == nil || !strings.Contains(err.Error(), "a number in training") {
		t.Errorf("words for numbers: %v", err)
	}
	if p, err := m.Predict(numbers(t, "no rows", map[string][]float64{"x": {}, "z": {}})); err != nil || len(p.Number) != 0 {
		t.Errorf("no rows: %v, %v", p, err)
	}
	// A new level counts as <other>, and that is said.
	penguins := mustFit(t, sample(t, "penguins"), Options{Target: "body_mass_g", Features: []string{"island", "bill_length_mm"}}).Model
	odd := &data.Table{Name: "odd", Rows: 1, Columns: []*data.Column{data.CategoryColumn("island", []string{"Atlantis"}), data.NumberColumn("bill_length_mm", []float64{40})}}
	if p, err := penguins.Predict(odd); err != nil || len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "<other>") {
		t.Errorf("a new level: %+v, %v", p, err)
	}
}

// TestDamagedModelsAreRefused edits the recipe and the arrays of a sound model.
func TestDamagedModelsAreRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	mustFit(t, sample(t, "penguins"), Options{Target: "species", Dir: dir, L2: 0.01})
	sound, err := safetensors.ReadFile(filepath.Join(dir, modelFile))
	if err != nil {
		t.Fatal(err)
	}
	recipe := sound.Metadata[recipeKey]
	for _, c := range []struct{ old, new, want string }{
		{`"format":1`, `"format":2`, "format 2"},
		{`"kind":"softmax"`, `"kind":"tree"`, "no model of kind"},
		{`"kind":"softmax"`, `"kind":"auto"`, "leaves the model open"},
		{`"kind":"softmax"`, `"kind":"mlp","activation":"relu","hidden":[999999999]`, "a layer of 999999999 units"},
		{`"precision":"float64"`, `"precision":"float16"`, "precision"},
		{`"precision":"float64"`, `"precision":"float32"`, "F64"},
		{`"outputs":3`, `"outputs":1000000000`, "outputs"},
		{`"loss":"cross-entropy"`, `"loss":"mse"`, "does not go with"},
		{`"loss":"cross-entropy"`, `"loss":""`, "no loss"},
		{`"encoder":{`, `"other":{`, "no encoder"},
		{`"width":1`, `"width":1000000000`, "cannot have"},
		{recipe, `{"format":1`, "damaged"},
		{recipe, `{}`, "format 0"},
	} {
		text := strings.Replace(recipe, c.old, c.new, 1)
		if text == recipe {
			t.Fatalf("the recipe does not hold %s: %s", c.old, recipe)
		}
		check(t, &safetensors.File{Metadata: map[string]string{recipeKey: text}, Tensors: sound.Tensors}, c.want)
	}
	check(t, &safetensors.File{Tensors: sound.Tensors}, "no recipe")
	check(t, &safetensors.File{Metadata: sound.Metadata, Tensors: sound.Tensors[:1]}, "checksum is wrong")
	plain := map[string]string{recipeKey: recipe}
	check(t, &safetensors.File{Metadata: plain, Tensors: sound.Tensors[:1]}, "1 arrays")
	bias, err := safetensors.New("bias", []float64{0, math.NaN(), 1}, 3)
	if err != nil {
		t.Fatal(err)
	}
	weight, err := sound.Tensor("weight")
	if err != nil {
		t.Fatal(err)
	}
	check(t, &safetensors.File{Metadata: plain, Tensors: []safetensors.Tensor{*weight, bias}}, "not finite")
	bias.Shape = []int{1, 3}
	check(t, &safetensors.File{Metadata: plain, Tensors: []safetensors.Tensor{*weight, bias}}, "has shape [1 3]")
}

func check(t *testing.T, f *safetensors.File, want string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m.safetensors")
	w, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := safetensors.Write(w, f); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}
