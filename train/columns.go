package train

import (
	"fmt"
	"math"
	"slices"

	"descent/data"
	"descent/model"
)

// featureOptions say which columns become features, and how.
func (p *plan) featureOptions() data.FeatureOptions {
	o := &p.opts
	without := slices.Clone(p.names)
	if o.Weight != "" {
		without = append(without, o.Weight)
	}
	return data.FeatureOptions{
		Names: o.Features, Without: without,
		Scale: o.Scale, Scales: o.Scales, Missing: o.Missing, Missings: o.Missings,
	}
}

// needed lists the columns without which a row is left out: the target, all
// columns of a formula, and those whose rule for missing values says so.
func (p *plan) needed(t *data.Table) ([]string, error) {
	need := slices.Clone(p.names)
	if p.spec.Kind == model.Formula {
		return append(need, p.opts.Features...), nil
	}
	o := p.featureOptions()
	drop, err := o.Needed(t)
	return append(need, drop...), err
}

// refuseRules refuses rules of columns for a formula, which sees them as they
// are and leaves rows out that miss a value.
func (p *plan) refuseRules() error {
	o := &p.opts
	switch {
	case len(o.Scales) > 0:
		return fmt.Errorf("train: a formula sees the columns as they are; leave the scaling out")
	case o.Missing != "" && o.Missing != data.DropRow || len(o.Missings) > 0:
		return fmt.Errorf("train: a formula leaves rows without a value out; leave the rule for missing values out")
	}
	return nil
}

// dropped are the columns of a model whose rows it does not predict where they
// have no value.
func dropped(e *data.Encoder) (names []string) {
	var visit func(list []data.Feature)
	visit = func(list []data.Feature) {
		for i := range list {
			if f := &list[i]; f.Drop && !slices.Contains(names, f.Column) {
				names = append(names, f.Column)
			}
			visit(list[i].Parts)
		}
	}
	visit(e.Features)
	return names
}

// blank takes the outputs of rows back that lack a value without which a row is
// not predicted.
func (m *Model) blank(t *data.Table, rows []int, z []float64) error {
	for _, name := range dropped(m.Recipe.Encoder) {
		c, err := t.Column(name)
		if err != nil {
			return err
		}
		k := m.Recipe.Outputs
		for i, row := range rows {
			if c.Missing(row) {
				for j := range k {
					z[i*k+j] = math.NaN()
				}
			}
		}
	}
	return nil
}
