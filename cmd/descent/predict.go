package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/internal/atomicfile"
	"descent/train"
)

type predictFlags struct {
	passFlags
	out   string
	force bool
}

func (a *app) predictCommand() *cobra.Command {
	var f predictFlags
	cmd := &cobra.Command{
		Use:   "predict RUN DATA",
		Short: "Predict the rows of a file with a trained model",
		Long: `Predict every row of DATA with the model of a run folder, and print one line of
CSV for each, in the same order: the prediction, and for classes the probability
of each. DATA needs the columns that the model was trained on, in any order;
others are ignored, and the target may be missing. DATA may be - for standard
input. A row for which the model has no finite value gets an empty prediction.

Rows are read, predicted and printed some at a time, so DATA need not fit in
memory. Where a row cannot be read, the predictions of rows before it may be
printed already; a file of --out appears when it is whole, or not at all.

Exit status: 0 done, 1 failed (no model, unreadable data, missing columns), 2
wrong usage.`,
		Example: `  descent predict runs/penguins-species new.csv > predictions.csv
  zcat new.csv.gz | descent predict runs/penguins-species - | head
  descent predict digits t10k-images-idx3-ubyte.gz --out digits.csv`,
		Args: exactly(2, "a run folder and a data file", "descent predict runs/penguins-species new.csv"),
		RunE: func(_ *cobra.Command, args []string) error { return a.predict(args[0], args[1], &f) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.out, "out", "", "write to a file instead of standard output")
	fl.BoolVar(&f.force, "force", false, "overwrite the file of --out")
	f.register(cmd, "print one JSON object about the run; with --out")
	return cmd
}

func (a *app) predict(run, path string, f *predictFlags) error {
	began := time.Now()
	if !f.force {
		if err := absent("--out", f.out); err != nil {
			return usage(err)
		}
	}
	if f.json && f.out == "" {
		return usagef("--json: the predictions go to standard output, where the object would be in their way; write them to a file with --out")
	}
	p, err := f.open(a, run, path)
	if err != nil {
		return err
	}
	o := newPredictions(a.out, f.out, p.model)
	var passed *train.Passed
	err = a.pass(path, func() (err error) {
		passed, err = train.PredictFiles(p.model, p.files, p.memory, o.render, o.take)
		return err
	})
	if err == nil {
		err = o.commit()
	}
	if err != nil {
		return o.discard(err)
	}
	if !f.quiet {
		a.notes(append(passed.Notes, o.withoutValue()...))
	}
	if f.json {
		return writeJSON(a.out, o.report(passed, f.out, began))
	}
	return nil
}

// predictions is where predictions go.
type predictions struct {
	path   string // "": to w
	w      io.Writer
	header []byte
	labels [][]string // of the classes of each target, as CSV has them

	lock    sync.Mutex
	file    *atomicfile.File
	rows    int // printed
	closed  bool
	without []blanks // of each target
}

// blanks are the rows without a prediction.
type blanks struct{ rows, first int } // first from 1, 0 where there is none

// lines are the predictions of some rows as text.
type lines struct {
	text    []byte
	rows    int
	without []blanks
}

func newPredictions(w io.Writer, path string, m *train.Model) *predictions {
	o := &predictions{path: path, w: w}
	var header []string
	for _, y := range append([]*data.Target{m.Recipe.Target}, m.Recipe.More...) {
		prediction, probability := "prediction", "p_"
		if len(m.Recipe.More) > 0 {
			prediction, probability = "prediction_"+y.Column, "p_"+y.Column+"_"
		}
		header = append(header, prediction)
		var labels []string
		for _, c := range y.Classes {
			header = append(header, probability+c)
			line := data.AppendCSV(nil, c)
			labels = append(labels, string(line[:len(line)-1]))
		}
		o.labels = append(o.labels, labels)
	}
	o.header, o.without = data.AppendCSV(nil, header...), make([]blanks, len(o.labels))
	return o
}

// render prints the predictions of some rows.
func (o *predictions) render(p *train.Prediction) *lines {
	list := p.Several
	if list == nil {
		list = []*train.Prediction{p}
	}
	l := &lines{rows: max(len(list[0].Number), len(list[0].Class)), without: make([]blanks, len(list))}
	for i := range l.rows {
		for j, one := range list {
			if j > 0 {
				l.text = append(l.text, ',')
			}
			if l.row(one, i, o.labels[j]) {
				continue
			}
			if b := &l.without[j]; b.rows == 0 {
				b.first = i + 1
			}
			l.without[j].rows++
		}
		if n := len(l.text); n == 0 || l.text[n-1] == '\n' { // as CSV has an empty line
			l.text = append(l.text, `""`...)
		}
		l.text = append(l.text, '\n')
	}
	return l
}

// row prints the cells of row i for one target, and says whether it has a
// prediction.
func (l *lines) row(p *train.Prediction, i int, labels []string) bool {
	k := len(labels)
	if k == 0 {
		return l.cell(p.Number[i])
	}
	probability := p.Probability[i*k : (i+1)*k]
	has := finite(probability[0])
	if has {
		l.text = append(l.text, labels[p.Class[i]]...)
	}
	for _, v := range probability {
		l.text = append(l.text, ',')
		l.cell(v)
	}
	return has
}

// cell prints the shortest text that reads back as the number, nothing where
// there is no finite one.
func (l *lines) cell(v float64) bool {
	if finite(v) {
		l.text = strconv.AppendFloat(l.text, v, 'g', -1, 64)
		return true
	}
	return false
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// take writes the lines of some rows.
func (o *predictions) take(l *lines) error {
	o.lock.Lock()
	defer o.lock.Unlock()
	for j, b := range l.without {
		if all := &o.without[j]; b.rows > 0 {
			if all.rows == 0 {
				all.first = o.rows + b.first
			}
			all.rows += b.rows
		}
	}
	err := o.write(l.text)
	o.rows += l.rows
	return err
}

// write writes text behind the header.
func (o *predictions) write(text []byte) (err error) {
	switch {
	case o.closed:
		return errInterrupted
	case o.path != "" && o.file == nil:
		if o.file, err = atomicfile.Create(o.path); err != nil {
			break
		}
		o.w = o.file
	}
	if o.header != nil && err == nil {
		text = append(o.header, text...)
		o.header = nil
	}
	if err == nil {
		_, err = o.w.Write(text)
	}
	if err != nil {
		return fmt.Errorf("writing the predictions: %w", err)
	}
	return nil
}

// commit ends the predictions.
func (o *predictions) commit() error {
	o.lock.Lock()
	defer o.lock.Unlock()
	if o.header != nil { // there were no rows
		if err := o.write(nil); err != nil {
			return err
		}
	}
	if o.file == nil {
		return nil
	}
	if err := o.file.Commit(); err != nil {
		return fmt.Errorf("writing the predictions: %w", err)
	}
	return nil
}

// discard forgets a file that is not whole, and says after an interruption what
// is written.
func (o *predictions) discard(err error) error {
	o.lock.Lock()
	defer o.lock.Unlock()
	o.closed = true
	if o.file != nil {
		o.file.Discard()
	}
	switch {
	case !errors.Is(err, errInterrupted):
		return err
	case o.path != "" || o.header != nil:
		return fmt.Errorf("%w; nothing is written", err)
	}
	return fmt.Errorf("%w; the predictions of %s are written", err, count(o.rows, "row"))
}

// withoutValue is a note on rows for which the model has no value.
func (o *predictions) withoutValue() []string {
	for _, b := range o.without {
		if b.rows > 0 {
			return []string{fmt.Sprintf("%s without a prediction, the first in data row %d: the model has no finite value there", count(b.rows, "row"), b.first)}
		}
	}
	return nil
}

// predictReport is what predict --json prints.
type predictReport struct {
	Rows          int     `json:"rows"`
	Without       int     `json:"rows_without_prediction"`
	Out           string  `json:"out"`
	RowsPerSecond float64 `json:"rows_per_second"`
	PeakMemory    uint64  `json:"peak_memory_bytes"`
	Seconds       float64 `json:"seconds"`
}

func (o *predictions) report(p *train.Passed, out string, began time.Time) predictReport {
	r := predictReport{Rows: p.Rows, Out: out, PeakMemory: train.PeakMemory(), Seconds: time.Since(began).Seconds()}
	for _, b := range o.without {
		r.Without = max(r.Without, b.rows)
	}
	r.RowsPerSecond = float64(r.Rows) / r.Seconds
	return r
}
