package main

import (
	"fmt"
	"math/rand/v2"

	"descent/internal/kernel"
	"descent/internal/numtext"
)

// gemmSection compares matrix products with OpenBLAS as NumPy ships it.
func gemmSection(b *bench) {
	shapes := [][3]int{{64, 64, 64}, {128, 128, 128}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024}, {2048, 2048, 2048},
		{16, 256, 784}, {128, 256, 784}, {1024, 256, 784}, {784, 256, 128}, {128, 10, 128}, {1024, 10, 128}}
	for _, n := range []int{1, 2} {
		var rows []row
		for _, s := range shapes {
			for _, trans := range []string{"NN", "NT", "TN", "TT"} {
				if trans != "NN" && s[0] != 512 && s[0] != 128 && s[0] != 784 {
					continue
				}
				rows = append(rows, gemmRow[float32]("f32", trans, s, n), gemmRow[float64]("f64", trans, s, n))
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
