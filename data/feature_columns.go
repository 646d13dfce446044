package data

import (
	"fmt"
	"slices"
)

// leftOut says why the columns that no model reads by itself are none: " (id: it
// numbers the rows)".
func leftOut(t *Table) string {
	var reasons []string
	for _, c := range t.Columns {
		if c.Ignored != "" {
			reasons = append(reasons, c.Name+": "+c.Ignored)
		}
	}
	if reasons == nil {
		return ""
	}
	return " (" + enumerate(reasons, 3) + ")"
}

// featureColumns picks the columns of each feature, in the order asked for: one,
// or those of a cross.
func featureColumns(t *Table, opts FeatureOptions) (terms [][]*Column, err error) {
	if opts.Names == nil {
		if terms = defaultColumns(t, opts.Without); terms == nil {
			try := leftOut(t) + "; name the features, or set the kind of a column that was left out"
			if leftOut(t) == "" {
				try = "; features need columns of their own"
			}
			return nil, fmt.Errorf("data: %s has no column left to learn from besides %s%s", t.Name, enumerate(opts.Without, 5), try)
		}
		return terms, nil
	}
	for i, name := range opts.Names {
		if slices.Contains(opts.Names[:i], name) {
			return nil, fmt.Errorf("data: feature %q is named twice", name)
		}
		if name == allColumns && !slices.Contains(t.Names(), name) {
			terms = append(terms, defaultColumns(t, opts.Without)...)
			continue
		}
		columns, err := crossed(t, name)
		if err != nil {
			return nil, err
		}
		for _, c := range columns {
			if slices.Contains(opts.Without, c.Name) {
				return nil, fmt.Errorf("data: column %q cannot be a feature and a target or weight at once", c.Name)
			}
		}
		terms = append(terms, columns)
	}
	if terms == nil {
		return nil, fmt.Errorf("data: an empty list of features")
	}
	return terms, nil
}

// defaultColumns are the columns that models use where none are named.
func defaultColumns(t *Table, without []string) (terms [][]*Column) {
	for _, c := range t.Columns {
		if c.Ignored == "" && !slices.Contains(without, c.Name) {
			terms = append(terms, []*Column{c})
		}
	}
	return terms
}

// Reads lists the columns that features are made of.
func (o *FeatureOptions) Reads(t *Table) ([]string, error) {
	terms, err := featureColumns(t, *o)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range slices.Concat(terms...) {
		if !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names, nil
}

// Needed lists the feature columns whose rows are left out where they have no
// value.
func (o *FeatureOptions) Needed(t *Table) ([]string, error) {
	if o.Missing != DropRow && len(o.Missings) == 0 {
		return nil, nil
	}
	terms, err := featureColumns(t, *o)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range slices.Concat(terms...) {
		if o.missing(c) == DropRow && !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names, nil
}
