package train

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"descent/internal/atomicfile"
	"descent/internal/kernel"
	"descent/optim"
	"descent/safetensors"
)

// The checkpoints of a run folder: the last one, the one before it, and one that
// is whole and about to become the last.
const (
	checkpointFile = "checkpoint.safetensors"
	formerFile     = "checkpoint.former.safetensors"
	nextFile       = "checkpoint.next.safetensors"
)

// Checkpoints says when a fit writes down all that it takes to go on. Both may
// be set; the zero value writes none.
type Checkpoints struct {
	Every time.Duration // at most this much work is lost
	Steps int           // after every so many steps
}

// exact is a float64 that JSON keeps to the bit, NaN and infinities too.
type exact float64

// MarshalText writes the shortest text that reads back the same.
func (e exact) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(e), 'g', -1, 64), nil
}

// UnmarshalText reads what MarshalText wrote.
func (e *exact) UnmarshalText(b []byte) error {
	v, err := strconv.ParseFloat(string(b), 64)
	*e = exact(v)
	return err
}

// progressState is where a fit stands beside the run of its method.
type progressState struct {
	Format  int             `json:"format"`
	Asked   json.RawMessage `json:"asked"`   // the options, where they matter to the result
	Rows    string          `json:"rows"`    // fingerprint of the tables
	Command []string        `json:"command"` // that began the fit, and where
	Folder  string          `json:"folder"`
	Folds   []Fold          `json:"folds,omitempty"` // of a cross-validation, those that are done

	Step      int        `json:"step"`
	Epochs    int        `json:"epochs"`
	Begun     int        `json:"begun"`
	Sum       exact      `json:"sum"`
	First     exact      `json:"first"`
	Best      exact      `json:"best"`
	Goal      exact      `json:"goal"`
	BestEpoch int        `json:"best_epoch"`
	Since     int        `json:"since"`
	Curve     [][6]exact `json:"curve"` // epoch, step, train, validation, rate, gradient norm
}

// asked is the options that the result depends on, as JSON.
func (o Options) asked() (json.RawMessage, error) {
	o.ValidationTable, o.Dir, o.Force, o.Threads, o.Time = nil, "", false, 0, 0
	o.Checkpoints, o.Resume, o.Command, o.Repeat = Checkpoints{}, false, nil, nil
	bounds := fmt.Sprint(o.Bounds) // JSON has no infinities
	o.Bounds = nil
	return json.Marshal(struct {
		Options
		Bounds string
	}{o, bounds})
}

// fingerprint is of all rows that the fit sees.
func (p *plan) fingerprint() string {
	if p.stream != nil {
		return p.streamPrint()
	}
	print := p.train.table.Fingerprint()
	if v := p.valid.table; v != nil && v != p.train.table {
		print += " " + v.Fingerprint()
	}
	return print
}

// saver writes the checkpoints of one fit.
type saver struct {
	dir     string
	when    Checkpoints
	last    time.Time
	request progressState // what stays the same
	rows    func() string // the fingerprint: hashing all rows waits for the first checkpoint
}

// newSaver is nil where no checkpoints are wanted.
func newSaver(p *plan) *saver {
	o := &p.opts
	if o.Dir == "" || o.Checkpoints == (Checkpoints{}) {
		return nil
	}
	folder, err := os.Getwd()
	if err != nil {
		folder = ""
	}
	s := &saver{dir: o.Dir, when: o.Checkpoints, last: time.Now(), rows: sync.OnceValue(p.fingerprint)}
	s.request = progressState{Format: formatVersion, Asked: p.asked, Command: o.Command, Folder: folder}
	if p.across != nil {
		s.request.Folds = p.across.PerFold
	}
	return s
}

// due says whether it is time for a checkpoint after a step.
func (c *saver) due(step int) bool {
	if c == nil {
		return false
	}
	return c.when.Steps > 0 && step%c.when.Steps == 0 || c.when.Every > 0 && time.Since(c.last) >= c.when.Every
}

// checkpoint writes down where the fit stands. The checkpoint before it stays,
// under another name; whenever the process ends, two of them are whole, once two
// were written.
func (s *session[T]) checkpoint(run *optim.Run[T]) error {
	c := s.saver
	file := safetensors.File{}
	var err error
	add := func(name string, v []T) bool {
		var t safetensors.Tensor
		if t, err = safetensors.New(name, v, len(v)); err == nil {
			file.Tensors = append(file.Tensors, t)
		}
		return err == nil
	}
	run.Buffers(func(name string, b []T) bool { return len(b) == 0 || add("run/"+name, b) })
	if err == nil {
		add("best", s.watch.x)
	}
	if err != nil {
		return fmt.Errorf("train: the checkpoint: %w", err)
	}
	text, err := json.Marshal(s.progress(run.State().Iter))
	if err != nil {
		return fmt.Errorf("train: the checkpoint: %w", err)
	}
	file.Metadata = map[string]string{recipeKey: string(text), checksumKey: checksum(string(text), file.Tensors)}
	if err := writeCheckpoint(c.dir, &file); err != nil {
		return err
	}
	c.last = time.Now()
	return nil
}

// writeCheckpoint puts a checkpoint in the place of the one before, which is kept
// beside it. No name changes before it is on the disk as a whole.
func writeCheckpoint(dir string, file *safetensors.File) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("train: cannot make the run folder %s: %w", dir, reason(err))
	}
	if err := moveUp(dir); err != nil { // where a process was killed in the midst of it
		return err
	}
	write := func(w io.Writer) error { return safetensors.Write(w, file) }
	if err := atomicfile.Write(filepath.Join(dir, nextFile), write); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	return moveUp(dir)
}

// moveUp makes the next checkpoint the last, and the last the former. Whenever
// that ends, two different ones are left.
func moveUp(dir string) error {
	last, next := filepath.Join(dir, checkpointFile), filepath.Join(dir, nextFile)
	if _, err := os.Stat(next); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	err := os.Rename(last, filepath.Join(dir, formerFile))
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = os.Rename(next, last)
	}
	if err != nil {
		return fmt.Errorf("train: cannot put the checkpoint %s in its place: %w", next, reason(err))
	}
	return nil
}

// checksum is of the text and of all arrays.
func checksum(text string, tensors []safetensors.Tensor) string {
	h := sha256.New()
	io.WriteString(h, text)
	sorted := slices.SortedFunc(slices.Values(tensors), func(a, b safetensors.Tensor) int { return strings.Compare(a.Name, b.Name) })
	for _, t := range sorted { // files keep no order
		fmt.Fprintf(h, "\n%s %s %v\n", t.Name, t.DType, t.Shape)
		h.Write(t.Data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// progress is the state of the session after a step.
func (s *session[T]) progress(step int) progressState {
	p, w := s.saver.request, &s.watch
	p.Rows = s.saver.rows()
	p.Step, p.Epochs, p.Begun, p.Sum, p.First = step, s.epochs, s.begun, exact(s.sum), exact(s.first)
	p.Best, p.Goal, p.BestEpoch, p.Since = exact(w.best), exact(w.goal), w.epoch, w.since
	for _, e := range s.curve {
		p.Curve = append(p.Curve, [6]exact{exact(e.Epoch), exact(e.Step), exact(e.Train), exact(e.Validation), exact(e.Rate), exact(e.GradNorm)})
	}
	return p
}

// resume takes the session, of at most so many steps, to where the checkpoint was
// and returns its run.
func (s *session[T]) resume(c *stored, problem optim.Problem[T], solver optim.Solver[T], stops []optim.Stop[T], steps int) (*optim.Run[T], error) {
	if c.note != "" {
		s.plan.aside = append(s.plan.aside, c.note)
	}
	if err := c.suits(s.plan); err != nil {
		return nil, err
	}
	if err := c.counts(s.plan, steps); err != nil {
		return nil, err
	}
	p, w := &c.state, &s.watch
	load := func(name string, b []T) error {
		if len(b) == 0 {
			return nil
		}
		return c.load(name, func(t *safetensors.Tensor) error { return fill(t, b) })
	}
	run, err := optim.Resume(problem, p.Step, solver, func(name string, b []T) error { return load("run/"+name, b) }, stops...)
	if err != nil {
		return nil, err
	}
	s.steps, s.epochs, s.begun, s.sum, s.first = p.Step, p.Epochs, p.Begun, float64(p.Sum), float64(p.First)
	s.rate, s.pace.from = run.State().Step, p.Step
	w.best, w.goal, w.epoch, w.since = float64(p.Best), float64(p.Goal), p.BestEpoch, p.Since
	for _, e := range p.Curve {
		s.curve = append(s.curve, EpochLog{Epoch: int(e[0]), Step: int(e[1]), Train: float64(e[2]), Validation: float64(e[3]), Rate: float64(e[4]), GradNorm: float64(e[5])})
	}
	s.plan.aside = append(s.plan.aside, fmt.Sprintf("resumed after step %d", p.Step))
	if err := load("best", w.x); err != nil {
		return nil, err
	}
	if !kernel.AllFinite(w.x) {
		return nil, fmt.Errorf("%s: the best weights so far are not finite: the file is damaged", c.path)
	}
	return run, c.succeed(s.plan.opts.Dir)
}

// fill copies the elements of t to b.
func fill[T kernel.Float](t *safetensors.Tensor, b []T) error {
	v, err := safetensors.Values[T](t)
	if err == nil && (len(v) != len(b) || len(t.Shape) != 1) {
		err = fmt.Errorf("numbers of shape %v, expected %d in a row", t.Shape, len(b))
	}
	copy(b, v)
	return err
}
