package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/internal/atomicfile"
	"descent/internal/nearname"
	"descent/train"
)

type predictFlags struct {
	table        tableFlags
	out          string
	force, quiet bool
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
	f.table.register(cmd)
	fl.BoolVar(&f.quiet, "quiet", false, "no notes on standard error")
	return cmd
}

func (a *app) predict(run, path string, f *predictFlags) error {
	if !f.force {
		if err := absent("--out", f.out); err != nil {
			return usage(err)
		}
	}
	m, t, err := a.modelAndRows(run, path, &f.table)
	if err != nil {
		return err
	}
	p, err := m.Predict(t)
	if err != nil {
		return err
	}
	write := func(w io.Writer) error { return writePredictions(w, p) }
	if f.out != "" {
		err = atomicfile.Write(f.out, write)
	} else {
		err = write(a.out)
	}
	if err != nil {
		return fmt.Errorf("writing the predictions: %w", err)
	}
	if !f.quiet {
		a.notes(append(append(t.Notes, p.Notes...), withoutValue(p)...))
	}
	return nil
}

// withoutValue is a note on rows for which the model has no value.
func withoutValue(p *train.Prediction) []string {
	for _, one := range p.Several {
		if notes := withoutValue(one); notes != nil {
			return notes
		}
	}
	first, n := 0, 0
	k := max(1, len(p.Classes))
	for i, v := range append(p.Number, p.Probability...) {
		if i%k == 0 && cell(v) == "" {
			if n++; n == 1 {
				first = i/k + 1
			}
		}
	}
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s without a prediction, the first in data row %d: the model has no finite value there", count(n, "row"), first)}
}

// notes prints what was noticed, on standard error.
func (a *app) notes(list []string) {
	for _, n := range list {
		fmt.Fprintf(a.err, "note: %s\n", n)
	}
}

// modelAndRows reads a model, and rows with the kinds of columns it knows.
func (a *app) modelAndRows(run, path string, f *tableFlags) (*train.Model, *data.Table, error) {
	read, err := f.options()
	if err != nil {
		return nil, nil, usage(err)
	}
	if _, err := os.Stat(run); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, noRun(run)
	}
	m, err := train.Load(run)
	if err != nil {
		return nil, nil, err
	}
	read.Expect = m.Columns()
	t, err := a.readTable(path, read)
	return m, t, err
}

// noRun says that there is no such run folder, and which there are.
func noRun(name string) error {
	runs, _ := filepath.Glob(filepath.Join("runs", "*"))
	text := fmt.Sprintf("there is no run folder %s", name)
	if len(runs) > 0 {
		text += "; in runs there are " + listNames(runs)
	}
	return errors.New(text + nearname.Hint(name, runs))
}

// flushAt is how many bytes of predictions are written at a time.
const flushAt = 1 << 16

// writePredictions writes one line for each row below a header. Where there are
// several targets, their columns stand side by side and carry their names.
func writePredictions(w io.Writer, p *train.Prediction) error {
	list := p.Several
	if list == nil {
		list = []*train.Prediction{p}
	}
	var header []string
	for _, one := range list {
		header = append(header, predictionHeader(one, p.Several != nil)...)
	}
	b := data.AppendCSV(nil, header...)
	fields := make([]string, 0, len(header))
	for i := range max(len(list[0].Number), len(list[0].Class)) {
		fields = fields[:0]
		for _, one := range list {
			fields = appendPrediction(fields, one, i)
		}
		b = data.AppendCSV(b, fields...)
		if len(b) >= flushAt {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := w.Write(b)
	return err
}

// predictionHeader names the columns of one target, by its name where there are
// several.
func predictionHeader(p *train.Prediction, several bool) []string {
	prediction, probability := "prediction", "p_"
	if several {
		prediction, probability = "prediction_"+p.Target, "p_"+p.Target+"_"
	}
	header := []string{prediction}
	for _, c := range p.Classes {
		header = append(header, probability+c)
	}
	return header
}

// appendPrediction appends the cells of row i.
func appendPrediction(fields []string, p *train.Prediction, i int) []string {
	k := len(p.Classes)
	if k == 0 {
		return append(fields, cell(p.Number[i]))
	}
	fields = append(fields, classCell(p, i))
	for _, v := range p.Probability[i*k : (i+1)*k] {
		fields = append(fields, cell(v))
	}
	return fields
}

// classCell is the most likely class, or nothing where no class is likely.
func classCell(p *train.Prediction, i int) string {
	if cell(p.Probability[i*len(p.Classes)]) == "" {
		return ""
	}
	return p.Classes[p.Class[i]]
}

// cell is a number for a file: the shortest text that reads back as it, nothing
// where there is no finite number.
func cell(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
