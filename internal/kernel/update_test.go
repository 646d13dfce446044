package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// rules are the update rules with the state that they keep, all on one signature.
func rules[T Float]() map[string]func(x, g, m, v []T) {
	return map[string]func(x, g, m, v []T){
		"adam":          func(x, g, m, v []T) { AdamStep(x, x, g, m, v, 0.9, 0.999, 1e-3, 1e-8, 0) },
		"adamw":         func(x, g, m, v []T) { AdamStep(x, x, g, m, v, 0.3, 0.01, 1e-3, 1e-8, 1e-5) },
		"momentum":      func(x, g, m, v []T) { MomentumStep(x, x, g, m, 0.9, 1, 0.1) },
		"nesterov":      func(x, g, m, v []T) { NesterovStep(x, x, g, m, 0.9, 0.1) },
		"rmsprop":       func(x, g, m, v []T) { RMSPropStep(x, x, g, v, 0.9, 1e-2, 1e-8) },
		"adagrad":       func(x, g, m, v []T) { AdagradStep(x, x, g, v, 1e-2, 1e-10) },
		"lion":          func(x, g, m, v []T) { LionStep(x, x, g, m, 0.9, 0.99, 1e-4, 1e-5) },
		"adam-move":     func(x, g, m, v []T) { copy(x, g); Adam(x, m, v, 0.3, 0.01, 1e-3, 1e-8) },
		"momentum-move": func(x, g, m, v []T) { copy(x, g); Momentum(x, m, 0.9, 0.7, 0.1) },
		"nesterov-move": func(x, g, m, v []T) { copy(x, g); Nesterov(x, m, 0.9, 0.1) },
		"rmsprop-move":  func(x, g, m, v []T) { copy(x, g); RMSProp(x, v, 0.9, 1e-2, 1e-8) },
		"adagrad-move":  func(x, g, m, v []T) { copy(x, g); Adagrad(x, v, 1e-2, 1e-10) },
		"lion-move":     func(x, g, m, v []T) { copy(x, g); Lion(x, m, 0.9, 0.99, 1e-4) },
	}
}

// testUpdates holds every path to the portable one, bit for bit, over steps
// that include vanishing gradients and ones that are not finite.
func testUpdates[T Float](t *testing.T) {
	for name, rule := range rules[T]() {
		for _, n := range []int{1, 7, 8, 9, 31, 64, 100, chunk + 9} {
			var want [3][]T
			for set := portable; set <= best(); set++ {
				active = set
				rng := rand.New(rand.NewPCG(7, uint64(n)))
				x, m, v := random[T](rng, n+1), make([]T, n+1), make([]T, n+1)
				x[n], m[n], v[n] = 42, 42, 42 // must stay
				for step := range 60 {
					g := random[T](rng, n)
					if step > 5 {
						for i := range g { // the moments die away
							g[i] *= 0
							if i%3 == 0 {
								g[i] = 1e-37
							}
						}
					}
					if step == 50 && n > 2 {
						g[0], g[2] = T(math.NaN()), T(math.Inf(-1))
					}
					rule(x[:n], g, m[:n], v[:n])
				}
				got := [3][]T{x, m, v}
				for k := range got {
					if got[k][n] != 42 {
						t.Fatalf("%s n=%d on %s wrote beyond the end", name, n, isaNames[set])
					}
					if set == portable {
						want[k] = got[k]
					} else if sameBits(got[k], want[k]) >= 0 {
						t.Fatalf("%s n=%d on %s: result %d differs from the portable one", name, n, isaNames[set], k)
					}
				}
			}
		}
	}
}

func TestUpdatesAreTheSameBits(t *testing.T) {
	defer func(old isa) { active = old }(active)
	t.Run("f32", testUpdates[float32])
	t.Run("f64", testUpdates[float64])
}

// A step makes the point that the move added to the old one is, in place and
// apart from it.
func TestStepsAreTheMovesAdded(t *testing.T) {
	const decay = 1e-4
	step := map[string]func(y, x, g, m, v []float32){
		"adam":     func(y, x, g, m, v []float32) { AdamStep(y, x, g, m, v, 0.9, 0.999, 1e-3, 1e-8, decay) },
		"momentum": func(y, x, g, m, v []float32) { MomentumStep(y, x, g, m, 0.9, 0.8, 0.1) },
		"nesterov": func(y, x, g, m, v []float32) { NesterovStep(y, x, g, m, 0.9, 0.1) },
		"rmsprop":  func(y, x, g, m, v []float32) { RMSPropStep(y, x, g, v, 0.9, 1e-2, 1e-8) },
		"adagrad":  func(y, x, g, m, v []float32) { AdagradStep(y, x, g, v, 1e-2, 1e-10) },
		"lion":     func(y, x, g, m, v []float32) { LionStep(y, x, g, m, 0.9, 0.99, 1e-4, decay) },
	}
	move := map[string]func(x, g, m, v []float32){
		"adam":     func(x, g, m, v []float32) { Adam(g, m, v, 0.9, 0.999, 1e-3, 1e-8); Axpy(-decay, x, g) },
		"momentum": func(x, g, m, v []float32) { Momentum(g, m, 0.9, 0.8, 0.1) },
		"nesterov": func(x, g, m, v []float32) { Nesterov(g, m, 0.9, 0.1) },
		"rmsprop":  func(x, g, m, v []float32) { RMSProp(g, v, 0.9, 1e-2, 1e-8) },
		"adagrad":  func(x, g, m, v []float32) { Adagrad(g, v, 1e-2, 1e-10) },
		"lion":     func(x, g, m, v []float32) { Lion(g, m, 0.9, 0.99, 1e-4); Axpy(-decay, x, g) },
	}
	onEveryPath(t, func(t *testing.T) {
		for name := range step {
			rng := rand.New(rand.NewPCG(3, 3))
			const n = 77
			x, y := random[float32](rng, n), make([]float32, n)
			z := slices.Clone(x)
			var m, v, m2, v2 [n]float32
			for i := range 20 {
				g := random[float32](rng, n)
				if i%2 == 0 {
					step[name](y, x, g, m[:], v[:])
					x, y = y, x
				} else {
					step[name](x, x, g, m[:], v[:])
				}
				move[name](z, g, m2[:], v2[:])
				Add(z, z, g)
			}
			if sameBits(x, z) >= 0 || sameBits(m[:], m2[:]) >= 0 || sameBits(v[:], v2[:]) >= 0 {
				t.Errorf("%s: a step and its move added differ", name)
			}
		}
	})
}

func TestUpdatesDoNotAllocate(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		x, g, m, v := make([]float32, 1003), make([]float32, 1003), make([]float32, 1003), make([]float32, 1003)
		for name, rule := range rules[float32]() {
			if n := testing.AllocsPerRun(20, func() { rule(x, g, m, v) }); n != 0 {
				t.Errorf("%s: %v allocations", name, n)
			}
		}
	})
}

// What a rule remembers of gradients that have ended is zero in the end, and
// never denormal.
func TestMomentsAreFlushed(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		for name, rule := range rules[float32]() {
			x, g, m, v := make([]float32, 50), make([]float32, 50), make([]float32, 50), make([]float32, 50)
			for i := range g {
				g[i] = float32(i) - 25
			}
			for range 2000 {
				rule(x, g, m, v)
				clear(g)
				for i := range m {
					for _, r := range []float32{m[i], v[i]} {
						if r != 0 && math.Abs(float64(r)) < 0x1p-126 {
							t.Fatalf("%s remembers the denormal %g", name, r)
						}
					}
				}
			}
		}
	})
}

func BenchmarkUpdate(b *testing.B) {
	defer func(old isa) { active = old }(active)
	for name, rule := range rules[float32]() {
		for set := portable; set <= best(); set++ {
			b.Run(fmt.Sprintf("%s/f32/%s", name, isaNames[set]), func(b *testing.B) {
				active = set
				benchUpdate(b, 1<<12, rule, 1)
			})
		}
	}
}

// A run whose gradients have all but ended must not be slower than one at its
// start: the moments of gradients of size 1e-25 and 0 decay towards denormals.
func BenchmarkAdamLongRun(b *testing.B) {
	for _, size := range []float32{1, 1e-15, 1e-25, 1e-38, 0} {
		b.Run(fmt.Sprintf("gradient=%g", size), func(b *testing.B) {
			benchUpdate(b, 1<<12, rules[float32]()["adam"], size)
		})
	}
}

// benchUpdate lets the moments of gradients around 1 decay for 20,000 steps
// under gradients of the given size and then times steps.
func benchUpdate(b *testing.B, n int, rule func(x, g, m, v []float32), size float32) {
	rng := rand.New(rand.NewPCG(1, 1))
	x, g, m, v := random[float32](rng, n), random[float32](rng, n), make([]float32, n), make([]float32, n)
	rule(x, g, m, v)
	Scale(size, g)
	if size != 1 {
		for range 20000 {
			rule(x, g, m, v)
		}
	}
	for b.Loop() {
		rule(x, g, m, v)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/parameter")
}
