package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"descent/internal/kernel"
	"descent/internal/numtext"
)

// products are the shapes M, N, K that are compared, with their transpositions:
// squares, and what a network 784-256-128-10 takes at batches of 16, 128 and
// 1024 forward (NN), for the gradient of weights (TN) and of inputs (NT).
var products = []struct {
	shape [3]int
	trans string
}{
	{[3]int{64, 64, 64}, "NN"}, {[3]int{128, 128, 128}, "NN NT TN TT"}, {[3]int{256, 256, 256}, "NN"},
	{[3]int{512, 512, 512}, "NN NT TN TT"}, {[3]int{1024, 1024, 1024}, "NN"}, {[3]int{2048, 2048, 2048}, "NN"},
	{[3]int{16, 256, 784}, "NN"}, {[3]int{784, 256, 16}, "TN"}, {[3]int{16, 256, 128}, "NT"},
	{[3]int{128, 256, 784}, "NN NT TN TT"}, {[3]int{784, 256, 128}, "NN NT TN TT"}, {[3]int{128, 256, 128}, "NT"},
	{[3]int{1024, 256, 784}, "NN"}, {[3]int{784, 256, 1024}, "TN"}, {[3]int{1024, 256, 128}, "NT"},
	{[3]int{16, 10, 128}, "NN"}, {[3]int{128, 10, 128}, "NN NT TN TT"}, {[3]int{1024, 10, 128}, "NN"},
}

// gemmSection compares matrix products with OpenBLAS as NumPy ships it.
func gemmSection(b *bench) {
	for _, n := range []int{1, 2} {
		var rows []row
		for _, p := range products {
			for _, trans := range strings.Fields(p.trans) {
				rows = append(rows, gemmRow[float32]("f32", trans, p.shape, n), gemmRow[float64]("f64", trans, p.shape, n))
			}
		}
		b.section(fmt.Sprintf("Matrix products, threads=%d", n), "OpenBLAS, AVX-512 kernel", rows)
	}
}

func gemmRow[T kernel.Float](name, trans string, s [3]int, n int) row {
	m, cols, k := s[0], s[1], s[2]
	const seconds = 0.03
	var x, y, c []T
	ours := func() (float64, string, error) {
		defer kernel.StartThreads(n)()
		if x == nil {
			x, y, c = random[T](m*k), random[T](k*cols), kernel.Make[T](m*cols)
		}
		lda, ldb := k, cols
		if trans[0] == 'T' {
			lda = m
		}
		if trans[1] == 'T' {
			ldb = k
		}
		f := func() {
			kernel.Gemm(trans[0] == 'T', trans[1] == 'T', m, cols, k, 1, x, lda, y, ldb, 0, c, cols)
		}
		f()
		return repeat(f, seconds), "", nil
	}
	return row{
		name: fmt.Sprintf("%s %s %d×%d×%d", name, trans, m, cols, k), env: threads(n, "SkylakeX"), ours: ours,
		peer: request{"op": "gemm", "type": name, "m": m, "n": cols, "k": k, "trans": trans, "seconds": seconds},
		rate: func(t float64) string { return numtext.Short(2*float64(m*cols*k)/t/1e9, 3) + " GFLOP/s" },
	}
}

func random[T kernel.Float](n int) []T {
	rng := rand.New(rand.NewPCG(1, 1))
	x := kernel.Make[T](n)
	for i := range x {
		x[i] = T(rng.NormFloat64())
	}
	return x
}

// elementwiseSection compares elementary functions with PyTorch's.
func elementwiseSection(b *bench) {
	var rows []row
	x, y := random[float32](1<<16), make([]float32, 1<<16)
	for _, f := range []struct {
		name string
		f    func(dst, src []float32)
	}{{"exp", kernel.Exp[float32]}, {"tanh", kernel.Tanh[float32]}, {"sigmoid", kernel.Sigmoid[float32]}} {
		rows = append(rows, row{
			name: f.name, env: threads(1, ""), peer: request{"op": "elementwise", "function": f.name, "seconds": 0.02},
			ours: func() (float64, string, error) { return repeat(func() { f.f(y, x) }, 0.02) / (1 << 16), "", nil },
			rate: duration,
		})
	}
	b.section("Elementary functions, float32, 65,536 numbers, one thread, an element", "PyTorch", rows)
}
