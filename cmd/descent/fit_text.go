package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"descent/data"
	"descent/internal/numtext"
	"descent/loss"
	"descent/model"
	"descent/optim"
	"descent/plot"
	"descent/train"
)

// What is printed in full.
const (
	maxColumnsShown = 24
	maxClassesShown = 10
	maxWeightsShown = 20
)

// fitText prints the result for people.
func (a *app) fitText(t *data.Table, r *train.Result, f *fitFlags) {
	w := a.out
	fmt.Fprintf(w, "%s: %s, %s\n", t.Name, count(t.Rows, "row"), count(len(t.Columns), "column"))
	printColumns(w, t, r.Encoder, r.Model.Targets(), f)
	fmt.Fprintln(w)
	printWrapped(w, fmt.Sprintf("Model %s: %s from %s, loss %s", r.ModelName, count(r.Parameters, "parameter"), count(r.Features, "feature"), r.LossName))
	printWrapped(w, fmt.Sprintf("Method %s; %s to train on, %d to validate on; seed %d", r.Method, count(r.Rows, "row"), r.Validation, r.Seed))
	fmt.Fprintln(w)
	printWrapped(w, fmt.Sprintf("%s: %s.", ending(r), r.Reason))
	printWrapped(w, fmt.Sprintf("%s in %s s, %s rows a second.", fitLength(r), numtext.Short(r.Seconds, 3), large(r.RowsPerSecond)))
	if r.Gap != nil {
		printWrapped(w, fmt.Sprintf("The objective, %s, is at most %s above its minimum (duality gap).", numtext.Short(float64(r.Loss.Objective), 8), numtext.Short(float64(*r.Gap), 2)))
	}
	printFolds(w, r.CV)
	printScores(w, r)
	printTargets(w, r.Targets)
	if r.Confusion != nil {
		printConfusion(w, r.Confusion, r.Metrics)
	}
	printWeights(w, r)
	printDiagnoses(w, r.Diagnoses)
	printNotes(w, slices.Concat(t.Notes, r.Notes, couldBeClasses(r.Model, f)))
	printNext(w, r)
}

// couldBeClasses are notes on targets of a few whole numbers, where nobody chose
// a model of numbers.
func couldBeClasses(m *train.Model, f *fitFlags) (notes []string) {
	if f.model != "auto" || f.loss != "auto" {
		return nil
	}
	for _, y := range append([]*data.Target{m.Recipe.Target}, m.Recipe.More...) {
		if _, more, found := strings.Cut(y.Rule, "; "); found && y.Classes == nil {
			notes = append(notes, fmt.Sprintf("%s is predicted as a number; %s (--types %s=category)", y.Column, more, quoteShell(y.Column)))
		}
	}
	return notes
}

// printNext says where the model is and what can be done with it.
func printNext(w *screen, r *train.Result) {
	run := quoteShell(r.Run)
	if r.Status == optim.Diverged {
		fmt.Fprintf(w, "\nThe last good weights before that are in %s; they are no model to rely on.\n", run)
		return
	}
	fmt.Fprintf(w, "\nThe model is in %s. Next:\n  descent predict %s DATA\n  descent evaluate %s DATA\n", run, run, run)
}

// ending is how the fit ended, as the first word of a sentence.
func ending(r *train.Result) string {
	if r.Status == optim.Budget {
		if allEpochs(r) {
			return "Done"
		}
		return "Stopped"
	}
	return sentence(strings.ReplaceAll(string(r.Status), "_", " "))
}

// large is a large number for people: 118544, 2.83 million.
func large(v float64) string {
	if v >= 1e6 {
		return numtext.Short(v/1e6, 3) + " million"
	}
	return fmt.Sprintf("%.0f", v)
}

// fitLength is how long a fit was in its own units.
func fitLength(r *train.Result) string {
	if r.Epochs == r.Steps {
		return count(r.Steps, "step")
	}
	return count(r.Epochs, "epoch") + ", " + count(r.Steps, "step")
}

// quoteShell makes a path one word for the shell.
func quoteShell(path string) string {
	if strings.ContainsFunc(path, func(r rune) bool {
		return !strings.ContainsRune("-_./", r) && (r < '0' || r > 'z' || r > '9' && r < 'A')
	}) {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

// columnValues is what is in a column.
func columnValues(s data.Summary) string {
	switch s.Kind {
	case data.Number:
		if s.Distinct != 0 {
			return numtext.Short(s.Min, 5) + " to " + numtext.Short(s.Max, 5)
		}
	case data.Date, data.DayFirst, data.MonthFirst, data.Unix:
		if s.Distinct != 0 {
			return data.Date.Format(s.Min) + " to " + data.Date.Format(s.Max)
		}
	case data.Category, data.Boolean:
		levels := s.Levels
		if len(levels) > 4 {
			levels = append(slices.Clone(levels[:3]), fmt.Sprintf("… (%d)", len(s.Levels)))
		}
		return strings.Join(levels, ", ")
	case data.Text:
		if s.Distinct < 0 {
			return "" // nobody counted
		}
		return fmt.Sprintf("%d different", s.Distinct)
	}
	return ""
}

// printTable prints rows of cells below one another, each column as wide as its
// widest cell: aligned to the right where align has an r for it, otherwise to
// the left. Lines that are too long for the screen are cut.
func printTable(w *screen, rows [][]string, align string) {
	var widths []int
	for _, row := range rows {
		for c, cell := range row {
			if c == len(widths) {
				widths = append(widths, 0)
			}
			widths[c] = max(widths[c], len([]rune(cell)))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for c, cell := range row {
			pad := strings.Repeat(" ", widths[c]-len([]rune(cell)))
			if c < len(align) && align[c] == 'r' {
				cell, pad = pad+cell, ""
			}
			b.WriteString("  " + cell + pad)
		}
		line := []rune(strings.TrimRight(b.String(), " "))
		if len(line) > w.width && w.width > 1 {
			line = append(line[:w.width-1], '…')
		}
		fmt.Fprintln(w, string(line))
	}
}

// printScores prints the metrics beside those of the baseline.
func printScores(w *screen, r *train.Result) {
	on := fmt.Sprintf("On the %s", count(r.Rows, "training row"))
	fit := r.Loss.Train
	if r.Validation > 0 {
		on = fmt.Sprintf("On the %s", count(r.Validation, "validation row"))
		fit = r.Loss.Validation
	}
	rows := [][]string{{"", "model", "baseline"}, {r.LossName + " loss", score(float64(fit)), score(float64(r.Loss.Baseline))}}
	if r.Validation > 0 {
		rows = append(rows, []string{"  in training", score(float64(r.Loss.Train))})
	}
	for _, m := range r.Metrics {
		if strings.HasPrefix(m.Name, classScore) {
			continue // stands beside the confusions
		}
		base := ""
		if v, ok := r.Baseline.Metrics.Get(m.Name); ok {
			base = score(v)
		}
		rows = append(rows, []string{strings.ReplaceAll(m.Name, "_", " "), score(m.Value), base})
	}
	fmt.Fprintln(w)
	printWrapped(w, fmt.Sprintf("%s (baseline: %s)", on, r.Baseline.Rule))
	printTable(w, rows, " rr")
}

// classScore begins the names of metrics of one class.
const classScore = "f1_"

// printMetrics prints metrics alone, but for those of single classes.
func printMetrics(w *screen, list loss.Metrics) {
	var rows [][]string
	for _, m := range list {
		if strings.HasPrefix(m.Name, classScore) {
			continue
		}
		rows = append(rows, []string{strings.ReplaceAll(m.Name, "_", " "), score(m.Value)})
	}
	printTable(w, rows, " r")
}

func score(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return numtext.Short(v, 4)
}

// printConfusion prints the table of confusions of a few classes, and the F1 of
// each class.
func printConfusion(w *screen, c *train.ConfusionTable, list loss.Metrics) {
	if len(c.Classes) > maxClassesShown {
		return
	}
	rows := [][]string{{"true \\ predicted"}}
	for i, name := range c.Classes {
		rows[0] = append(rows[0], shorten(name, 14))
		row := []string{shorten(name, 24)}
		for _, n := range c.Counts[i] {
			row = append(row, numtext.Short(n, 6))
		}
		f1 := math.NaN()
		if v, ok := list.Get(classScore + name); ok {
			f1 = v
		}
		rows = append(rows, append(row, score(f1)))
	}
	rows[0] = append(rows[0], "f1")
	fmt.Fprintln(w)
	printTable(w, rows, " "+strings.Repeat("r", len(c.Classes)+1))
}

// shorten cuts a text to at most n characters.
func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// printWeights prints the parameters where they are few and mean something.
func printWeights(w *screen, r *train.Result) {
	if len(r.Weights) == 0 || len(r.Weights) > maxWeightsShown || r.Model.Recipe.Model.Kind == model.MLP {
		return
	}
	var rows [][]string
	if r.Raw != nil {
		fmt.Fprintf(w, "\nWeights, of the scaled features and in the columns' own units\n")
	} else {
		fmt.Fprintf(w, "\nParameters\n")
	}
	for _, name := range slices.Sorted(maps.Keys(r.Weights)) {
		row := []string{name, numtext.Short(r.Weights[name], 8)}
		if r.Raw != nil {
			row = append(row, numtext.Short(r.Raw[name], 8))
		}
		rows = append(rows, row)
	}
	printTable(w, rows, " rr")
}

// printDiagnoses prints what the doctor found.
func printDiagnoses(w *screen, list []train.Diagnosis) {
	if len(list) > 0 {
		fmt.Fprintln(w)
	}
	for _, d := range list {
		printWrapped(w, "Diagnosis: "+d.Message+".")
	}
}

// printNotes prints sentences, broken at blanks to fit the screen.
func printNotes(w *screen, notes []string) {
	if len(notes) > 0 {
		fmt.Fprintln(w)
	}
	for _, n := range notes {
		printWrapped(w, "Note: "+n+".")
	}
}

// printWrapped prints a text in lines that fit the screen.
func printWrapped(w *screen, text string) {
	for _, line := range wrap(text, w.width) {
		fmt.Fprintln(w, line)
	}
}

// wrap breaks a text at blanks into lines of at most width characters, where
// words allow it.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// lossChart is the picture of a fit: training and validation loss by epoch, and
// the loss of the baseline.
func lossChart(r *train.Result, target string) plot.Chart {
	x, fit, valid := make([]float64, 0), make([]float64, 0), make([]float64, 0)
	for _, e := range r.Curve {
		x, fit, valid = append(x, float64(e.Epoch)), append(fit, e.Train), append(valid, e.Validation)
	}
	ch := plot.Chart{
		Title:    fmt.Sprintf("%s predicts %s", r.ModelName, target),
		Subtitle: r.Reason, XLabel: "epoch", YLabel: r.LossName + " loss",
		Series: []plot.Series{{Name: "training", X: x, Y: fit}},
	}
	if r.Epochs == r.Steps {
		ch.XLabel = "step"
	}
	if r.Validation > 0 {
		ch.Series = append(ch.Series, plot.Series{Name: "validation", X: x, Y: valid})
	}
	if base := float64(r.Loss.Baseline); len(x) > 1 && !r.Loss.Baseline.IsZero() {
		ch.Series = append(ch.Series, plot.Series{Name: "baseline", X: []float64{x[0], x[len(x)-1]}, Y: []float64{base, base}})
	}
	return ch
}
