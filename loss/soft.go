package loss

import (
	"fmt"

	"descent/graph"
)

// Losses for targets that are rows of numbers, [B, K] like the outputs.

func sameRows(name string, f, target *graph.Node) error {
	if len(f.Shape) != 2 || len(target.Shape) != 2 || f.Shape[0] != target.Shape[0] || f.Shape[1] != target.Shape[1] {
		return fmt.Errorf("loss: %s does not compare outputs of shape %v with targets of shape %v", name, f.Shape, target.Shape)
	}
	return nil
}

// SoftCrossEntropy is −Σ t·log softmax(f) of each row, [B], for targets t that
// are distributions over the K classes. A class with t = 0 counts nothing, even
// where its logit is −∞.
func SoftCrossEntropy(g *graph.Graph, f, t *graph.Node) (*graph.Node, error) {
	if err := sameRows("cross-entropy", f, t); err != nil {
		return nil, err
	}
	lse := g.Broadcast(g.Reshape(g.LogSumExp(f, 1), f.Shape[0], 1), f.Shape...)
	zero := g.Zeros(f.Shape...)
	terms := g.Mul(t, g.Sub(lse, f))
	return g.Sum(g.Select(g.Apply(graph.Eq, t, zero), zero, terms), 1), nil
}

// KL is the Kullback–Leibler divergence Σ t·log(t/softmax(f)) of each row, [B].
func KL(g *graph.Graph, f, t *graph.Node) (*graph.Node, error) {
	cross, err := SoftCrossEntropy(g, f, t)
	if err != nil {
		return nil, err
	}
	zero, one := g.Zeros(t.Shape...), g.Broadcast(g.Const(1), t.Shape...)
	safe := g.Select(g.Apply(graph.Eq, t, zero), one, t) // 0·log 0 is 0
	return g.Add(cross, g.Sum(g.Mul(t, g.Log(safe)), 1)), nil
}

// CosineDistance is 1 − f·t/(|f|·|t|) of each row, [B].
func CosineDistance(g *graph.Graph, f, t *graph.Node) (*graph.Node, error) {
	if err := sameRows("cosine", f, t); err != nil {
		return nil, err
	}
	const tiny = 1e-30 // keeps a row of zeros from dividing 0 by 0
	norm := func(v *graph.Node) *graph.Node { return g.Sqrt(g.Add(g.Sum(g.Mul(v, v), 1), g.Const(tiny))) }
	return g.Sub(g.Const(1), g.Div(g.Sum(g.Mul(f, t), 1), g.Mul(norm(f), norm(t)))), nil
}
