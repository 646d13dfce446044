package optim

import (
	"math"
	"math/rand/v2"
	"testing"

	"descent/internal/kernel"
)

// remembered fills a history with pairs of a convex quadratic whose curvatures
// lie between 1 and 10, and keeps the plain pairs in order of age.
func remembered[T Float](rng *rand.Rand, m, n, pairs int) (h *history[T], s, y [][]T) {
	h = newHistory[T](m, n)
	h.forget(1)
	x0, g0, scratch := normal[T](rng, n), make([]T, n), make([]T, n)
	gradient := func(x, g []T) {
		for i, v := range x {
			g[i] = T(1+9*float64(i)/float64(n)) * v
		}
	}
	gradient(x0, g0)
	for range pairs {
		x1, g1 := normal[T](rng, n), make([]T, n)
		gradient(x1, g1)
		h.direction(scratch, g0)
		h.remember(x1, x0, g1, g0, 1, scratch)
		ds, dy := make([]T, n), make([]T, n)
		kernel.Sub(ds, x1, x0)
		kernel.Sub(dy, g1, g0)
		s, y = append(s, ds), append(y, dy)
		x0, g0 = x1, g1
	}
	first := max(0, pairs-m)
	return h, s[first:], y[first:]
}

func normal[T Float](rng *rand.Rand, n int) []T {
	v := make([]T, n)
	for i := range v {
		v[i] = T(rng.NormFloat64())
	}
	return v
}

// product is H·g by the update of H itself, pair by pair from γ·I on,
//
//	H ← (I − ρ·s·yᵀ)·H·(I − ρ·y·sᵀ) + ρ·s·sᵀ,   ρ = 1/sᵀy
//
// (Nocedal and Wright, Numerical Optimization, eq. 7.16).
func product[T Float](s, y [][]T, gamma float64, g []T) []T {
	out := make([]T, len(g))
	last := len(s) - 1
	if last < 0 {
		kernel.AddScaled(out, T(gamma), g, out)
		return out
	}
	sy := kernel.Dot(s[last], y[last])
	sg := kernel.Dot(s[last], g) / sy
	v := make([]T, len(g))
	kernel.AddScaled(v, T(-sg), y[last], g)
	v = product(s[:last], y[:last], gamma, v)
	kernel.AddScaled(out, T(sg-kernel.Dot(y[last], v)/sy), s[last], v)
	return out
}

func testDirection[T Float](t *testing.T, tol float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 3, 7, 8, 63, 64, 129, 1000, 9000} {
		for _, m := range []int{1, 3, 10} {
			for _, pairs := range []int{0, 1, 2, m, m + 2, 3*m + 1} {
				h, s, y := remembered[T](rng, m, n, pairs)
				g, d := normal[T](rng, n), make([]T, n)
				slope := h.direction(d, g)
				want := product(s, y, h.gamma(), g)
				size := norm(want)
				if dot := kernel.Dot(g, d); math.Abs(slope-dot) > tol*size*norm(g) {
					t.Errorf("n = %d, %d pairs of %d: slope %g, product %g", n, pairs, m, slope, dot)
				}
				kernel.Axpy(1, d, want)
				if off := norm(want); !(off <= tol*size) {
					t.Errorf("n = %d, %d pairs of %d: direction off by %g of %g", n, pairs, m, off, size)
				}
			}
		}
	}
}

func TestDirectionIsTheProductWithH(t *testing.T) {
	t.Run("f32", func(t *testing.T) { testDirection[float32](t, 1e-4) })
	t.Run("f64", func(t *testing.T) { testDirection[float64](t, 1e-12) })
}

// TestDirectionWithoutDigits spoils the products among the pairs, as rounding
// would: the direction must then come from the vectors.
func TestDirectionWithoutDigits(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	h, s, y := remembered[float64](rng, 4, 100, 6)
	for j := range 4 {
		for i := range 4 {
			if i != j {
				h.gram[i*4+j] *= 1.5
			}
		}
	}
	g, d := normal[float64](rng, 100), make([]float64, 100)
	if _, ok := h.combination(d, g); ok {
		t.Error("a direction of spoilt products was taken for good")
	}
	h.direction(d, g)
	want := product(s, y, h.gamma(), g)
	size := norm(want)
	if kernel.Axpy(1, d, want); !(norm(want) <= 1e-12*size) {
		t.Errorf("direction off by %g of %g", norm(want), size)
	}
}
