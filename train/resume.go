package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descent/safetensors"
)

// stored is a checkpoint that was read and is whole.
type stored struct {
	state progressState
	file  *safetensors.File // nil where the fit was begun, and ended before its first
	path  string
	note  string // what is wrong with a later one
}

// ErrFinished is why there is nothing to go on with in the folder of a run that
// has come to its end.
var ErrFinished = errors.New("it holds a model and no checkpoint to go on from")

// Unfinished is the command that began the fit whose checkpoints are in dir, as
// Options.Command named it, and the working folder it ran in. The error says
// why there is nothing to go on with.
func Unfinished(dir string) (command []string, folder string, err error) {
	c, err := readCheckpoint(dir)
	if err != nil {
		return nil, "", err
	}
	return c.state.Command, c.state.Folder, nil
}

// readCheckpoint reads the last whole checkpoint of a run folder.
func readCheckpoint(dir string) (*stored, error) {
	var damage error // of the latest that cannot be used
	for _, name := range []string{nextFile, checkpointFile, formerFile} {
		c, err := openCheckpoint(filepath.Join(dir, name))
		switch {
		case err == nil && damage != nil:
			c.note = fmt.Sprintf("the last checkpoint cannot be used (%v), so the one before it was taken", damage)
			return c, nil
		case err == nil:
			return c, nil
		case damage == nil && !errors.Is(err, fs.ErrNotExist):
			damage = err
		}
	}
	if damage != nil {
		return nil, fmt.Errorf("train: no checkpoint in %s can be used: %w; begin the fit anew", dir, damage)
	}
	if b, err := readBegun(dir); err == nil {
		return &stored{state: progressState{Command: b.Command, Folder: b.Folder}}, nil
	}
	if _, err := os.Stat(filepath.Join(dir, modelFile)); err == nil {
		return nil, fmt.Errorf("train: the run in %s is finished: %w", dir, ErrFinished)
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("train: there is no run folder %s, and so no checkpoint to go on from: %w; begin the fit anew", dir, reason(err))
	}
	return nil, fmt.Errorf("train: %s holds no checkpoint to go on from; begin the fit anew", dir)
}

func openCheckpoint(path string) (*stored, error) {
	f, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return checkpointIn(f, path)
}

// checkpointIn is the checkpoint in the file of that name.
func checkpointIn(f *safetensors.File, path string) (*stored, error) {
	c := &stored{file: f, path: path}
	text := f.Metadata[recipeKey]
	if f.Metadata[checksumKey] != checksum(text, f.Tensors) {
		return nil, fmt.Errorf("%s: the checksum does not match: the file is damaged", path)
	}
	if err := json.Unmarshal([]byte(text), &c.state); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if c.state.Format != formatVersion {
		return nil, fmt.Errorf("%s has format %d, and this program reads format %d", path, c.state.Format, formatVersion)
	}
	return c, c.ordered()
}

// fresh says that there is no checkpoint yet, and the fit begins at its start.
func (c *stored) fresh() bool { return c.file == nil }

// fromTheStart is a note on a fit that goes on and has no checkpoint yet.
const fromTheStart = "the fit ended before its first checkpoint, so it was begun at the start"

// succeed puts a checkpoint that the fit goes on from in the place of a later one
// that is damaged, which would otherwise take its own when the next is written.
func (c *stored) succeed(dir string) error {
	if c.note == "" {
		return nil
	}
	_ = os.Remove(filepath.Join(dir, nextFile))
	if err := os.Rename(c.path, filepath.Join(dir, checkpointFile)); err != nil {
		return fmt.Errorf("train: cannot put the checkpoint %s in the place of a damaged one: %w", c.path, reason(err))
	}
	return nil
}

// ordered refuses counters of which none can be as it is, whatever the fit: below
// zero, or beyond the one that bounds them.
func (c *stored) ordered() error {
	s := &c.state
	for _, n := range []struct {
		name       string
		value, top int
	}{
		{"steps", s.Step, math.MaxInt}, {"epochs", s.Epochs, s.Step}, {"steps before this epoch", s.Begun, s.Step},
		{"epochs up to the best", s.BestEpoch, s.Epochs}, {"epochs without progress", s.Since, s.Epochs}, {"lines of the curve", len(s.Curve), s.Epochs},
	} {
		if n.value < 0 || n.value > n.top {
			return fmt.Errorf("%s: %d %s, in %d steps and %d epochs, cannot be: the file is damaged", c.path, n.value, n.name, s.Step, s.Epochs)
		}
	}
	epoch, step := 0.0, 0.0
	for i, e := range s.Curve {
		at, after := float64(e[0]), float64(e[1])
		if at != math.Trunc(at) || after != math.Trunc(after) || !(at > epoch && at <= float64(s.Epochs) && after > step && after <= float64(s.Step)) {
			return fmt.Errorf("%s: line %d of the curve is of epoch %v and step %v, of %d and %d: the file is damaged", c.path, i+1, at, after, s.Epochs, s.Step)
		}
		epoch, step = at, after
	}
	return nil
}

// counts refuses steps that a fit of so many does not have, and epochs that do not
// go with them.
func (c *stored) counts(p *plan, steps int) error {
	s, n := &c.state, p.train.n()
	switch {
	case s.Step > steps:
		return fmt.Errorf("%s stands after step %d, and the fit ends after %d: the file is damaged", c.path, s.Step, steps)
	case s.Epochs != min(s.Step, s.Step*p.perStep()/n):
		return fmt.Errorf("%s counts %d epochs in %d steps of %d rows, of %d in all: the file is damaged", c.path, s.Epochs, s.Step, p.perStep(), n)
	}
	return nil
}

// suits refuses to go on with other options or other rows.
func (c *stored) suits(p *plan) error {
	if !bytes.Equal(p.asked, c.state.Asked) {
		return fmt.Errorf("train: the checkpoint in %s belongs to other options (%s); use the same, or begin the fit anew", filepath.Dir(c.path), differing(p.asked, c.state.Asked))
	}
	if c.state.Rows != p.fingerprint() {
		return fmt.Errorf("train: the rows are not those of the checkpoint in %s; use the same data, or begin the fit anew", filepath.Dir(c.path))
	}
	return nil
}

// differing names the options in which two requests differ.
func differing(a, b json.RawMessage) string {
	var x, y map[string]json.RawMessage
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return "of another version"
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(x)) {
		if !bytes.Equal(x[name], y[name]) {
			names = append(names, fmt.Sprintf("%s is %s, was %s", name, x[name], y[name]))
		}
	}
	return strings.Join(names, "; ")
}

// load hands the array of that name to use.
func (c *stored) load(name string, use func(*safetensors.Tensor) error) error {
	t, err := c.file.Tensor(name)
	if err == nil {
		err = use(t)
	}
	if err != nil {
		return fmt.Errorf("%s: %s: %w", c.path, name, err)
	}
	return nil
}

// clearCheckpoints removes those of a run that is finished, and what a killed
// process left half written.
func clearCheckpoints(dir string) {
	if dir == "" {
		return
	}
	clearTorn(dir)
	for _, cache := range []string{cacheFile, otherCacheFile} { // while there is a checkpoint: who is killed here leaves no large file behind
		_ = os.Remove(filepath.Join(dir, cache))
	}
	for _, name := range []string{formerFile, checkpointFile, nextFile} { // the latest last: who is killed here can still resume
		_ = os.Remove(filepath.Join(dir, name))
	}
}
