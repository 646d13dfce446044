package optim

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"descent/internal/stream"
)

// drop looks for a value that is lower by one and the same amount as soon as the
// point is left: that of a function with a jump, which the scatter of the closest
// neighbours takes for noise. Noise does not keep its size.
type drop struct {
	first, most float64
	steady      int // differences like the first, in a row; −1 after another one
}

// Demands on a drop: probes that it stays the same for, to what part of itself,
// and its least size beside the largest difference on the ray and the value at
// the point, below which it may be their last digits.
const (
	steadyProbes = 6
	steadyPart   = 0.1
	steadySize   = 1e-6
	steadyDigits = 1e-9
)

// see takes the next difference from the value at the point, outwards.
func (d *drop) see(diff float64) {
	if d.steady == 0 && d.most == 0 {
		d.first = diff
	}
	d.most = max(d.most, math.Abs(diff))
	switch same := diff < 0 && math.Abs(diff-d.first) <= steadyPart*math.Abs(d.first); {
	case d.steady >= steadyProbes || d.steady < 0:
	case same:
		d.steady++
	default:
		d.steady = -1
	}
}

// found says whether the ray began with a drop from the value f.
func (d *drop) found(f float64) bool {
	return d.steady >= steadyProbes && -d.first > max(steadySize*d.most, steadyDigits*math.Abs(f))
}

// creases follows the value from a kink along the directions in which the
// gradient jumps least: a function such as 10·|x − 3y| − |x + y|/10 rises from 0
// nearly everywhere and falls along the crease x = 3y. The directions are the
// eigenvectors of the scatter of gradients sampled around the point.
func (j *judge[T]) creases(at point[T]) (count tally, err error) {
	rng := stream.New(1, "verdict creases", 0)
	scatter, jump, g := mat.NewSymDense(j.n, nil), make([]float64, j.n), make([]T, j.n)
	step := make([]float64, j.n)
	for range 2*j.n + 8 {
		for i, x := range at.x {
			step[i] = 1e-6 * (1 + math.Abs(float64(x))) * rng.NormFloat64()
		}
		x := shifted(at.x, step)
		if j.inside != nil && !j.inside(x) {
			continue
		}
		f, err := j.p.Eval(x, g)
		if err != nil {
			return count, err
		}
		if !finite(f) || !finite(norm(g)) {
			continue
		}
		for i, v := range g {
			jump[i] = float64(v) - float64(at.g[i])
		}
		scatter.SymRankOne(scatter, 1, mat.NewVecDense(j.n, jump))
	}
	var e mat.EigenSym
	tamed, _ := tame(scatter)
	if !e.Factorize(tamed, true) {
		return count, errEigen
	}
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	var rays [][]float64
	for k := range min(j.n, 8) {
		rays = append(rays, bothWays(mat.Col(nil, k, &vectors))...)
	}
	return j.follow(at, nil, rays)
}
