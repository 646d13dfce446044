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
	"strconv"

	"descent/data"
	"descent/internal/atomicfile"
)

// The files of a run folder.
const (
	modelFile   = "model.safetensors" // weights, with the recipe as metadata: all that Load needs
	configFile  = "config.json"       // what was asked for and what was chosen
	metricsFile = "metrics.csv"       // one line an epoch
	reportFile  = "report.md"
)

// recipeKey is the metadata entry of the model file that holds the recipe.
const recipeKey = "descent"

// checksumKey is the metadata entry of models and checkpoints with the checksum
// of all else.
const checksumKey = "sha256"

// Vacant says whether a fit may begin in the folder without being forced: it is
// not there or holds nothing, or only what a fit left there that was killed
// before its first checkpoint.
func Vacant(dir string) bool { return checkFolder(dir, false) == nil }

// checkFolder refuses a folder that holds anything, unless forced.
func checkFolder(dir string, force bool) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("train: the run folder %s: %w", dir, reason(err))
	case !info.IsDir():
		return fmt.Errorf("train: the run folder %s is a file; name another", dir)
	case force:
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("train: the run folder %s: %w", dir, reason(err))
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return leftOver(dir, e.Name()) })
	if len(entries) == 0 {
		return nil
	}
	for _, e := range entries {
		if e.Name() == checkpointFile || e.Name() == formerFile || e.Name() == nextFile {
			return fmt.Errorf("train: %s holds a run that is not finished; resume it, name another folder, or force it to be replaced", dir)
		}
		if e.Name() == modelFile {
			return fmt.Errorf("train: %s holds a run already; name another folder, or force it to be replaced", dir)
		}
	}
	return fmt.Errorf("train: the run folder %s is not empty (it holds %s); name another", dir, entries[0].Name())
}

// reason drops the path that an error of the operating system repeats.
func reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// save writes the run folder: all files or none, and the model last, so that a
// folder with a model has everything, and one that is being replaced always has
// a model. A folder that could not be filled is not left behind.
func save(dir string, p *plan, r *Result) (err error) {
	if _, missing := os.Stat(dir); errors.Is(missing, fs.ErrNotExist) {
		defer func() {
			if err != nil {
				_ = os.Remove(dir)
			}
		}()
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("train: cannot make the run folder %s: %w", dir, reason(err))
	}
	config, err := json.MarshalIndent(p.config(), "", "  ")
	if err != nil {
		return fmt.Errorf("train: %s: %w", configFile, err)
	}
	model, err := r.Model.file(filepath.Join(dir, modelFile))
	if err != nil {
		return err
	}
	err = atomicfile.WriteAll(
		atomicfile.Part{Path: filepath.Join(dir, configFile), Write: func(w io.Writer) error {
			_, err := w.Write(append(config, '\n'))
			return err
		}},
		atomicfile.Part{Path: filepath.Join(dir, metricsFile), Write: func(w io.Writer) error { return writeCurve(w, r.Curve) }},
		atomicfile.Part{Path: filepath.Join(dir, reportFile), Write: func(w io.Writer) error { return writeReport(w, p, r) }},
		model,
	)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return nil
}

// config is what config.json holds: every choice, asked for or made.
type config struct {
	Command     []string           `json:"command,omitempty"` // that makes the same model again
	Target      string             `json:"target"`
	Features    []string           `json:"features"`
	Scale       data.Scaling       `json:"scale"`
	Model       string             `json:"model"`
	Loss        string             `json:"loss"`
	Method      string             `json:"method"`
	Rate        float64            `json:"rate,omitempty"` // where it was given
	Settings    map[string]float64 `json:"settings,omitempty"`
	Schedule    string             `json:"schedule,omitempty"`
	Wrap        string             `json:"wrap,omitempty"`
	Accumulate  int                `json:"accumulate,omitempty"`
	Batch       int                `json:"batch"`
	Epochs      int                `json:"epochs"` // at most
	Patience    int                `json:"patience,omitempty"`
	GradTol     float64            `json:"gradient_tolerance,omitempty"` // where it was given
	SkipBatches int                `json:"skip_batches,omitempty"`
	L1          float64            `json:"l1,omitempty"`
	L2          float64            `json:"l2"`
	WeightDecay float64            `json:"weight_decay"`
	Clip        float64            `json:"clip,omitempty"`
	ClipRows    float64            `json:"clip_rows,omitempty"`
	Freeze      []string           `json:"freeze,omitempty"`
	Weight      string             `json:"sample_weight,omitempty"`
	ClassWeight string             `json:"class_weight,omitempty"`
	Rows        int                `json:"rows"`
	Validation  int                `json:"validation_rows"`
	Folds       int                `json:"folds,omitempty"`
	Start       map[string]float64 `json:"start,omitempty"`
	Seed        uint64             `json:"seed"`
	Precision   string             `json:"precision"`
	Asked       json.RawMessage    `json:"asked,omitempty"` // all options, as they were given
}

func (p *plan) config() config {
	o := p.opts
	c := config{
		Command: o.Repeat, Asked: p.asked,
		Target: o.Target, Scale: o.Scale, Model: p.spec.String(), Loss: p.loss.String(), Method: o.Method,
		Rate: o.Rate, Settings: o.Settings, Schedule: o.Schedule, Wrap: o.Wrap, Accumulate: o.Accumulate, Batch: o.Batch, Epochs: o.Epochs, Patience: max(o.Patience, 0),
		GradTol: o.GradTol, SkipBatches: o.SkipBatches, L1: o.L1, L2: o.L2, WeightDecay: o.WeightDecay,
		Clip: o.Clip, ClipRows: o.ClipRows, Freeze: o.Freeze, Weight: o.Weight, ClassWeight: o.ClassWeight,
		Rows: p.train.n(), Validation: p.valid.n(), Folds: o.Folds, Seed: o.Seed, Precision: p.precision(),
	}
	if c.Scale == "" {
		c.Scale = data.Standard
	}
	for _, f := range p.encoder.Features {
		c.Features = append(c.Features, f.Column)
	}
	for _, f := range p.params {
		if c.Start == nil {
			c.Start = map[string]float64{}
		}
		c.Start[f.Name] = f.Start
	}
	return c
}

// writeCurve writes one line for each epoch. It holds no times, so that equal
// runs write equal files.
func writeCurve(w io.Writer, curve []EpochLog) error {
	if _, err := fmt.Fprintln(w, "epoch,step,train_loss,validation_loss,rate,gradient_norm"); err != nil {
		return err
	}
	cell := func(v float64) string {
		if Number(v).IsZero() {
			return ""
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	for _, e := range curve {
		_, err := fmt.Fprintf(w, "%d,%d,%s,%s,%s,%s\n", e.Epoch, e.Step, cell(e.Train), cell(e.Validation), cell(e.Rate), cell(e.GradNorm))
		if err != nil {
			return err
		}
	}
	return nil
}
