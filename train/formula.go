package train

import (
	"fmt"
	"slices"
	"strings"

	"descent/data"
	"descent/expr"
	"descent/graph"
	"descent/model"
)

// readFormula finds the columns and the free parameters of a formula.
func (p *plan) readFormula(t *data.Table) error {
	f, err := expr.Parse(p.spec.Formula)
	if err != nil {
		return err
	}
	if err := p.refuseRules(); err != nil {
		return err
	}
	var columns []string
	for _, v := range f.Variables() {
		switch {
		case slices.Contains(p.names, v.Name):
			return fmt.Errorf("train: the formula uses the target %q itself", v.Name)
		case !v.Indexed && slices.Contains(t.Names(), v.Name):
			columns = append(columns, v.Name)
		default:
			free := model.Free{Name: v.Name, Start: 1}
			if v.Indexed {
				free.Len = v.MinLen
				if v.Matrix {
					free.Len, free.Cols = v.MinLen*v.MinCols, v.MinCols
				}
			}
			p.params = append(p.params, free)
		}
	}
	if err := p.startValues(); err != nil {
		return err
	}
	if err := p.checkFormulaColumns(t, columns); err != nil {
		return err
	}
	p.opts.Features = append([]string{}, columns...)
	p.opts.Scale = data.Unscaled
	return nil
}

// checkFormulaColumns refuses columns that are no numbers or not to be used.
func (p *plan) checkFormulaColumns(t *data.Table, columns []string) error {
	for _, name := range columns {
		if c, err := t.Column(name); err != nil || c.Kind != data.Number {
			return fmt.Errorf("train: the formula uses column %q, which is a %v; a formula reads number columns", name, c.Kind)
		}
	}
	if p.opts.Features != nil {
		for _, name := range columns {
			if !slices.Contains(p.opts.Features, name) {
				return fmt.Errorf("train: the formula uses column %q, which is not among the features", name)
			}
		}
	}
	return nil
}

func (p *plan) startValues() error {
	for name, v := range p.opts.Start {
		i := slices.IndexFunc(p.params, func(f model.Free) bool { return f.Name == name })
		if i < 0 {
			names := make([]string, len(p.params))
			for j, f := range p.params {
				names[j] = f.Name
			}
			return fmt.Errorf("train: no free parameter %q to start at %v; the formula has %s", name, v, strings.Join(names, ", "))
		}
		p.params[i].Start = v
	}
	return p.confineStarts()
}

// expression is the formula, parsed again from the recipe: what a saved model
// has, too.
func expression(spec model.Spec, columns []string, params []model.Free) (*model.Expression, error) {
	if spec.Kind != model.Formula {
		return nil, nil
	}
	f, err := expr.Parse(spec.Formula)
	if err != nil {
		return nil, err
	}
	lower := func(g *graph.Graph, scope map[string]*graph.Node) (*graph.Node, error) {
		return f.Lower(g, expr.Scope(scope))
	}
	return &model.Expression{Columns: columns, Params: params, Lower: lower}, nil
}
