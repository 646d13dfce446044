package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactRow is log Σ exp(x) and the softmax of x in float64 at least as exact as
// twice its digits, by sums of exponentials of what is below the largest.
func exactRow[T Float](x []T) (lse float64, shares []sample) {
	top := math.Inf(-1)
	for _, v := range x {
		top = max(top, float64(v))
	}
	sum := new(big.Float).SetPrec(120)
	exps := make([]*big.Float, len(x))
	for i, v := range x {
		d := new(big.Float).SetPrec(120).Sub(big.NewFloat(float64(v)), big.NewFloat(top))
		exps[i] = bigExp(d)
		sum.Add(sum, exps[i])
	}
	for _, e := range exps {
		q := new(big.Float).SetPrec(120).Quo(e, sum)
		v, _ := q.Float64()
		rest, _ := q.Sub(q, big.NewFloat(v)).Float64()
		shares = append(shares, sample{value: v, rest: rest})
	}
	s, _ := sum.Float64()
	return top + math.Log(s), shares
}

// bigExp is e to the power x for x ≤ 0, by the series of x/2ᵏ.
func bigExp(x *big.Float) *big.Float {
	const halvings = 20
	y := new(big.Float).SetPrec(160).Quo(x, big.NewFloat(1<<halvings))
	sum, term := big.NewFloat(1).SetPrec(160), big.NewFloat(1).SetPrec(160)
	for k := 1; k < 25; k++ {
		term.Mul(term, y).Quo(term, big.NewFloat(float64(k)))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

func testSoftmaxRows[T Float](t *testing.T, bound, least float64) {
	rng := rand.New(rand.NewPCG(3, 1))
	worst, worstLog := 0.0, 0.0
	for _, n := range []int{1, 2, 3, 7, 8, 9, 10, 15, 16, 17, 31, 33, 64, 100, 257} {
		const rows = 3
		x := random[T](rng, rows*n)
		for i := range x {
			x[i] *= T([]float64{0.1, 3, 30}[i/n])
		}
		lse, p := make([]T, rows+1), make([]T, rows*n+1)
		lse[rows], p[rows*n] = 42, 42
		LogSumExpRows(lse[:rows], x, n)
		SoftmaxRows(p[:rows*n], x, n)
		if lse[rows] != 42 || p[rows*n] != 42 {
			t.Fatalf("n = %d: wrote beyond the end", n)
		}
		for r := range rows {
			row := x[r*n:][:n]
			want, shares := exactRow(row)
			scale := max(math.Abs(want), math.Abs(Largest(row)), math.Log(float64(n)))
			if u := math.Abs(float64(lse[r])-want) / ulpOf[T](scale); !(u <= 2) {
				t.Errorf("n = %d, row %d: log-sum-exp %g, want %g: %.2f ulp", n, r, lse[r], want, u)
			} else {
				worstLog = max(worstLog, u)
			}
			for i, s := range shares {
				got := p[r*n+i]
				if u := math.Abs(float64(got)-s.value-s.rest) / max(ulpOf[T](s.value), least); !(u <= bound) {
					t.Errorf("n = %d, row %d: share %d is %g, want %g: %.2f ulp", n, r, i, got, s.value, u)
				} else {
					worst = max(worst, u)
				}
			}
		}
	}
	t.Logf("largest error %.2f ulp of a share, %.2f of a log-sum-exp", worst, worstLog)
}

// ulpOf is the unit in the last place of a number in T.
func ulpOf[T Float](x float64) float64 {
	x = math.Abs(x)
	if _, single := any(T(0)).(float32); single {
		return float64(math.Nextafter32(float32(x), float32(math.Inf(1)))) - float64(float32(x))
	}
	return math.Nextafter(x, math.Inf(1)) - x
}

func TestSoftmaxRows(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		t.Run("f32", func(t *testing.T) { testSoftmaxRows[float32](t, 2, 0x1p-149) })
		t.Run("f64", func(t *testing.T) { testSoftmaxRows[float64](t, 4, 5e-324) })
	})
}

// TestLongSoftmax joins chunks: the shares of a row longer than a chunk add to
// 1, and masked elements have none.
func TestLongSoftmax(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		n := 2*chunk + 77
		x := random[float64](rand.New(rand.NewPCG(5, 5)), n)
		for i := chunk; i < 2*chunk; i++ {
			x[i] = math.Inf(-1)
		}
		lse, shares := exactRow(x[:chunk])
		last, _ := exactRow(x[2*chunk:])
		want := lse + math.Log1p(math.Exp(last-lse))
		p, got := make([]float64, n), make([]float64, 1)
		LogSumExpRows(got, x, n)
		SoftmaxRows(p, x, n)
		if math.Abs(got[0]-want) > 1e-13 {
			t.Errorf("log-sum-exp %v, want %v", got[0], want)
		}
		for i, s := range shares {
			if v := s.value * math.Exp(lse-want); math.Abs(p[i]-v) > 1e-13*v {
				t.Fatalf("share %d is %v, want %v", i, p[i], v)
			}
		}
		if s := Sum(p); math.Abs(s-1) > 1e-12 || p[chunk] != 0 || p[2*chunk-1] != 0 {
			t.Errorf("shares add to %v; those of −∞ are %v and %v", s, p[chunk], p[2*chunk-1])
		}
	})
}

func TestSoftmaxAtInfinity(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	onEveryPath(t, func(t *testing.T) {
		for _, c := range []struct {
			x      []float64
			lse, p float64 // p is the last share
		}{
			{[]float64{0, 0}, math.Ln2, 0.5},
			{[]float64{1e308, -1e308}, 1e308, 0},
			{[]float64{0, -inf}, 0, 0},
			{[]float64{-inf, 5}, 5, 1},
			{[]float64{-inf, -inf}, -inf, nan},
			{[]float64{0, inf}, inf, nan},
			{[]float64{inf, nan}, nan, nan},
			{[]float64{nan, 1, 2, 3, 4, 5, 6, 7, 8, 9}, nan, nan},
			{[]float64{1, 2, 3, 4, 5, 6, 7, 8, nan}, nan, nan},
		} {
			lse, p := make([]float64, 1), make([]float64, len(c.x))
			LogSumExpRows(lse, c.x, len(c.x))
			SoftmaxRows(p, c.x, len(c.x))
			if last := p[len(p)-1]; !equal(lse[0], c.lse) || !equal(last, c.p) {
				t.Errorf("%v: log-sum-exp %v, last share %v; want %v, %v", c.x, lse[0], last, c.lse, c.p)
			}
		}
	})
}

func TestSoftmaxDoesNotAllocate(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		x, lse := make([]float32, 100*10), make([]float32, 100)
		if n := testing.AllocsPerRun(50, func() { LogSumExpRows(lse, x, 10); SoftmaxRows(x, x, 10) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

func testColumnSums[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 2))
	for _, w := range []int{1, 8, 9, 15, 16, 17, 31, 40, 64, 65, 130, 200} {
		for _, rows := range []int{0, 1, 2, 7, 8, 9, 128, 129, 300} {
			stride := w + rng.IntN(5)
			x, total, part := random[T](rng, rows*stride+w), make([]float64, w+1), make([]float64, w)
			total[w] = 42
			ColumnSums(total[:w], part, x, stride, rows)
			if total[w] != 42 {
				t.Fatalf("%d columns: wrote beyond the end", w)
			}
			for j := range w {
				want := 0.0
				for i := 0; i < rows; i += rowsInBlock {
					want += columnSum(x[i*stride+j:], stride, min(rowsInBlock, rows-i))
				}
				if total[j] != want {
					t.Fatalf("%d rows of %d: column %d adds to %v, want the bits of %v", rows, w, j, total[j], want)
				}
			}
		}
	}
}

func TestColumnSums(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		t.Run("f32", testColumnSums[float32])
		t.Run("f64", testColumnSums[float64])
	})
}

// FuzzRows holds the kernels over rows to their portable twins, with numbers of
// every kind.
func FuzzRows(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, seed uint64, length uint16, offset uint8) {
		fuzzRows[float32](t, seed, length, offset)
		fuzzRows[float64](t, seed, length, offset)
	})
}

func fuzzRows[T Float](t *testing.T, seed uint64, length uint16, offset uint8) {
	v := fuzzVectors[T](seed, length, offset)
	if len(v[0]) == 0 {
		return
	}
	n := 1 + int(seed%uint64(len(v[0])))
	rows := len(v[0]) / n
	fuzzKernels(t, v, map[string]func(v [3][]T) float64{
		"softmax": func(v [3][]T) float64 { SoftmaxRows(v[0][:rows*n], v[1], n); return 0 },
	}, within[T](4))
	fuzzKernels(t, v, map[string]func(v [3][]T) float64{
		"columns": func(v [3][]T) float64 {
			total, part := make([]float64, n), make([]float64, n)
			ColumnSums(total, part, v[0], n, rows)
			for j := range total {
				v[1][j] = T(total[j])
			}
			return 0
		},
	}, equal[T])
	fuzzKernels(t, v, map[string]func(v [3][]T) float64{
		"log-sum-exp": func(v [3][]T) float64 {
			LogSumExpRows(v[0][:rows], v[1], n)
			for r := range rows { // to the size that errors are measured by
				size := math.Abs(Largest(v[1][r*n:][:n])) + math.Log(float64(n))
				v[0][r] += T(math.Copysign(size, float64(v[0][r])))
			}
			return 0
		},
	}, within[T](2))
}

func BenchmarkRowKernels(b *testing.B) {
	rng := rand.New(rand.NewPCG(6, 2))
	x, lse, p := random[float32](rng, 1024*256), make([]float32, 1024), make([]float32, 1024*256)
	total, part := make([]float64, 256), make([]float64, 256)
	for name, f := range map[string]func(){
		"logsumexp/1024x10": func() { LogSumExpRows(lse, x, 10) }, "softmax/1024x10": func() { SoftmaxRows(p[:10240], x, 10) },
		"logsumexp/1024x256": func() { LogSumExpRows(lse, x, 256) }, "softmax/1024x256": func() { SoftmaxRows(p, x, 256) },
		"columns/1024x256": func() { ColumnSums(total, part, x, 256, 1024) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
		})
	}
}
