package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"descent/data"
	"descent/graph"
	"descent/internal/atomicfile"
	"descent/internal/kernel"
	"descent/model"
	"descent/param"
	"descent/safetensors"
)

// Save writes the model to one safetensors file.
func (m *Model) Save(path string) error {
	file, err := m.file(path)
	if err != nil {
		return err
	}
	if err := atomicfile.WriteAll(file); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// file is the model as a file to be written.
func (m *Model) file(path string) (atomicfile.Part, error) {
	text, err := json.Marshal(m.Recipe)
	if err != nil {
		return atomicfile.Part{}, fmt.Errorf("train: the recipe of the model: %w", err)
	}
	file := safetensors.File{Metadata: map[string]string{recipeKey: string(text)}}
	for _, b := range m.Blocks {
		t, err := m.tensor(b)
		if err != nil {
			return atomicfile.Part{}, fmt.Errorf("train: %w", err)
		}
		file.Tensors = append(file.Tensors, t)
	}
	file.Metadata[checksumKey] = checksum(string(text), file.Tensors)
	return atomicfile.Part{Path: path, Write: func(w io.Writer) error { return safetensors.Write(w, &file) }}, nil
}

func (m *Model) tensor(b param.Block) (safetensors.Tensor, error) {
	v := param.View(m.Weights, b)
	if m.Recipe.Precision == "float32" {
		return safetensors.New(b.Name, convert[float32](v), b.Shape...)
	}
	return safetensors.New(b.Name, v, b.Shape...)
}

// Load reads the model of a run folder, or a model file.
func Load(path string) (*Model, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		file := filepath.Join(path, modelFile)
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("train: %s holds no model (%s); it is no finished run", path, modelFile)
		}
		path = file
	}
	f, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	return fromFile(f, path)
}

// fromFile is the model in the file of that name.
func fromFile(f *safetensors.File, path string) (*Model, error) {
	text, ok := f.Metadata[recipeKey]
	if !ok {
		return nil, fmt.Errorf("train: %s is a safetensors file, but no model of this program: it has no recipe", path)
	}
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal([]byte(text), &head); err == nil && head.Format > formatVersion {
		return nil, fmt.Errorf("train: the model in %s has format %d, and this program reads format %d: a newer version wrote it, and is needed to read it", path, head.Format, formatVersion)
	}
	if sum, ok := f.Metadata[checksumKey]; ok && sum != checksum(text, f.Tensors) {
		return nil, fmt.Errorf("train: %s is damaged: its checksum is wrong; copy it again, or fit again (whoever changes a model leaves %s out of its metadata)", path, checksumKey)
	}
	m := &Model{}
	if err := json.Unmarshal([]byte(text), &m.Recipe); err != nil {
		return nil, fmt.Errorf("train: the recipe in %s is damaged: %w", path, err)
	}
	if err := m.fill(f); err != nil {
		return nil, fmt.Errorf("train: %s: %w", path, err)
	}
	return m, nil
}

// fill checks the recipe, lays its blocks out and takes their elements from the
// file.
func (m *Model) fill(f *safetensors.File) error {
	if err := m.Recipe.check(); err != nil {
		return err
	}
	r, err := m.Recipe.recipe()
	if err != nil {
		return err
	}
	net, err := r.spec.Build(graph.New(), 1, r.features, r.outputs, r.expression) // the blocks of a sparse model are the same
	if err != nil {
		return err
	}
	m.Blocks = net.Layout.Blocks()
	if len(f.Tensors) != len(m.Blocks) {
		return fmt.Errorf("%d arrays in the file, but the model has %d blocks", len(f.Tensors), len(m.Blocks))
	}
	for _, b := range m.Blocks {
		t, err := f.Tensor(b.Name)
		if err != nil {
			return err
		}
		if !slices.Equal(t.Shape, b.Shape) && len(t.Shape)+len(b.Shape) > 0 {
			return fmt.Errorf("block %s has shape %v in the file, but %v in the model", b.Name, t.Shape, b.Shape)
		}
		v, err := values(t, m.Recipe.Precision)
		if err != nil {
			return err
		}
		m.Weights = append(m.Weights, v...)
	}
	if !kernel.AllFinite(m.Weights) {
		return fmt.Errorf("some weights are not finite; the file is damaged")
	}
	return nil
}

func values(t *safetensors.Tensor, precision string) ([]float64, error) {
	if precision == "float32" {
		v, err := safetensors.Values[float32](t)
		return convert[float64](v), err
	}
	return safetensors.Values[float64](t)
}

// check refuses a recipe that no fit of this program writes.
func (r *Recipe) check() error {
	switch {
	case r.Format != formatVersion:
		return fmt.Errorf("the model has format %d, and this program reads format %d", r.Format, formatVersion)
	case r.Encoder == nil || r.Target == nil:
		return fmt.Errorf("the recipe has no encoder or no target")
	case r.Precision != "float32" && r.Precision != "float64":
		return fmt.Errorf("the recipe has the unknown precision %q", r.Precision)
	case r.Loss.Name == "":
		return fmt.Errorf("the recipe has no loss")
	case r.Loss.Classes() != (r.Target.Classes != nil):
		return fmt.Errorf("the loss %s does not go with the target %s", r.Loss, r.Target.Column)
	case r.Model.Kind == model.Auto:
		return fmt.Errorf("the recipe leaves the model open")
	}
	if err := r.checkTargets(); err != nil {
		return err
	}
	for i := range r.Encoder.Features {
		f := &r.Encoder.Features[i]
		if err := f.Check(); err != nil {
			return err
		}
		if r.Model.Kind == model.Formula && (f.Kind != data.Number || f.Width != 1) {
			return fmt.Errorf("feature %q is a %v, which no formula reads", f.Column, f.Kind)
		}
	}
	return nil
}
