package main

import (
	"fmt"
	"slices"

	"descent/data"
	"descent/internal/numtext"
	"descent/train"
)

// preview prints what a fit would do; nothing is trained and nothing written.
func (a *app) preview(t *data.Table, o train.Options, f *fitFlags) error {
	v, err := train.PreviewFit(t, o)
	if err != nil {
		return fitError(err)
	}
	if f.json {
		return writeJSON(a.out, v)
	}
	w := a.out
	fmt.Fprintf(w, "%s: %s, %s\n", t.Name, count(t.Rows, "row"), count(len(t.Columns), "column"))
	printColumns(w, t, v.Encoder, v.Targets, f)
	fmt.Fprintln(w)
	printWrapped(w, fmt.Sprintf("Model %s: %s from %s, loss %s", v.Model, count(v.Parameters, "parameter"), count(v.Features, "feature"), v.Loss))
	printWrapped(w, fmt.Sprintf("Method %s; %s to train on, %d to validate on", v.Method, count(v.Rows, "row"), v.Validation))
	matrix := "The features"
	if v.Sparse {
		matrix = "The features that are not zero"
	}
	printWrapped(w, fmt.Sprintf("%s take about %s, the parameters %s.", matrix, byteText(v.FeatureBytes), byteText(v.ParameterBytes)))
	printNotes(w, append(slices.Clone(t.Notes), v.Notes...))
	fmt.Fprintf(w, "\nNothing was trained or written; leave --dry-run out to do so.\n")
	return nil
}

// byteText is a size for people.
func byteText(n int) string {
	for _, unit := range []struct {
		size int
		name string
	}{{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n >= unit.size {
			return numtext.Short(float64(n)/float64(unit.size), 3) + " " + unit.name
		}
	}
	return count(n, "byte")
}
