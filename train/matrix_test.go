package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"descent/data"
)

// TestColumnsFitAsTheirMatrix: a fit that makes the features of each chunk from
// the columns of the table when it wants them ends in the same bits as one that
// makes the matrix once.
func TestColumnsFitAsTheirMatrix(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 5))
	const n = 9001
	columns := make([][]float64, 12)
	for j := range columns {
		columns[j] = make([]float64, n)
	}
	level, label, number := make([]string, n), make([]float64, n), make([]float64, n)
	for i := range n {
		for j := range columns {
			columns[j][i] = float64(j) + rng.NormFloat64()
			number[i] += float64(j%3) * columns[j][i]
		}
		if i%7 == 0 {
			columns[3][i] = math.NaN()
		}
		level[i] = []string{"a", "b", "c"}[rng.IntN(3)]
		number[i] += rng.NormFloat64()
		if number[i] > 60+9*rng.NormFloat64() {
			label[i] = 1
		}
	}
	var list []*data.Column
	for j, v := range columns {
		list = append(list, data.NumberColumn(string(rune('a'+j)), v))
	}
	list = append(list, data.CategoryColumn("level", level), data.NumberColumn("label", label), data.NumberColumn("number", number))
	table, err := data.NewTable("columns", list...)
	if err != nil {
		t.Fatal(err)
	}
	defer func(old int) { fewNumbers = old }(fewNumbers)
	for _, o := range []Options{
		{Target: "label", Model: "logistic"},
		{Target: "label", Model: "logistic", Validation: NoValidation, Weight: "b"},
		{Target: "number", L1: 0.1, Epochs: 20},
		{Target: "number", Method: "gd", Rate: 0.1, Epochs: 5},
		{Target: "level", Model: "softmax", Epochs: 10, Folds: 3},
		{Target: "number", Model: "mlp:5", Method: "lbfgs", Epochs: 5},
		{Target: "number", Method: "lm", Epochs: 5},
		{Target: "label", Model: "logistic", Method: "saga", Epochs: 2},
		{Target: "number", Model: "linear", Loss: "quantile:0.3"},
		{Target: "number,a", Epochs: 5},
	} {
		if o.Weight != "" {
			for i, v := range columns[1] {
				columns[1][i] = math.Abs(v)
			}
		}
		var weights [2][]float64
		for k, few := range []int{math.MaxInt, 0} {
			fewNumbers = few
			weights[k] = mustFit(t, table, o).Model.Weights
		}
		if !slices.Equal(weights[0], weights[1]) {
			t.Errorf("%+v: the weights differ", o)
		}
	}
}
