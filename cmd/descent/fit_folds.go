package main

import (
	"fmt"
	"strings"

	"descent/train"
)

// maxFoldsShown is how many folds have a column of their own.
const maxFoldsShown = 5

// printFolds prints the metrics of a cross-validation, where there was one.
func printFolds(w *screen, c *train.CrossValidation) {
	if c == nil {
		return
	}
	header := []string{"", "mean", "sd", "baseline"}
	each := c.Folds <= maxFoldsShown
	for i := range c.PerFold {
		if each {
			header = append(header, fmt.Sprintf("fold %d", i+1))
		}
	}
	if !each {
		header = append(header, "least", "most")
	}
	rows := [][]string{header}
	for i, m := range c.Mean {
		if strings.HasPrefix(m.Name, classScore) {
			continue
		}
		base, _ := c.Baseline.Get(m.Name)
		row := []string{strings.ReplaceAll(m.Name, "_", " "), score(m.Value), score(c.SD[i].Value), score(base)}
		low, high := m.Value, m.Value
		for _, f := range c.PerFold {
			v, _ := f.Metrics.Get(m.Name)
			low, high = min(low, v), max(high, v)
			if each {
				row = append(row, score(v))
			}
		}
		if !each {
			row = append(row, score(low), score(high))
		}
		rows = append(rows, row)
	}
	fmt.Fprintln(w)
	printWrapped(w, fmt.Sprintf("Cross-validation: %d folds, each judged by a model fitted to the others; then the fit to all rows", c.Folds))
	printTable(w, rows, " "+strings.Repeat("r", len(header)))
	printNotes(w, c.Notes)
}

// interrupted is the end of a fit that was interrupted before there was a model.
func (a *app) interrupted(err error, o train.Options) error {
	a.status = exitShort
	fmt.Fprintf(a.err, "descent: %s\n", message(err))
	if _, _, none := train.Unfinished(o.Dir); none == nil {
		fmt.Fprintf(a.err, "To go on: descent fit --resume %s\n", quoteShell(o.Dir))
	}
	return nil
}
