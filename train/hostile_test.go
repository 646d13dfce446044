package train

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"descent/safetensors"
)

// refusedCheaply wants an error in words, soon, and without the memory that the
// file claims to need.
func refusedCheaply(t *testing.T, name, want string, load func() error) {
	t.Helper()
	before, began := allocated(), time.Now()
	err := load()
	grown, took := allocated()-before, time.Since(began)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: %v, want …%s…", name, err, want)
	}
	if err != nil && len(err.Error()) > 1000 {
		t.Errorf("%s: a sentence of %d bytes", name, len(err.Error()))
	}
	if grown > 16<<20 || took > 5*time.Second {
		t.Errorf("%s: %d bytes were allocated in %v", name, grown, took)
	}
}

// TestHostileRecipes gives the loader models whose recipes claim what their
// arrays do not hold, or nest what nobody writes.
func TestHostileRecipes(t *testing.T) {
	deep := strings.Repeat("[", 100_000)
	for model, list := range map[string][]struct{ old, new, want string }{
		"linear": {
			{`"width":1`, `"width":1000000000`, "cannot have"},
			{`"kind":"linear"`, `"kind":"mlp","activation":"relu","hidden":[1000000000,1000000000]`, ""},
			{`"kind":"linear"`, `"kind":"formula","formula":"` + strings.Repeat("(", 100_000) + `a"`, ""},
			{`"kind":"linear"`, `"kind":"formula","formula":"` + strings.Repeat("sin(", 5000) + "a" + strings.Repeat(")", 5000) + `"`, ""},
			{`"format":1`, `"format":1e400`, ""},
			{`{"format":1`, `{"deep":` + deep + strings.Repeat("]", 100_000) + `,"format":1`, "depth"},
			{`{"format":1`, `{"deep":` + deep + `,"format":1`, ""},
			{`"encoder":{`, `"encoder":{"features":null,"other":{`, ""},
			{`"target":{`, `"target":null,"other":{`, "no encoder or no target"},
		},
		"mlp:3": {
			{`"hidden":[3]`, `"hidden":[65536,65536,65536,65536]`, ""},
			{`"hidden":[3]`, `"hidden":[-3]`, ""},
			{`"hidden":[3]`, `"hidden":[` + strings.Repeat("1,", 100_000) + `1]`, ""},
		},
	} {
		dir := filepath.Join(t.TempDir(), "run")
		mustFit(t, patient(t, 60), Options{Target: "y", Features: []string{"a", "b"}, Model: model, Dir: dir, Epochs: 3})
		sound, err := safetensors.ReadFile(filepath.Join(dir, modelFile))
		if err != nil {
			t.Fatal(err)
		}
		recipe := sound.Metadata[recipeKey]
		for _, c := range list {
			text := strings.Replace(recipe, c.old, c.new, 1)
			if text == recipe {
				t.Fatalf("the recipe does not hold %s: %s", c.old, recipe)
			}
			refusedCheaply(t, c.new[:min(len(c.new), 60)], c.want, func() error {
				_, err := fromFile(&safetensors.File{Metadata: map[string]string{recipeKey: text}, Tensors: sound.Tensors}, "m.safetensors")
				return err
			})
		}
	}
}

// TestHostileCheckpoints gives --resume checkpoints of the right checksum whose
// state or arrays do not fit the fit.
func TestHostileCheckpoints(t *testing.T) {
	o := Options{Target: "y", Features: []string{"a", "b"}, Model: "mlp:3", Epochs: 5, Batch: 16, Dir: filepath.Join(t.TempDir(), "run"), Checkpoints: Checkpoints{Steps: 1}}
	table := patient(t, 60)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if _, err := Fit(ctx, table, o, func(Progress) { stop() }); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(o.Dir, checkpointFile)
	sound, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	state := sound.Metadata[recipeKey]
	number := func(name, value string) string {
		return regexp.MustCompile(`"`+name+`":-?[0-9]+`).ReplaceAllString(state, `"`+name+`":`+value)
	}
	first := sound.Tensors[0]
	wrong, nan := first, first
	wrong.Shape = append([]int{1}, first.Shape...)
	nan.Data = append([]byte(nil), first.Data...)
	for i := range nan.Data {
		nan.Data[i] = 0xff
	}
	for name, f := range map[string]*safetensors.File{
		"deep state":        {Metadata: map[string]string{recipeKey: strings.Repeat("[", 100_000)}, Tensors: sound.Tensors},
		"no state":          {Tensors: sound.Tensors},
		"newer":             {Metadata: map[string]string{recipeKey: number("format", "9")}, Tensors: sound.Tensors},
		"steps below zero":  {Metadata: map[string]string{recipeKey: number("step", "-4")}, Tensors: sound.Tensors},
		"epochs below zero": {Metadata: map[string]string{recipeKey: number("epochs", "-4")}, Tensors: sound.Tensors},
		"no end of steps":   {Metadata: map[string]string{recipeKey: number("step", "9223372036854775807")}, Tensors: sound.Tensors},
		"steps beyond":      {Metadata: map[string]string{recipeKey: number("step", "26")}, Tensors: sound.Tensors},
		"steps too large":   {Metadata: map[string]string{recipeKey: number("step", "9223372036854775808")}, Tensors: sound.Tensors},
		"a part of a step":  {Metadata: map[string]string{recipeKey: number("step", "1.5")}, Tensors: sound.Tensors},
		"no end of epochs":  {Metadata: map[string]string{recipeKey: number("epochs", "9223372036854775807")}, Tensors: sound.Tensors},
		"an epoch too many": {Metadata: map[string]string{recipeKey: number("epochs", "1")}, Tensors: sound.Tensors},
		"begun later":       {Metadata: map[string]string{recipeKey: number("begun", "2")}, Tensors: sound.Tensors},
		"begun below zero":  {Metadata: map[string]string{recipeKey: number("begun", "-1")}, Tensors: sound.Tensors},
		"best to come":      {Metadata: map[string]string{recipeKey: number("best_epoch", "3")}, Tensors: sound.Tensors},
		"best below zero":   {Metadata: map[string]string{recipeKey: number("best_epoch", "-9223372036854775808")}, Tensors: sound.Tensors},
		"idle for ever":     {Metadata: map[string]string{recipeKey: number("since", "9223372036854775807")}, Tensors: sound.Tensors},
		"idle below zero":   {Metadata: map[string]string{recipeKey: number("since", "-1")}, Tensors: sound.Tensors},
		"a curve to come":   {Metadata: map[string]string{recipeKey: strings.Replace(state, `"curve":null`, `"curve":[["1","1e300","0","0","0","0"]]`, 1)}, Tensors: sound.Tensors},
		"no arrays":         {Metadata: map[string]string{recipeKey: state}},
		"an array less":     {Metadata: map[string]string{recipeKey: state}, Tensors: sound.Tensors[1:]},
		"another shape":     {Metadata: map[string]string{recipeKey: state}, Tensors: append([]safetensors.Tensor{wrong}, sound.Tensors[1:]...)},
		"not a number":      {Metadata: map[string]string{recipeKey: state}, Tensors: append([]safetensors.Tensor{nan}, sound.Tensors[1:]...)},
	} {
		if f.Metadata == nil {
			f.Metadata = map[string]string{}
		}
		f.Metadata[checksumKey] = checksum(f.Metadata[recipeKey], f.Tensors)
		again := o
		again.Dir, again.Resume = filepath.Join(t.TempDir(), "run"), true
		if err := os.MkdirAll(again.Dir, 0o777); err != nil {
			t.Fatal(err)
		}
		w, err := os.Create(filepath.Join(again.Dir, checkpointFile))
		if err != nil {
			t.Fatal(err)
		}
		if err := safetensors.Write(w, f); err != nil {
			t.Fatal(err)
		}
		w.Close()
		refusedCheaply(t, name, "", func() error {
			r, err := Fit(context.Background(), table, again, nil)
			if err == nil && math.IsNaN(float64(r.Loss.Train)) {
				t.Errorf("%s: went on to NaN", name)
			}
			return err
		})
	}
}
