package train

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"descent/data"
	"descent/safetensors"
)

// fuzzed are fits of every kind of model, whose files the fuzzing begins with.
var fuzzed = []Options{
	{Target: "y", Model: "linear"},
	{Target: "class", Model: "logistic"},
	{Target: "class", Model: "mlp:3,2:tanh", Epochs: 2},
	{Target: "y", Model: "k*a + exp(-b*m[1]) + m[2]", Epochs: 3},
}

// seedFiles are the model and a checkpoint of each fit.
func seedFiles(f *testing.F) (models, checkpoints []*safetensors.File) {
	for _, o := range fuzzed {
		o.Dir = filepath.Join(f.TempDir(), "run")
		o.Features, o.Checkpoints.Steps = []string{"a", "b"}, 1
		ctx, stop := context.WithCancel(context.Background())
		_, err := Fit(ctx, patient(f, 60), o, func(Progress) { stop() })
		if err != nil {
			f.Fatal(err)
		}
		for name, list := range map[string]*[]*safetensors.File{modelFile: &models, checkpointFile: &checkpoints} {
			file, err := safetensors.ReadFile(filepath.Join(o.Dir, name))
			if err != nil {
				f.Fatal(err)
			}
			*list = append(*list, file)
		}
		stop()
	}
	return models, checkpoints
}

// decoded is a file of the tensors of a seed, or of those in content where it is
// a file by itself, with the text as its metadata.
func decoded(seeds []*safetensors.File, which byte, content []byte, text string) *safetensors.File {
	from := seeds[int(which)%len(seeds)]
	if file, err := safetensors.Read(bytes.NewReader(content), int64(len(content))); err == nil {
		from = file
	}
	return &safetensors.File{Tensors: from.Tensors, Metadata: map[string]string{recipeKey: text}}
}

// FuzzLoad holds the loader of models to three promises on any recipe and any
// tensors: it refuses in words or gives a model that predicts; that model is
// written and read back the same; and it takes no more memory than the file has
// a right to.
func FuzzLoad(f *testing.F) {
	models, _ := seedFiles(f)
	for i, m := range models {
		f.Add(m.Metadata[recipeKey], byte(i), []byte(nil))
	}
	f.Fuzz(func(t *testing.T, recipe string, which byte, content []byte) {
		before := allocated()
		m, err := fromFile(decoded(models, which, content, recipe), "fuzzed")
		if err == nil {
			predictSomething(t, m)
		}
		if grown, most := allocated()-before, 64<<20+100_000*uint64(len(recipe)+len(content)+1000); grown > most {
			t.Fatalf("%q made the loader allocate %d bytes, more than %d", recipe, grown, most)
		}
		if err != nil {
			return
		}
		text, err := json.Marshal(m.Recipe)
		if err != nil {
			t.Fatalf("%q is a model that cannot be written: %v", recipe, err)
		}
		again, err := fromFile(decoded(models, which, content, string(text)), "fuzzed")
		if err != nil {
			t.Fatalf("%q is written as %q, which cannot be read: %v", recipe, text, err)
		}
		if twice, _ := json.Marshal(again.Recipe); !bytes.Equal(twice, text) {
			t.Fatalf("%q is written as %q, then as %q", recipe, text, twice)
		}
	})
}

// predictSomething predicts two rows with the columns that the model reads.
func predictSomething(t *testing.T, m *Model) {
	var columns []*data.Column
	for name, kind := range m.Columns() {
		switch kind {
		case data.Number:
			columns = append(columns, data.NumberColumn(name, []float64{1.5, math.NaN()}))
		case data.Category:
			columns = append(columns, data.CategoryColumn(name, []string{"x", ""}))
		default:
			return // made by readers alone
		}
	}
	table, err := data.NewTable("rows", columns...)
	if err != nil {
		return
	}
	if p, err := m.Predict(table); err == nil && len(p.Number) != 2 && len(p.Class) != 2 {
		t.Fatalf("predictions %+v of two rows", p)
	}
}

// FuzzCheckpoint holds the loader of checkpoints to two promises on any state
// and any arrays, whose checksum is right: it refuses in words or goes on with
// the fit, and it takes no more memory than the file has a right to.
func FuzzCheckpoint(f *testing.F) {
	_, checkpoints := seedFiles(f)
	for i, c := range checkpoints {
		f.Add(c.Metadata[recipeKey], byte(i), []byte(nil))
	}
	table := patient(f, 60)
	f.Fuzz(func(t *testing.T, state string, which byte, content []byte) {
		file := decoded(checkpoints, which, content, state)
		file.Metadata[checksumKey] = checksum(state, file.Tensors)
		before := allocated()
		if c, err := checkpointIn(file, "fuzzed"); err == nil && strings.Contains(state, `"step"`) {
			goOn(t, table, file, c, fuzzed[int(which)%len(fuzzed)])
		}
		if grown, most := allocated()-before, 64<<20+100_000*uint64(len(state)+len(content)+1000); grown > most {
			t.Fatalf("%q made the loader allocate %d bytes, more than %d", state, grown, most)
		}
	})
}

// goOn resumes the fit, whose own options and rows the state is made to name.
func goOn(t *testing.T, table *data.Table, file *safetensors.File, c *stored, o Options) {
	o.Dir, o.Features, o.Resume = filepath.Join(t.TempDir(), "run"), []string{"a", "b"}, true
	asked, err := o.asked()
	if err != nil {
		t.Fatal(err)
	}
	c.state.Asked, c.state.Rows = asked, table.Fingerprint()
	text, err := json.Marshal(c.state)
	if err != nil {
		return
	}
	file.Metadata[recipeKey], file.Metadata[checksumKey] = string(text), checksum(string(text), file.Tensors)
	if err := os.MkdirAll(o.Dir, 0o777); err != nil {
		t.Fatal(err)
	}
	w, err := os.Create(filepath.Join(o.Dir, checkpointFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := safetensors.Write(w, file); err != nil {
		t.Fatal(err)
	}
	w.Close()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if r, err := Fit(ctx, table, o, func(Progress) { stop() }); err == nil && r == nil {
		t.Fatal("neither a result nor an error")
	}
}

// allocated is the number of bytes that the program has asked for so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
