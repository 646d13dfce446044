package descent

import (
	"context"

	"descent/data"
	"descent/train"
)

// Fit trains a model on a data file: CSV, TSV (plain or .gz), IDX images, or a
// built-in sample such as "sample:penguins". Only Options.Target must be set.
// Package train has the options, package data the reading of other tables.
func Fit(ctx context.Context, path string, o train.Options) (*train.Result, error) {
	t, err := data.Read(path, data.ReadOptions{})
	if err != nil {
		return nil, err
	}
	return train.Fit(ctx, t, o, nil)
}
