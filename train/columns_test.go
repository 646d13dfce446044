package train

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"descent/data"
)

// TestRulesOfColumns: a model that was saved and loaded predicts by the rules of
// its columns, and not at all where a value is missing whose rows were left out.
func TestRulesOfColumns(t *testing.T) {
	table := sample(t, "penguins")
	dir := filepath.Join(t.TempDir(), "run")
	r := mustFit(t, table, Options{
		Target: "species", Validation: NoValidation, Dir: dir, Features: []string{"all", "sex*body_mass_g"},
		Scales:   map[string]data.Scaling{"bill_length_mm": data.Log, "bill_depth_mm": data.Robust},
		Missing:  data.FillMean,
		Missings: map[string]data.Missing{"sex": data.DropRow, "body_mass_g": "4000"},
	})
	if r.Dropped != 11 || r.Rows != 333 {
		t.Errorf("%d rows left out, %d trained on; 11 have no sex", r.Dropped, r.Rows)
	}
	m, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	before, err := r.Model.Predict(table)
	if err != nil {
		t.Fatal(err)
	}
	after, err := m.Predict(table)
	if err != nil {
		t.Fatal(err)
	}
	sex := column(t, table, "sex")
	for row := range table.Rows {
		p, q := before.Probability[3*row:3*row+3], after.Probability[3*row:3*row+3]
		if sex.Missing(row) {
			if !math.IsNaN(p[0]) || !math.IsNaN(q[0]) {
				t.Fatalf("row %d has no sex and is predicted: %v %v", row, p, q)
			}
		} else if !slices.Equal(p, q) || math.IsNaN(p[0]) {
			t.Fatalf("row %d: %v, loaded %v", row, p, q)
		}
	}
	e, err := m.Evaluate(table)
	if err != nil || e.Rows != 333 {
		t.Errorf("%v: evaluated on %d rows", err, e.Rows)
	}
}

// TestHostileRules: a recipe whose rules nobody makes is refused.
func TestHostileRules(t *testing.T) {
	fine := data.Feature{Column: "x", Kind: data.Number, Width: 1}
	for name, f := range map[string]data.Feature{
		"width":          {Column: "x", Kind: data.Number, Width: 2},
		"cycles":         {Column: "x", Kind: data.Number, Width: 3, Cycles: []string{"week"}},
		"unknown cycle":  {Column: "x", Kind: data.Date, Width: 3, Cycles: []string{"moon"}},
		"truth values":   {Column: "x", Kind: data.Boolean, Width: 1, Levels: []string{"a"}},
		"places":         {Column: "x", Kind: data.Text, Width: 1000},
		"many places":    {Column: "x", Kind: data.Text, Width: 1 << 30},
		"cross of one":   {Column: "x", Kind: data.Cross, Width: 1, Parts: []data.Feature{fine}},
		"cross of texts": {Column: "x", Kind: data.Cross, Width: 4, Parts: []data.Feature{fine, {Column: "t", Kind: data.Text, Width: 4}}},
		"cross width":    {Column: "x", Kind: data.Cross, Width: 2, Parts: []data.Feature{fine, fine}},
		"no kind":        {Column: "x", Width: 1},
	} {
		if f.Check() == nil {
			t.Errorf("%s: accepted %+v", name, f)
		}
	}
	if err := fine.Check(); err != nil {
		t.Error(err)
	}
}
