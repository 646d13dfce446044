package train

import (
	"math/rand/v2"
	"testing"

	"descent/data"
)

// TestEstimateFollowsTheFeatures: what is said of a fit in memory counts a matrix of
// features where the fit makes one, and none where it reads the columns.
func TestEstimateFollowsTheFeatures(t *testing.T) {
	defer func(old int) { fewNumbers = old }(fewNumbers)
	fewNumbers = 0
	rng := rand.New(rand.NewPCG(6, 1))
	const n, width = 500, 20
	list := []*data.Column{}
	for j := range width {
		v := make([]float64, n)
		for i := range v {
			v[i] = rng.ExpFloat64()
		}
		list = append(list, data.NumberColumn(string(rune('a'+j)), v))
	}
	label, level := make([]float64, n), make([]string, n)
	for i := range n {
		label[i], level[i] = float64(rng.IntN(2)), []string{"u", "v", "w"}[rng.IntN(3)]
	}
	list = append(list, data.NumberColumn("y", label), data.CategoryColumn("level", level))
	table, err := data.NewTable("rows", list...)
	if err != nil {
		t.Fatal(err)
	}
	numbers := table.Names()[:width]
	s := &data.Sample{Table: table, Rows: n}
	for _, c := range []struct {
		o       Options
		columns bool
	}{
		{Options{Features: numbers}, true},
		{Options{Features: numbers, L1: 0.1}, true},
		{Options{Features: numbers, Method: "gd"}, true},
		{Options{Features: numbers, Model: "mlp:4", Batch: FullBatch}, true},
		{Options{}, true}, // with the levels
		{Options{Features: numbers, Method: "adam"}, false},
		{Options{Features: numbers, Model: "mlp:4"}, false},
		{Options{Features: numbers, Scale: data.Log}, false},
		{Options{Model: "u + v*a"}, false},
	} {
		c.o.Target, c.o.Epochs = "y", 1
		p, net := inMemoryPlan(s, c.o)
		if _, got := p.staysColumns(net, c.o); got != c.columns {
			t.Errorf("%+v: reads columns %t, want %t", c.o, got, c.columns)
		}
		if got := readsColumnsInFact(t, table, c.o); got != c.columns {
			t.Errorf("%+v: the fit itself reads columns %t, want %t", c.o, got, c.columns)
		}
	}
	// Of many rows, the difference is what their matrix takes.
	s.Rows = 10_000_000
	with, without := InMemory(s, Options{Target: "y", Features: numbers, Method: "adam"}), InMemory(s, Options{Target: "y", Features: numbers})
	if least := int64(s.Rows) * width * 8 / 2; with-without < least || without < int64(s.Rows)*width*8 {
		t.Errorf("%s with a matrix, %s without", Bytes(with), Bytes(without))
	}
	if folds := InMemory(s, Options{Target: "y", Features: numbers, Folds: 3}); max(folds, with)-min(folds, with) > 1_000_000 {
		t.Errorf("%s for folds, %s with a matrix", Bytes(folds), Bytes(with))
	}
}

// readsColumnsInFact says whether the training rows of a fit are columns.
func readsColumnsInFact(t *testing.T, table *data.Table, o Options) bool {
	t.Helper()
	p, err := newPlan(table, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	net, err := p.layout()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.chooseMethod(net.Layout.Dim()); err != nil {
		t.Fatal(err)
	}
	s, err := newSession[float64](p, net, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	return s.whole.set.inputs[0].coder != nil
}
