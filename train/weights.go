package train

import (
	"fmt"
	"maps"
	"slices"

	"descent/data"
	"descent/model"
	"descent/param"
)

// maxNamed is how many weights are worth a list.
const maxNamed = 100

// named lists the weights by name, nil where there are more than maxNamed. The
// weight of a feature carries its name.
func (m *Model) named() map[string]float64 {
	if len(m.Weights) > maxNamed {
		return nil
	}
	names := map[string]float64{}
	for _, b := range m.Blocks {
		v := param.View(m.Weights, b)
		for i, w := range v {
			names[m.weightName(b, i)] = w
		}
	}
	return names
}

// weightName is the name of element i of a block: "bias", "weight[age]",
// "weight[age,Adelie]", "layer1.weight[0,3]".
func (m *Model) weightName(b param.Block, i int) string {
	if len(b.Shape) == 0 {
		return b.Name
	}
	features, k := m.Recipe.Encoder.Names(), b.Shape[len(b.Shape)-1]
	linear := m.Recipe.Model.Convex()
	switch {
	case linear && b.Name == "weight" && len(b.Shape) == 1:
		return fmt.Sprintf("weight[%s]", features[i])
	case linear && b.Name == "weight":
		return fmt.Sprintf("weight[%s,%s]", features[i/k], m.outputNames()[i%k])
	case linear:
		return fmt.Sprintf("%s[%s]", b.Name, m.outputNames()[i])
	case m.Recipe.Model.Kind == model.Formula:
		return entryName(b, i)
	case len(b.Shape) == 1:
		return fmt.Sprintf("%s[%d]", b.Name, i)
	}
	return fmt.Sprintf("%s[%d,%d]", b.Name, i/k, i%k)
}

// raw lists the weights of a linear model in the units of the columns, nil for
// other models, for crosses of scaled columns, and where that changes nothing.
func (m *Model) raw() map[string]float64 {
	list := m.named()
	crossed := slices.ContainsFunc(m.Recipe.Encoder.Features, func(f data.Feature) bool { return f.Kind == data.Cross })
	if list == nil || !m.Recipe.Model.Convex() || crossed {
		return nil
	}
	raw := (&Model{Recipe: m.Recipe, Blocks: m.Blocks, Weights: m.rawWeights()}).named()
	if maps.Equal(raw, list) {
		return nil
	}
	return raw
}

// rawWeights are the weights of a linear model in the units of the columns: for
// scaled features w/scale, and biases that take up the shifts.
func (m *Model) rawWeights() []float64 {
	outputs := m.Recipe.Outputs
	x := slices.Clone(m.Weights)
	w, b := param.View(x, m.Blocks[0]), param.View(x, m.Blocks[1])
	at := 0
	for _, f := range m.Recipe.Encoder.Features {
		for j := range f.Width {
			row := w[at*outputs : (at+1)*outputs]
			at++
			if f.Scales != nil {
				for k := range row {
					row[k] /= f.Scales[j]
				}
			}
			if f.Kind != data.Number || j > 0 {
				continue
			}
			for k := range row {
				if f.Scale == 0 {
					row[k] = 0
					continue
				}
				row[k] /= f.Scale
				b[k] -= row[k] * f.Shift
			}
		}
	}
	return x
}
