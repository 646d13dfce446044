package optim

import (
	"cmp"
	"math"

	"descent/internal/kernel"
	"descent/param"
)

// SM3 is Adagrad that remembers one number for each row and each column of a
// matrix in place of one for each element (Anil et al., arXiv 1901.11150,
// algorithm SM3-II). a covers every element by the lesser of its row and column:
//
//	v = min(a_row, a_col) + g²,  a_row ← max of v in the row, a_col alike
//	m ← β·m + (1−β)·g/√(v + ε),  x ← x − η·m
//
// For a vector v is its own memory, as in Adagrad. Blocks of more than two axes
// are matrices of the first axis by all others.
type SM3[T Float] struct {
	Rate float64 // η; 0 means 0.1
	Beta float64 // β in [0, 1); 0 means 0.9
	Eps  float64 // ε, inside the root; 0 means 1e-8

	memory[T]
	m, cover []T
	blocks   []param.Block
	fresh    []T // the columns' new cover
}

// Init implements Rule.
func (r *SM3[T]) Init(p *Problem[T]) (err error) {
	if r.blocks, err = blocksOf(p); err != nil {
		return err
	}
	r.memory = memory[T]{}
	n, widest := 0, 0
	for _, b := range r.blocks {
		n += coverLen(b)
		_, cols, _ := matrix(b)
		widest = max(widest, cols)
	}
	r.m, r.cover, r.fresh = r.hold("sm3.m", p.Dim, 0), r.hold("sm3.cover", n, 0), make([]T, widest)
	eta, beta, eps := r.constants()
	return cmp.Or(checkRate("sm3", eta), checkUnit("sm3", "beta", beta), checkPositive("sm3", "eps", eps))
}

// coverLen is how many numbers SM3 and Adafactor remember of a block.
func coverLen(b param.Block) int {
	if rows, cols, ok := matrix(b); ok {
		return rows + cols
	}
	return b.Len()
}

func (r *SM3[T]) constants() (eta, beta, eps float64) {
	return orDefault(r.Rate, 0.1), orDefault(r.Beta, 0.9), orDefault(r.Eps, 1e-8)
}

// Update implements Rule.
func (r *SM3[T]) Update(u []T, s *State[T]) {
	eta, beta, eps := r.constants()
	s.Step *= eta
	at := 0
	for _, b := range r.blocks {
		n := coverLen(b)
		g, cover := param.View(u, b), r.cover[at:at+n]
		if rows, cols, ok := matrix(b); ok {
			r.scale(g, cover[:rows], cover[rows:], cols, T(eps))
		} else {
			for i := range g {
				cover[i] += g[i] * g[i]
				g[i] /= root(cover[i] + T(eps))
			}
		}
		at += n
	}
	m := r.m[:len(u)]
	for i, d := range u {
		m[i] = blend(T(beta), m[i], d)
		u[i] = -T(s.Step) * m[i]
	}
}

// scale divides the gradient of a matrix by the root of its cover.
func (r *SM3[T]) scale(g, row, col []T, cols int, eps T) {
	fresh := r.fresh[:cols]
	clear(fresh)
	for i := range row {
		var most T
		line := g[i*cols : (i+1)*cols]
		for j, e := range line {
			v := min(row[i], col[j]) + e*e
			most, fresh[j] = max(most, v), max(fresh[j], v)
			line[j] = e / root(v+eps)
		}
		row[i] = most
	}
	copy(col, fresh)
}

// Adafactor is Adam without momentum that remembers of a matrix only the mean
// squares of its rows and columns, sizes its steps by the parameters and bounds
// them (Shazeer and Stern, arXiv 1804.04235). Block by block:
//
//	β = 1 − t^(−c),  r and c̄ ← exponential averages by β of the mean of g² in each
//	row and column,  v = r·c̄ᵀ/mean(r)   (a vector: v ← β·v + (1−β)·g²)
//	d = g/√v,  x ← x − min(η, 1/√t)·max(rms(x), ε)·d/max(1, rms(d)/Clip)
//
// It is the rule of PyTorch. Optax does not bound η by 1/√t (Uncapped) and
// factors only matrices with two axes of MinDim = 128 at least. Decoupled decay
// is the wrapper WeightDecay.
type Adafactor[T Float] struct {
	Rate     float64 // η; 0 means 0.01
	Power    float64 // c; 0 means 0.8
	Eps      float64 // ε, the least size of a block; 0 means 0.001
	Clip     float64 // the largest rms of d; 0 means 1
	MinDim   int     // a matrix with a shorter axis is not factored
	Uncapped bool    // η without the bound 1/√t

	memory[T]
	v      []T
	blocks []param.Block
}

// Init implements Rule.
func (r *Adafactor[T]) Init(p *Problem[T]) (err error) {
	if r.blocks, err = blocksOf(p); err != nil {
		return err
	}
	n := 0
	for i, b := range r.blocks {
		if rows, cols, ok := matrix(b); ok && min(rows, cols) < r.MinDim {
			r.blocks[i].Shape = []int{b.Len()}
		}
		n += coverLen(r.blocks[i])
	}
	r.memory = memory[T]{}
	r.v = r.hold("adafactor.v", n, 0)
	eta, power, eps, clip := r.constants()
	return cmp.Or(checkRate("adafactor", eta), checkPositive("adafactor", "power", power), checkPositive("adafactor", "eps", eps), checkPositive("adafactor", "clip", clip))
}

func (r *Adafactor[T]) constants() (eta, power, eps, clip float64) {
	return orDefault(r.Rate, 0.01), orDefault(r.Power, 0.8), orDefault(r.Eps, 1e-3), orDefault(r.Clip, 1)
}

// Update implements Rule.
func (r *Adafactor[T]) Update(u []T, s *State[T]) {
	eta, power, eps, clip := r.constants()
	s.Step *= eta
	t := float64(s.Iter + 1)
	rate, beta := s.Step, T(1-math.Pow(t, -power))
	if !r.Uncapped {
		rate = min(rate, 1/math.Sqrt(t))
	}
	at := 0
	for _, b := range r.blocks {
		n := coverLen(b)
		x, g, v := param.View(s.X, b), param.View(u, b), r.v[at:at+n]
		at += n
		if rows, cols, ok := matrix(b); ok {
			factor(g, v[:rows], v[rows:], cols, beta)
		} else {
			for i := range g {
				v[i] = blend(beta, v[i], g[i]*g[i]+least[T]())
				g[i] /= root(v[i])
			}
		}
		size := math.Sqrt(float64(len(g)))
		kernel.Scale(T(-rate*max(eps, norm(x)/size)/max(1, norm(g)/size/clip)), g)
	}
}

// factor moves the mean squares of rows and columns and divides the gradient
// of a matrix by the root of their product.
func factor[T Float](g, row, col []T, cols int, beta T) {
	rows := len(row)
	for j := range col {
		col[j] *= beta
	}
	var mean T
	for i := range row {
		var sum T
		for j, e := range g[i*cols : (i+1)*cols] {
			sum += e * e
			col[j] += (1 - beta) * (e*e/T(rows) + least[T]())
		}
		row[i] = blend(beta, row[i], sum/T(cols)+least[T]())
		mean += row[i] / T(rows)
	}
	for i, v := range row {
		line := g[i*cols : (i+1)*cols]
		for j := range line {
			line[j] /= root(v/mean) * root(col[j])
		}
	}
}
