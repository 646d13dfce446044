package train

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"descent/data"
	"descent/graph"
	"descent/internal/kernel"
	"descent/loss"
)

// meanLoss is the weighted mean loss of outputs z, row-major, for targets y; w
// may be nil.
func meanLoss(l loss.Loss, z, y, w []float64) (float64, error) {
	const rows = 4096
	if w == nil {
		w = slices.Repeat([]float64{1}, len(y))
	}
	k := len(z) / len(y)
	var sum float64
	var p *graph.Program[float64]
	for lo := 0; lo < len(y); lo += rows {
		hi := min(lo+rows, len(y))
		if lo == 0 || hi-lo < rows {
			var err error
			if p, err = lossProgram(l, hi-lo, k); err != nil {
				return 0, err
			}
		}
		for _, a := range []matrix[float64]{{name: outputsName, v: z[lo*k : hi*k]}, {name: targetName, v: y[lo:hi]}, {name: weightName, v: w[lo:hi]}} {
			if err := p.Bind(a.name, a.v); err != nil {
				return 0, err
			}
		}
		var out [1]float64
		if err := p.Run(nil, out[:]); err != nil {
			return 0, err
		}
		sum += out[0]
	}
	return sum / kernel.Sum(w), nil
}

// outputsName is the Data node of outputs that a model gave.
const outputsName = "⟨outputs⟩"

// lossProgram is the sum of the losses of n rows of k outputs.
func lossProgram(l loss.Loss, n, k int) (*graph.Program[float64], error) {
	g := graph.New()
	shape := []int{n}
	if l.Link() == loss.Softmax {
		shape = []int{n, k}
	}
	sum, err := l.Sum(g, g.Data(outputsName, shape...), g.Data(targetName, n), g.Data(weightName, n))
	if err != nil {
		return nil, err
	}
	return graph.Compile[float64](g, sum)
}

// constant is the best that a model without features can say about the
// training targets, as the outputs of one row, and a sentence about it.
func (p *plan) constant() (z []float64, rule string, err error) {
	if p.train.source != nil {
		return p.constantStream()
	}
	k := len(p.targets)
	if k == 1 {
		z, rule = p.constantFor(p.target, p.outputs(), p.train.y)
		return z, rule, nil
	}
	for j, target := range p.targets {
		one, each := p.constantFor(target, 1, ofTarget(p.train.y, j, k))
		z = append(z, one...)
		if j > 0 {
			rule += "; "
		}
		rule += target.Column + " " + each
	}
	return z, rule, nil
}

// constantFor is constant for the values y of one target.
func (p *plan) constantFor(target *data.Target, outputs int, y []float64) (z []float64, rule string) {
	w := p.train.w
	share := make([]float64, len(target.Classes))
	for i, c := range y {
		if len(share) > 0 {
			share[int(c)] += w[i]
		}
	}
	mean := func() float64 { return kernel.Dot(y, w) / kernel.Sum(w) }
	return p.constantOf(target, outputs, share, mean, func(q float64) float64 { return quantile(y, w, q) })
}

// constantOf is constant by the weights of the classes, or by the mean and the
// quantiles of the numbers.
func (p *plan) constantOf(target *data.Target, outputs int, share []float64, meanOf func() float64, quantileOf func(q float64) float64) (z []float64, rule string) {
	if len(share) > 0 {
		top := slices.Index(share, slices.Max(share))
		rule = "always the most frequent class, " + target.Classes[top]
		if p.loss.Margin() { // scores, not logits
			z = make([]float64, outputs)
			if z[min(top, len(z)-1)] = 1; outputs == 1 && top == 0 {
				z[0] = -1
			}
			return z, rule
		}
		if outputs == 1 {
			return []float64{math.Log(share[1] / share[0])}, rule
		}
		for c := range share {
			share[c] = math.Log(share[c])
		}
		return share, rule
	}
	switch p.loss.Name {
	case "mae", "epsilon":
		v := quantileOf(0.5)
		return []float64{v}, fmt.Sprintf("always the median, %.6g", v)
	case "quantile":
		v := quantileOf(p.loss.Shape)
		return []float64{v}, fmt.Sprintf("always the %g quantile, %.6g", p.loss.Shape, v)
	}
	mean := meanOf()
	rule = fmt.Sprintf("always the mean, %.6g", mean)
	if p.loss.Link() == loss.Exp {
		return []float64{math.Log(mean)}, rule
	}
	return []float64{mean}, rule
}

// quantile is the least y at or below which lies a share q of the weight.
func quantile(y, w []float64, q float64) float64 {
	order := make([]int, len(y))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return y[order[a]] < y[order[b]] })
	var sum float64
	total := kernel.Sum(w)
	for _, i := range order {
		if sum += w[i]; sum >= q*total {
			return y[i]
		}
	}
	return y[order[len(order)-1]]
}

// baseline judges the constant prediction on the rows of part.
func (p *plan) baseline(on part) (*Evaluation, string, error) {
	z, rule, err := p.constant()
	if err != nil {
		return nil, "", err
	}
	y, w := on.y, on.w
	if len(p.targets) == 1 && p.target.Classes != nil {
		y, w = classWeights(y, w, len(p.target.Classes))
	}
	e, err := measureTargets(p.loss, p.targets, slices.Repeat(z, len(y)/len(p.targets)), y, w)
	return e, rule, err
}

// classWeights is one row for every class that occurs, with the weight of all its
// rows: a constant says the same of each of them.
func classWeights(y, w []float64, k int) (classes, weights []float64) {
	sum, seen := make([]float64, k), make([]bool, k)
	for i, c := range y {
		sum[int(c)] += w[i]
		seen[int(c)] = true
	}
	for c, v := range sum {
		if seen[c] {
			classes, weights = append(classes, float64(c)), append(weights, v)
		}
	}
	return classes, weights
}
