package main

import (
	"strings"

	"descent/data"
	"descent/expr"
	"descent/model"
)

// needed lists the columns whose cells have to be what the others of their
// column are: the features that were named or are in a formula, the targets, the
// weight of the rows, and those whose kinds were asked for. nil stands for all.
func (f *fitFlags) needed(types map[string]data.Kind) []string {
	names := data.FeatureNames(f.features)
	if spec, err := model.Parse(f.model); err == nil && spec.Kind == model.Formula {
		formula, err := expr.Parse(spec.Formula)
		if err != nil {
			return nil // the fit says so
		}
		for _, v := range formula.Variables() {
			names = append(names, v.Name)
		}
	}
	if names == nil || f.target == "" {
		return nil
	}
	for target := range strings.SplitSeq(f.target, ",") {
		names = append(names, strings.TrimSpace(target))
	}
	for name := range types {
		names = append(names, name)
	}
	return append(names, f.target, f.sampleWeight)
}
