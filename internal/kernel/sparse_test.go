package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomCSR has about the given number of non-zeros a row, and rows without any.
func randomCSR[T Float](t testing.TB, rng *rand.Rand, rows, cols, each int) *CSR[T] {
	start := []int64{0}
	var index []int32
	var value []T
	for range rows {
		for range rng.IntN(2*each + 1) {
			index, value = append(index, int32(rng.IntN(cols))), append(value, T(rng.NormFloat64()))
		}
		start = append(start, int64(len(value)))
	}
	m, err := NewCSR(rows, cols, start, index, value)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// plainMul is A·X, or Aᵀ·X, in float64, and the sum of sizes to judge errors by.
func plainMul[T Float](m *CSR[T], x []T, k int, transposed bool) (y, size []float64) {
	n := m.Rows
	if transposed {
		n = m.Cols
	}
	y, size = make([]float64, n*k), make([]float64, n*k)
	for i := range m.Rows {
		for p := m.Start[i]; p < m.Start[i+1]; p++ {
			to, from := i, int(m.Index[p])
			if transposed {
				to, from = from, to
			}
			for c := range k {
				v := float64(m.Value[p]) * float64(x[from*k+c])
				y[to*k+c] += v
				size[to*k+c] += math.Abs(v)
			}
		}
	}
	return y, size
}

func testCSR[T Float](t *testing.T, eps float64) {
	rng := rand.New(rand.NewPCG(9, 9))
	for _, s := range [][3]int{{1, 1, 1}, {7, 5, 2}, {300, 40, 9}, {2000, 500, 75}, {40, 3000, 30}, {5, 4, 0}} {
		m := randomCSR[T](t, rng, s[0], s[1], s[2])
		for _, k := range []int{1, 3, 10, 16, 33} {
			x, u := random[T](rng, m.Cols*k), random[T](rng, m.Rows*k)
			y, z := random[T](rng, m.Rows*k), random[T](rng, m.Cols*k)
			m.Mul(y, x, k)
			m.MulT(z, u, k)
			v := make([]T, m.Cols*k)
			m.Transposed().Mul(v, u, k)
			for _, c := range []struct {
				name       string
				got, x     []T
				transposed bool
			}{{"Mul", y, x, false}, {"MulT", z, u, true}, {"Transposed", v, u, true}} {
				want, size := plainMul(m, c.x, k, c.transposed)
				for i, w := range want {
					if d := math.Abs(float64(c.got[i]) - w); !(d <= 200*eps*size[i]) {
						t.Fatalf("%s of %v times %d columns: entry %d is %g, want %g", c.name, s, k, i, c.got[i], w)
					}
				}
			}
		}
	}
}

func TestCSR(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		t.Run("f32", func(t *testing.T) { testCSR[float32](t, 0x1p-24) })
		t.Run("f64", func(t *testing.T) { testCSR[float64](t, 0x1p-53) })
	})
}

func TestCSRIsTheSameOnAnyNumberOfThreads(t *testing.T) {
	m := randomCSR[float32](t, rand.New(rand.NewPCG(2, 2)), 4000, 700, 75)
	if len(m.shards) < 3 || len(m.cuts) < 3 {
		t.Fatalf("the matrix is too small to be split: %d and %d units", len(m.cuts)-1, len(m.shards)-1)
	}
	var one [2][]float32
	for _, threads := range []int{1, 2, 3} {
		stop := StartThreads(threads)
		for _, k := range []int{1, 4} {
			rng := rand.New(rand.NewPCG(3, 3))
			x, u := random[float32](rng, m.Cols*k), random[float32](rng, m.Rows*k)
			y, z := make([]float32, m.Rows*k), make([]float32, m.Cols*k)
			m.Mul(y, x, k)
			m.MulT(z, u, k)
			if k > 1 {
				continue
			}
			if threads == 1 {
				one = [2][]float32{y, z}
			} else if sameBits(y, one[0]) >= 0 || sameBits(z, one[1]) >= 0 {
				t.Errorf("%d threads give other bits than one", threads)
			}
			if n := testing.AllocsPerRun(5, func() { m.Mul(y, x, k); m.MulT(z, u, k) }); n != 0 {
				t.Errorf("%v allocations in products on %d threads", n, threads)
			}
		}
		stop()
	}
}

func TestNewCSRRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		rows, cols int
		start      []int64
		index      []int32
		n          int
	}{
		"too few offsets":    {2, 2, []int64{0, 1}, []int32{0}, 1},
		"first offset":       {1, 2, []int64{1, 1}, []int32{0}, 1},
		"last offset":        {1, 2, []int64{0, 2}, []int32{0}, 1},
		"falling offsets":    {3, 2, []int64{0, 2, 1, 2}, []int32{0, 1}, 2},
		"column too large":   {1, 2, []int64{0, 1}, []int32{2}, 1},
		"negative column":    {1, 2, []int64{0, 1}, []int32{-1}, 1},
		"columns and values": {1, 2, []int64{0, 1}, []int32{0, 1}, 1},
	} {
		if _, err := NewCSR(c.rows, c.cols, c.start, c.index, make([]float64, c.n)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func BenchmarkCSR(b *testing.B) {
	m := randomCSR[float32](b, rand.New(rand.NewPCG(1, 1)), 20000, 50000, 75)
	for _, k := range []int{1, 16} {
		x, y := make([]float32, m.Cols*k), make([]float32, m.Rows*k)
		for _, threads := range []int{1, 2} {
			for name, f := range map[string]func(){"Mul": func() { m.Mul(y, x, k) }, "MulT": func() { m.MulT(x, y, k) }} {
				b.Run(fmt.Sprintf("%s/f32/columns=%d/threads=%d", name, k, threads), func(b *testing.B) {
					defer StartThreads(threads)()
					for b.Loop() {
						f()
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(m.Value)), "ns/non-zero")
				})
			}
		}
	}
}

// TestRenumber: the columns that are left are those with entries, in their
// order, and the product is that of the rows of x that they name.
func TestRenumber(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	m := randomCSR[float64](t, rng, 30, 500, 4)
	x, k := random[float64](rng, 500*3), 3
	want, _ := plainMul(m, x, k, false)
	batch := m.Slice(0, 0, 30)
	columns := NewColumns(500)
	var list []int32
	order := make([]int, 30)
	for i := range order {
		order[i] = i
	}
	allocs := testing.AllocsPerRun(5, func() {
		batch.Gather(m, order)
		list = Renumber(batch, columns)
	})
	if allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
	few := make([]float64, 0, len(list)*k)
	for _, j := range list {
		few = append(few, x[int(j)*k:][:k]...)
	}
	if batch.Cols != len(list) || len(list) == 500 {
		t.Fatalf("%d columns, %d named", batch.Cols, len(list))
	}
	got := make([]float64, 30*k)
	batch.Mul(got, few, k)
	for i := range got {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Fatalf("entry %d is %v, want %v", i, got[i], want[i])
		}
	}
	if !slices.IsSorted(list) || slices.Max(columns.bits) != 0 {
		t.Errorf("columns %v, %v left", list, columns.bits)
	}
}
