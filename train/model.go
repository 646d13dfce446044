package train

import (
	"fmt"
	"slices"
	"strings"

	"descent/data"
	"descent/internal/nearname"
	"descent/loss"
	"descent/model"
	"descent/param"
)

// Recipe is all of a model but its weights: how to read columns, what to
// compute, and what the numbers mean. It goes through JSON unchanged.
type Recipe struct {
	Format    int            `json:"format"` // of this recipe: formatVersion
	Model     model.Spec     `json:"model"`
	Loss      loss.Loss      `json:"loss"`
	Encoder   *data.Encoder  `json:"encoder"`
	Target    *data.Target   `json:"target"`
	More      []*data.Target `json:"more_targets,omitempty"` // the others of several
	Weight    string         `json:"weight,omitempty"`       // column of sample weights, for evaluation
	Outputs   int            `json:"outputs"`                // numbers a row
	Params    []model.Free   `json:"params,omitempty"`       // of a formula
	Precision string         `json:"precision"`              // of the arithmetic: float64 or float32
	Rows      int            `json:"rows"`                   // trained on
	Seed      uint64         `json:"seed"`
}

// formatVersion is raised when an older reader could not use a newer recipe.
const formatVersion = 1

// Model is a trained model: it predicts from tables that have its columns. Its
// methods may be called from several goroutines at once.
type Model struct {
	Recipe  Recipe
	Blocks  []param.Block
	Weights []float64 // flat; float32 models hold numbers that float32 can
}

// recipe is what it takes to build the graph of the model.
func (r *Recipe) recipe() (recipe, error) {
	columns := make([]string, len(r.Encoder.Features))
	for i, f := range r.Encoder.Features {
		columns[i] = f.Column
	}
	e, err := expression(r.Model, columns, r.Params)
	if err != nil {
		return recipe{}, err
	}
	return recipe{spec: r.Model, loss: r.Loss, features: r.Encoder.Width(), outputs: r.Outputs, expression: e, sparse: r.Model.Kind != model.Formula && r.Encoder.MostlyZero()}, nil
}

// Link is how the model's outputs become predictions.
func (m *Model) Link() loss.Link { return m.Recipe.Loss.Link() }

// Classes names the classes in order, those of the first target where there are
// several; nil for a model that predicts numbers.
func (m *Model) Classes() []string { return m.Recipe.Target.Classes }

// Columns lists the kinds of the columns that the model reads, its target and
// weights among them, for reading another file the same way.
func (m *Model) Columns() map[string]data.Kind {
	kinds := m.Recipe.Encoder.Columns()
	for _, y := range m.Recipe.targets() {
		kinds[y.Column] = y.Kind
	}
	if m.Recipe.Weight != "" {
		kinds[m.Recipe.Weight] = data.Number
	}
	return kinds
}

// outputs are the model's outputs, before the link, for the given rows of t:
// row-major [len(rows), Recipe.Outputs]. It also counts cells with a level that
// training did not have.
func (m *Model) outputs(t *data.Table, rows []int) (z []float64, unseen int, err error) {
	if err := m.checkColumns(t); err != nil {
		return nil, 0, err // rather than what the program says
	}
	run, err := m.program()
	if err != nil {
		return nil, 0, err
	}
	return run(t, rows)
}

// program is outputs for one table after the other.
func (m *Model) program() (outputs, error) {
	if m.Recipe.Precision == "float32" {
		c, err := compile[float32](m)
		if err != nil {
			return nil, err
		}
		return c.score, nil
	}
	c, err := compile[float64](m)
	if err != nil {
		return nil, err
	}
	return c.score, nil
}

// checkColumns names every column that the model reads and t does not have.
func (m *Model) checkColumns(t *data.Table) error {
	var missing []string
	names := t.Names()
	for _, column := range m.Recipe.Encoder.Reads() {
		if !slices.Contains(names, column) {
			missing = append(missing, column)
		}
	}
	if missing == nil {
		return nil
	}
	near := ""
	if len(missing) == 1 {
		near = nearname.Hint(missing[0], names)
	}
	return fmt.Errorf("train: %s has no column %s, which the model reads; its columns are %s%s", t.Name, listed(missing), listed(names), near)
}

// listed lists at most twenty names.
func listed(names []string) string {
	const most = 20
	if len(names) > most {
		return fmt.Sprintf("%s, … (%d more)", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
