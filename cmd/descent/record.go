package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"descent"
	"descent/internal/atomicfile"
	"descent/optim"
	"descent/plot"
)

// Limits of what is remembered of a run.
const (
	firstSteps = 10   // rows of the table that --explain prints
	opening    = 1000 // points at the beginning of a picture, where most happens
	maxPoints  = 4000 // points of a picture; a longer way is thinned out after the opening
)

// recorder watches a run for the table, the trace and the pictures.
type recorder struct {
	formula *descent.Formula
	audit   *optim.Audit[float64]
	first   []optim.Row[float64] // the first steps
	last    *optim.Row[float64]
	walk    plot.Walk
	every   int        // steps between remembered points after the opening
	end     *plot.Walk // the newest point, when it is not in walk
	trace   *trace
	dim     int
}

// newRecorder watches for what the flags ask for. The caller closes it.
func newRecorder(formula *descent.Formula, f *minimizeFlags) (*recorder, error) {
	r := &recorder{formula: formula, dim: formula.Dim()}
	if f.trace == "" {
		return r, nil
	}
	var err error
	r.trace, err = newTrace(f.trace, formula.Names())
	return r, err
}

// restart forgets what was seen and written.
func (r *recorder) restart(f *minimizeFlags) (err error) {
	r.close()
	r.audit = nil
	if f.trace != "" {
		r.trace, err = newTrace(f.trace, r.formula.Names())
	}
	return err
}

// close gives up what was not written.
func (r *recorder) close() {
	if r.trace != nil {
		r.trace.file.Discard()
	}
}

func (r *recorder) observe(s *optim.State[float64]) {
	if s.Iter == 0 || r.audit == nil {
		r.begin(s)
		return
	}
	row := r.audit.Observe(s)
	if len(r.first) < firstSteps {
		r.first = append(r.first, cloneRow(row))
	}
	r.last = row
	if r.trace != nil {
		r.trace.add(s, row)
	}
	if s.Iter < opening || s.Iter%r.every == 0 {
		r.note(s)
	} else {
		r.pass(s)
	}
}

func (r *recorder) begin(s *optim.State[float64]) {
	r.audit = optim.NewAudit(s)
	r.first, r.last, r.end, r.every = nil, nil, nil, 1
	r.walk = plot.Walk{Title: r.formula.String(), Names: r.formula.Names()}
	r.note(s)
	if r.trace != nil {
		r.trace.add(s, nil)
	}
}

// note remembers the point; when there are too many, every second one after the
// opening goes.
func (r *recorder) note(s *optim.State[float64]) {
	w := &r.walk
	r.end = nil
	w.Steps, w.F = append(w.Steps, s.Iter), append(w.F, s.F)
	if r.dim <= 2 {
		w.X = append(w.X, slices.Clone(s.X))
		w.G = append(w.G, slices.Clone(s.G))
	}
	if len(w.F) <= maxPoints {
		return
	}
	r.every *= 2
	n := 0
	for i, step := range w.Steps {
		if step >= opening && step%r.every != 0 {
			continue
		}
		w.Steps[n], w.F[n] = step, w.F[i]
		if r.dim <= 2 {
			w.X[n], w.G[n] = w.X[i], w.G[i]
		}
		n++
	}
	w.Steps, w.F = w.Steps[:n], w.F[:n]
	if r.dim <= 2 {
		w.X, w.G = w.X[:n], w.G[:n]
	}
}

// pass keeps a point that only belongs into the picture if the run ends there.
func (r *recorder) pass(s *optim.State[float64]) {
	if r.end == nil {
		r.end = &plot.Walk{Steps: make([]int, 1), F: make([]float64, 1)}
		if r.dim <= 2 {
			r.end.X, r.end.G = [][]float64{make([]float64, r.dim)}, [][]float64{make([]float64, r.dim)}
		}
	}
	r.end.Steps[0], r.end.F[0] = s.Iter, s.F
	if r.dim <= 2 {
		copy(r.end.X[0], s.X)
		copy(r.end.G[0], s.G)
	}
}

// way is the walk as far as it is known: the points remembered and the last one.
func (r *recorder) way() plot.Walk {
	w := r.walk
	if r.end != nil {
		w.Steps, w.F = append(w.Steps, r.end.Steps...), append(w.F, r.end.F...)
		w.X, w.G = append(w.X, r.end.X...), append(w.G, r.end.G...)
	}
	return w
}

func cloneRow(r *optim.Row[float64]) optim.Row[float64] {
	c := *r
	c.From, c.Gradient, c.Step = slices.Clone(r.From), slices.Clone(r.Gradient), slices.Clone(r.Step)
	return c
}

// checkFiles refuses file names that cannot be written, before any work.
func (f *minimizeFlags) checkFiles() error {
	if f.plot != "" {
		if _, err := plot.Format(f.plot); err != nil {
			return fmt.Errorf("--plot: %w", err)
		}
	}
	if f.plot != "" && f.plot == f.trace {
		return fmt.Errorf("--trace and --plot name the same file %s", f.plot)
	}
	for _, o := range []struct{ flag, path string }{{"--plot", f.plot}, {"--trace", f.trace}} {
		if err := folderOf(o.flag, o.path); err != nil {
			return err
		}
		if f.force {
			continue
		}
		if err := absent(o.flag, o.path); err != nil {
			return err
		}
	}
	return nil
}

// folderOf refuses a path whose folder does not exist, or that is a folder.
func folderOf(flag, path string) error {
	if path == "" {
		return nil
	}
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("%s: there is no folder %s", flag, dir)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s: %s is a folder; name a file", flag, path)
	}
	return nil
}

// absent refuses a path that exists.
func absent(flag, path string) error {
	if path == "" {
		return nil
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%s: %s exists; choose another name, or add --force to overwrite it", flag, path)
	}
	return nil
}

// write writes the files that were asked for.
func (r *recorder) write(f *minimizeFlags, m *descent.Minimum) error {
	if r.trace != nil {
		if err := r.trace.file.Commit(); err != nil {
			return err
		}
		r.trace = nil
	}
	if f.plot == "" {
		return nil
	}
	way := r.way()
	way.Subtitle = m.Method + ": " + m.Reason
	way.End = "last point"
	if k := m.Verdict.Kind; k != optim.Unknown && k != optim.Flat {
		way.End = string(k)
	}
	picture, err := way.Draw(r.values)
	if err != nil {
		return err
	}
	return writePicture(f.plot, picture)
}

func writePicture(path string, p *plot.Picture) error {
	format, err := plot.Format(path)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error { return p.Encode(w, format) })
}

// values evaluates the formula for a picture.
func (r *recorder) values(xs, out []float64) error {
	return r.formula.EvalMany(xs, len(out), out, nil)
}
