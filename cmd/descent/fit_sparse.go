package main

import (
	"fmt"
	"slices"

	"descent/data"
	"descent/internal/numtext"
	"descent/train"
)

// defaultTarget predicts the label where a file holds labels and index:value
// pairs, and counts the rows by the weights that it has, where nothing else was
// asked for.
func (f *fitFlags) defaultTarget(t *data.Table, o *train.Options) {
	sparse := slices.ContainsFunc(t.Columns, func(c *data.Column) bool { return c.Kind == data.Sparse })
	if f.target == "" && sparse && slices.Contains(t.Names(), "label") {
		f.target, o.Target = "label", "label"
	}
	const weight = "weight"
	if c, err := t.Column(weight); sparse && err == nil && c.Ignored == data.RowWeights && f.sampleWeight == "" && !slices.Contains(f.features, weight) {
		f.sampleWeight, o.Weight = weight, weight
	}
}

// tellSeen prints the progressive losses of a fit that learns row by row: 1, 2,
// 4, … rows, each row's loss taken before it was learned.
func (p *fitProgress) tellSeen(list []train.Seen) {
	for _, s := range list {
		fmt.Fprintf(p.w, "%9d rows seen, loss before learning %s\n", s.Rows, numtext.Short(float64(s.Loss), 4))
	}
}
