package loss

import "descent/graph"

// squared is (f − y)².
func squared(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	r := g.Sub(f, y)
	return g.Mul(r, r)
}

// absolute is |f − y|.
func absolute(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	return g.Abs(g.Sub(f, y))
}

// huber is r²/2 for a residual up to delta and delta·(|r| − delta/2) beyond
// (Huber 1964). With c = min(|r|, delta) both branches are c·(|r| − c/2).
func huber(g *graph.Graph, f, y *graph.Node, delta float64) *graph.Node {
	r := g.Abs(g.Sub(f, y))
	c := g.Apply(graph.Min, r, g.Const(delta))
	return g.Mul(c, g.Sub(r, g.Mul(g.Const(0.5), c)))
}

// pinball is max(q·r, (q−1)·r) of r = y − f (Koenker and Bassett 1978).
func pinball(g *graph.Graph, f, y *graph.Node, q float64) *graph.Node {
	r := g.Sub(y, f)
	return g.Apply(graph.Max, g.Mul(g.Const(q), r), g.Mul(g.Const(q-1), r))
}

// poisson is exp(f) − y·f, the negative log-likelihood of a count y at the rate
// exp(f) without the term log(y!).
func poisson(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	return g.Sub(g.Exp(f), g.Mul(y, f))
}

// logistic is −log of the probability that the logit f gives to y in {0, 1}:
// softplus(f) − y·f.
func logistic(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	return g.Sub(g.Softplus(f), g.Mul(y, f))
}

// crossEntropy is −log of the softmax probability that the logits f [B, K] give
// to the class y of each row: LogSumExp(f) − f[y].
func crossEntropy(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	return g.Sub(g.LogSumExp(f, 1), g.Sum(g.Mul(f, hot(g, y, f.Shape[1])), 1))
}
