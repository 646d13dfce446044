package main

import (
	"slices"

	"descent/data"
	"descent/train"
)

// defaultTarget predicts the label where a file holds labels and index:value
// pairs, and nothing else was asked for.
func (f *fitFlags) defaultTarget(t *data.Table, o *train.Options) {
	sparse := slices.ContainsFunc(t.Columns, func(c *data.Column) bool { return c.Kind == data.Sparse })
	if f.target == "" && sparse && slices.Contains(t.Names(), "label") {
		f.target, o.Target = "label", "label"
	}
}
