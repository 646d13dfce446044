package loss

import (
	"math"

	"descent/graph"
)

// percentage is |f − y|/max(|y|, 1e-7), the absolute error as a part of the
// target.
func percentage(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	return g.Div(g.Abs(g.Sub(f, y)), g.Apply(graph.Max, g.Abs(y), g.Const(1e-7)))
}

// squaredLog is (log(1+exp(f)) − log(1+y))², the squared error of the logs of a
// prediction exp(f).
func squaredLog(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	r := g.Sub(g.Softplus(f), g.Apply(graph.Log1p, y))
	return g.Mul(r, r)
}

// logCosh is log cosh r of r = f − y, as |r| + log(1 + exp(−2|r|)) − log 2,
// which does not overflow.
func logCosh(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	r := g.Abs(g.Sub(f, y))
	return g.Sub(g.Add(r, g.Softplus(g.Mul(g.Const(-2), r))), g.Const(math.Ln2))
}

// expectile is |q − 1[r<0]|·r² of r = y − f (Newey and Powell 1987).
func expectile(g *graph.Graph, f, y *graph.Node, q float64) *graph.Node {
	r := g.Sub(y, f)
	up, down := g.Relu(r), g.Relu(g.Neg(r))
	return g.Add(g.Mul(g.Const(q), g.Mul(up, up)), g.Mul(g.Const(1-q), g.Mul(down, down)))
}

// insensitive is max(|f − y| − ε, 0) (Vapnik 1995).
func insensitive(g *graph.Graph, f, y *graph.Node, eps float64) *graph.Node {
	return g.Relu(g.Sub(g.Abs(g.Sub(f, y)), g.Const(eps)))
}

// squaredInsensitive is max(|f − y| − ε, 0)².
func squaredInsensitive(g *graph.Graph, f, y *graph.Node, eps float64) *graph.Node {
	r := insensitive(g, f, y, eps)
	return g.Mul(r, r)
}

// gamma is y·exp(−f) + f, the negative log-likelihood of a positive y with the
// mean exp(f) and unit shape, without terms of y alone.
func gamma(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	return g.Add(g.Mul(y, g.Exp(g.Neg(f))), f)
}

// tweedie is exp((2−p)·f)/(2−p) − y·exp((1−p)·f)/(1−p), half the deviance of a
// Tweedie distribution of power p between 1 and 2 with the mean exp(f), without
// terms of y alone (Jørgensen 1987).
func tweedie(g *graph.Graph, f, y *graph.Node, p float64) *graph.Node {
	up := g.Exp(g.Mul(g.Const(2-p), f))
	down := g.Mul(y, g.Exp(g.Mul(g.Const(1-p), f)))
	return g.Add(g.Div(up, g.Const(2-p)), g.Div(down, g.Const(p-1)))
}

// margin is s·f for the classes s = 2y − 1 of −1 and 1.
func margin(g *graph.Graph, f, y *graph.Node) *graph.Node {
	return g.Mul(g.Sub(g.Mul(g.Const(2), y), g.Const(1)), f)
}

// hinge is max(0, 1 − s·f) (Cortes and Vapnik 1995).
func hinge(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	return g.Relu(g.Sub(g.Const(1), margin(g, f, y)))
}

// squaredHinge is max(0, 1 − s·f)².
func squaredHinge(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	m := hinge(g, f, y, 0)
	return g.Mul(m, m)
}

// modifiedHuber is max(0, 1 − s·f)² down to s·f = −1 and −4·s·f below (Zhang
// 2004). With m = max(0, 1 − s·f) and c = min(m, 2) both are c·(2m − c).
func modifiedHuber(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	m := hinge(g, f, y, 0)
	c := g.Apply(graph.Min, m, g.Const(2))
	return g.Mul(c, g.Sub(g.Mul(g.Const(2), m), c))
}

// perceptron is max(0, −s·f) (Rosenblatt 1958).
func perceptron(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	return g.Relu(g.Neg(margin(g, f, y)))
}

// focal is −(1−p)^γ·log p of the probability p that the logit f gives to y (Lin
// et al., arXiv 1708.02002, equation 4).
func focal(g *graph.Graph, f, y *graph.Node, gamma float64) *graph.Node {
	z := margin(g, f, y)
	return g.Mul(g.Exp(g.Mul(g.Const(-gamma), g.Softplus(z))), g.Softplus(g.Neg(z)))
}

// hot is 1 at the class y of each row of [B, K] and 0 elsewhere.
func hot(g *graph.Graph, y *graph.Node, k int) *graph.Node {
	classes := make([]float64, k)
	for i := range classes {
		classes[i] = float64(i)
	}
	return g.Apply(graph.Eq, g.Reshape(y, y.Shape[0], 1), g.Tensor(classes, k))
}

// smoothed is the cross-entropy with the targets (1−α)·hot + α/K (Szegedy et al.,
// arXiv 1512.00567, section 7).
func smoothed(g *graph.Graph, f, y *graph.Node, alpha float64) *graph.Node {
	k := float64(f.Shape[1])
	even := g.Sub(g.LogSumExp(f, 1), g.Div(g.Sum(f, 1), g.Const(k)))
	return g.Add(g.Mul(g.Const(1-alpha), crossEntropy(g, f, y, 0)), g.Mul(g.Const(alpha), even))
}

// multiclassHinge is max(0, 1 + max f − f[y]) over the other classes (Crammer and
// Singer 2001).
func multiclassHinge(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	h := hot(g, y, f.Shape[1])
	return g.Sub(g.Maximum(g.Add(f, g.Sub(g.Const(1), h)), 1), g.Sum(g.Mul(f, h), 1))
}

// cosine is 1 − f[y]/|f|, the cosine distance of the outputs to the class.
func cosine(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	rows, _ := CosineDistance(g, f, hot(g, y, f.Shape[1]))
	return rows
}

// dice is 1 − 2·p[y]/(1 + Σp²) of the softmax probabilities p (Milletari, Navab
// and Ahmadi, arXiv 1606.04797, equation 1, row by row).
func dice(g *graph.Graph, f, y *graph.Node, _ float64) *graph.Node {
	lse := g.Broadcast(g.Reshape(g.LogSumExp(f, 1), f.Shape[0], 1), f.Shape...)
	p := g.Exp(g.Sub(f, lse))
	up := g.Mul(g.Const(2), g.Sum(g.Mul(p, hot(g, y, f.Shape[1])), 1))
	return g.Sub(g.Const(1), g.Div(up, g.Add(g.Const(1), g.Sum(g.Mul(p, p), 1))))
}
