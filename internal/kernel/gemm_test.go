package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func testGemm[T Float](t *testing.T, eps float64) {
	rng := rand.New(rand.NewPCG(3, 4))
	shapes := [][3]int{{1, 1, 1}, {4, 4, 4}, {5, 3, 7}, {16, 10, 33}, {2, 9, 300}, {13, 17, 600}, {3, 4, 0}, {25, 33, 70}, {37, 65, 257}, {250, 40, 20}, {7, 1030, 5}, {32, 64, 48}, {33, 80, 300}, {250, 140, 300}, {300, 1, 70}, {5, 1, 600}, {1, 90, 300}, {1, 1, 5}, {301, 1, 28}, {3, 1, 32}, {258, 1, 9}, {28, 1, 301}, {32, 1, 2}}
	for _, s := range shapes {
		for variant := range 8 {
			transA, transB, beta := variant&1 != 0, variant&2 != 0, T(variant>>2)*0.5
			m, n, k := s[0], s[1], s[2]
			if testing.Short() && m*n*k > 1<<22 && variant%3 > 0 {
				continue
			}
			lda, ldb, ldc := k+2, n+3, n+1
			if s[0] == 250 { // rows a power of two apart
				lda = k + 212
			}
			if s[0] == 32 { // nothing beside the matrices
				lda, ldb, ldc = k, n, n
			}
			if s[1] == 1 { // a vector, contiguous
				ldb, ldc = 1, 1
			}
			rowsA, rowsB := m, k
			if transA {
				lda, rowsA = lda-k+m, k
			}
			if transA && s[0] == 250 {
				lda = 512
			}
			if transB {
				ldb, rowsB = ldb-n+k, n
			}
			a, b, c := random[T](rng, rowsA*lda), random[T](rng, rowsB*ldb), random[T](rng, m*ldc)
			at := func(i, p int) T {
				if transA {
					return a[p*lda+i]
				}
				return a[i*lda+p]
			}
			bt := func(p, j int) T {
				if transB {
					return b[j*ldb+p]
				}
				return b[p*ldb+j]
			}
			before := append([]T(nil), c...)
			if beta == 0 {
				for i := range m {
					c[i*ldc] = T(math.NaN()) // must not be read
				}
			}
			Gemm(transA, transB, m, n, k, 2, a, lda, b, ldb, beta, c, ldc)
			for i := range m {
				for j := range n {
					want, abs := float64(beta*before[i*ldc+j]), math.Abs(float64(before[i*ldc+j]))
					for p := range k {
						v := 2 * float64(at(i, p)) * float64(bt(p, j))
						want, abs = want+v, abs+math.Abs(v)
					}
					if got := float64(c[i*ldc+j]); !(math.Abs(got-want) <= eps*float64(k+4)*abs) {
						t.Fatalf("%v transA=%v transB=%v beta=%v at %d,%d: %g, want %g", s, transA, transB, beta, i, j, got, want)
					}
				}
				if n < ldc && c[i*ldc+n] != before[i*ldc+n] {
					t.Fatalf("%v: wrote beyond row %d", s, i)
				}
			}
		}
	}
}

func TestGemm(t *testing.T) {
	onEveryPath(t, testGemmBoth)
}

func testGemmBoth(t *testing.T) {
	t.Run("f32", func(t *testing.T) { testGemm[float32](t, 0x1p-24) })
	t.Run("f64", func(t *testing.T) { testGemm[float64](t, 0x1p-53) })
}

// BenchmarkGemm names the element type, the transpositions, M×N×K and the
// threads.
func BenchmarkGemm(b *testing.B) {
	b.Run("f32", benchGemm[float32])
	b.Run("f64", benchGemm[float64])
}

// gemmShapes are squares, and the products of a network 784-256-128-10: forward
// (NN), gradient of the weights (TN) and of the inputs (NT).
func gemmShapes() (all []string) {
	for _, n := range []int{64, 128, 256, 512, 1024, 2048} {
		for _, trans := range []string{"NN", "NT", "TN", "TT"} {
			all = append(all, fmt.Sprintf("%s/%dx%dx%d", trans, n, n, n))
		}
	}
	layers := []int{784, 256, 128, 10}
	for _, batch := range []int{16, 128, 1024} {
		for l, in := range layers[:3] {
			out := layers[l+1]
			all = append(all, fmt.Sprintf("NN/%dx%dx%d", batch, out, in), fmt.Sprintf("TN/%dx%dx%d", in, out, batch), fmt.Sprintf("NT/%dx%dx%d", batch, in, out))
		}
	}
	return append(all, "NN/1000x1000x1000", "NT/128x10x128", "TT/128x10x128")
}

func benchGemm[T Float](b *testing.B) {
	for _, name := range gemmShapes() {
		for threads := 1; threads <= 2; threads++ {
			b.Run(fmt.Sprintf("%s/threads=%d", name, threads), func(b *testing.B) {
				var trans string
				var m, n, k int
				if _, err := fmt.Sscanf(name, "%2s/%dx%dx%d", &trans, &m, &n, &k); err != nil {
					b.Fatal(err)
				}
				rng := rand.New(rand.NewPCG(1, 1))
				x, y, c := append(Make[T](m * k)[:0], random[T](rng, m*k)...), append(Make[T](k * n)[:0], random[T](rng, k*n)...), Make[T](m*n)
				lda, ldb := k, n
				if trans[0] == 'T' {
					lda = m
				}
				if trans[1] == 'T' {
					ldb = k
				}
				defer StartThreads(threads)()
				for b.Loop() {
					Gemm(trans[0] == 'T', trans[1] == 'T', m, n, k, 1, x, lda, y, ldb, 0, c, n)
				}
				b.ReportMetric(2*float64(m*n*k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
