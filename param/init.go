package param

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"

	"descent/internal/kernel"
	"descent/internal/stream"
)

// Init says how the elements of a block start: given the block it returns the
// draw of one element. The shape decides the scale of the ones named after
// papers; see Fans.
type Init func(b Block) func(r *rand.Rand) float64

// Zeros starts every element at 0.
func Zeros(b Block) func(*rand.Rand) float64 { return Constant(0)(b) }

// Constant starts every element at c.
func Constant(c float64) Init {
	return func(Block) func(*rand.Rand) float64 {
		return func(*rand.Rand) float64 { return c }
	}
}

// Uniform draws from the interval [lo, hi).
func Uniform(lo, hi float64) Init {
	return func(Block) func(*rand.Rand) float64 {
		return func(r *rand.Rand) float64 { return lo + (hi-lo)*r.Float64() }
	}
}

// Normal draws from the normal distribution with the given mean and standard
// deviation.
func Normal(mean, sd float64) Init {
	return func(Block) func(*rand.Rand) float64 {
		return func(r *rand.Rand) float64 { return mean + sd*r.NormFloat64() }
	}
}

// GlorotUniform draws from ±√(6/(in+out)), variance 2/(in+out): keeps the
// variance of signals and gradients alike through layers with a symmetric
// activation (Glorot and Bengio 2010, equation 16).
func GlorotUniform(b Block) func(*rand.Rand) float64 { return uniformOf(glorot(b))(b) }

// GlorotNormal is the normal distribution with the variance of GlorotUniform.
func GlorotNormal(b Block) func(*rand.Rand) float64 { return normalOf(glorot(b))(b) }

// HeUniform draws from ±√(6/in), variance 2/in: keeps the variance of signals
// through rectified layers (He, Zhang, Ren and Sun 2015, equation 10).
func HeUniform(b Block) func(*rand.Rand) float64 { return uniformOf(perInput(2, b))(b) }

// HeNormal is the normal distribution with the variance of HeUniform.
func HeNormal(b Block) func(*rand.Rand) float64 { return normalOf(perInput(2, b))(b) }

// LeCunUniform draws from ±√(3/in), variance 1/in (LeCun, Bottou, Orr and
// Müller 1998, section 4.6).
func LeCunUniform(b Block) func(*rand.Rand) float64 { return uniformOf(perInput(1, b))(b) }

// LeCunNormal is the normal distribution with the variance of LeCunUniform.
func LeCunNormal(b Block) func(*rand.Rand) float64 { return normalOf(perInput(1, b))(b) }

func glorot(b Block) float64 {
	in, out := Fans(b)
	return 2 / float64(max(1, in+out))
}

func perInput(gain float64, b Block) float64 {
	in, _ := Fans(b)
	return gain / float64(max(1, in))
}

// uniformOf is the centred uniform distribution of a variance: half width √(3v).
func uniformOf(variance float64) Init {
	w := math.Sqrt(3 * variance)
	return Uniform(-w, w)
}

func normalOf(variance float64) Init { return Normal(0, math.Sqrt(variance)) }

// Fans counts the inputs and outputs that one element of a block connects: a
// block of shape [in, out] is the matrix W of y = x·W; a vector [out] or a
// single number has one input; axes before the last two (the places of a
// kernel) multiply both.
func Fans(b Block) (in, out int) {
	switch n := len(b.Shape); n {
	case 0:
		return 1, 1
	case 1:
		return 1, b.Shape[0]
	default:
		in, out = b.Shape[n-2], b.Shape[n-1]
		for _, d := range b.Shape[:n-2] {
			in, out = in*d, out*d
		}
		return in, out
	}
}

// Fill draws the block's elements of x. The stream is that of (seed, block
// name), so a block starts the same wherever it lies and whatever else the
// model holds.
func Fill[T kernel.Float](x []T, b Block, init Init, seed uint64) {
	r := stream.New(seed, "param/"+b.Name, 0)
	draw := init(b)
	view := View(x, b)
	for i := range view {
		view[i] = T(draw(r))
	}
}

// named lists the initialisers that need no numbers.
var named = map[string]Init{
	"zeros":          Zeros,
	"glorot-uniform": GlorotUniform,
	"glorot-normal":  GlorotNormal,
	"he-uniform":     HeUniform,
	"he-normal":      HeNormal,
	"lecun-uniform":  LeCunUniform,
	"lecun-normal":   LeCunNormal,
}

// InitNames lists what ByName knows, sorted.
func InitNames() []string {
	names := make([]string, 0, len(named))
	for name := range named {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// ByName finds an initialiser such as "he-normal".
func ByName(name string) (Init, error) {
	if init, ok := named[name]; ok {
		return init, nil
	}
	return nil, fmt.Errorf("param: no initialiser %q; there are %v", name, InitNames())
}
