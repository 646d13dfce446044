package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

// fullRows are rows of normal numbers, and the same as plain vectors.
func fullRows[T Float](rng *rand.Rand, rows, n int) (*Rows[T], [][]T) {
	r, plain := NewRows[T](rows, n), make([][]T, rows)
	zero := make([]T, n)
	for i := 0; i+1 < rows; i += 2 {
		plain[i], plain[i+1] = random[T](rng, n), random[T](rng, n)
		r.Difference(i, i+1, plain[i], zero, plain[i+1], zero)
	}
	return r, plain
}

// testRows holds the passes to plain vectors, summed without rounding.
func testRows[T Float](t *testing.T, eps float64) {
	rng := rand.New(rand.NewPCG(7, 8))
	lengths := []int{1, 2, narrow - 1, narrow, 63, 64, 65, 127, 128, 129, 200, block + 1, 1000, block, 2*block + 64, 3*block + 300}
	if testing.Short() {
		lengths = lengths[:12]
	}
	for _, n := range lengths {
		r, plain := fullRows[T](rng, 6, n)
		for _, k := range []int{1, 2, 5, 6} {
			g, out := random[T](rng, n+1)[:n:n], make([]float64, k)
			r.Project(out, g)
			for row, got := range out {
				want, size := exactDot(plain[row], g)
				if math.Abs(got-want) > 64*eps*size {
					t.Errorf("n = %d: product of row %d of %d: %g, want %g", n, row, k, got, want)
				}
				if d := r.Dot(row, g); math.Abs(d-want) > 64*eps*size {
					t.Errorf("n = %d: Dot of row %d: %g, want %g", n, row, d, want)
				}
			}
			testCombine(t, r, plain, g, random[T](rng, k+1), eps)
		}
		testDifference(t, rng, r, n, eps)
	}
}

func testCombine[T Float](t *testing.T, r *Rows[T], plain [][]T, g, c []T, eps float64) {
	n, k := len(g), len(c)-1
	dst := make([]T, n+1)
	dst[n] = 42
	dot := r.Combine(dst[:n], g, c)
	if dst[n] != 42 {
		t.Fatalf("n = %d: Combine wrote beyond the end", n)
	}
	for i, got := range dst[:n] {
		want := float64(c[k]) * float64(g[i])
		size := math.Abs(want)
		for row, a := range c[:k] {
			term := float64(a) * float64(plain[row][i])
			want, size = want+term, size+math.Abs(term)
		}
		if math.Abs(float64(got)-want) > 8*eps*size {
			t.Fatalf("n = %d, %d rows: element %d is %g, want %g", n, k, i, got, want)
		}
	}
	if want, size := exactDot(dst[:n], g); math.Abs(dot-want) > 64*eps*size {
		t.Errorf("n = %d, %d rows: product with g %g, want %g", n, k, dot, want)
	}
}

func testDifference[T Float](t *testing.T, rng *rand.Rand, r *Rows[T], n int, eps float64) {
	x1, x0, g1, g0 := random[T](rng, n), random[T](rng, n), random[T](rng, n), random[T](rng, n)
	sy, yy := r.Difference(2, 5, x1, x0, g1, g0)
	s, y := make([]T, n), make([]T, n)
	r.Axpy(1, 2, s)
	r.Axpy(1, 5, y)
	for i := range s {
		if s[i] != x1[i]-x0[i] || y[i] != g1[i]-g0[i] {
			t.Fatalf("n = %d: rows hold %g and %g at %d, want %g and %g", n, s[i], y[i], i, x1[i]-x0[i], g1[i]-g0[i])
		}
	}
	for name, c := range map[string]struct {
		got  float64
		a, b []T
	}{"s·y": {sy, s, y}, "y·y": {yy, y, y}} {
		if want, size := exactDot(c.a, c.b); math.Abs(c.got-want) > 64*eps*size {
			t.Errorf("n = %d: %s is %g, want %g", n, name, c.got, want)
		}
	}
	r.Clear(2)
	clear(s)
	if r.Axpy(1, 2, s); slices.ContainsFunc(s, func(v T) bool { return v != 0 }) {
		t.Errorf("n = %d: a cleared row is not zero", n)
	}
}

func TestRows(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		t.Run("f32", func(t *testing.T) { testRows[float32](t, 0x1p-24) })
		t.Run("f64", func(t *testing.T) { testRows[float64](t, 0x1p-53) })
	})
}

func TestRowsDoNotAllocate(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(9, 10))
		r, _ := fullRows[float64](rng, 4, 2*block+3)
		g, d, c, out := random[float64](rng, r.n), random[float64](rng, r.n), random[float64](rng, 5), make([]float64, 4)
		if n := testing.AllocsPerRun(20, func() {
			r.Project(out, g)
			r.Combine(d, g, c)
			r.Difference(0, 1, g, d, d, g)
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

// BenchmarkRows reads twenty rows, as L-BFGS with ten pairs does.
func BenchmarkRows(b *testing.B) {
	for _, n := range []int{2, 8, 64, 100, 1000, 1024, 10000} {
		rng := rand.New(rand.NewPCG(9, 10))
		r, _ := fullRows[float64](rng, 20, n)
		g, d, c, out := random[float64](rng, n), random[float64](rng, n), random[float64](rng, 21), make([]float64, 20)
		for name, f := range map[string]func(){
			"project": func() { r.Project(out, g) }, "combine": func() { r.Combine(d, g, c) },
			"difference": func() { r.Difference(0, 1, g, d, d, g) },
			"both":       func() { r.Project(out, g); r.Combine(d, g, c) },
		} {
			b.Run(name+"/"+strconv.Itoa(n), func(b *testing.B) {
				b.SetBytes(int64(20 * 8 * n))
				for b.Loop() {
					f()
				}
			})
		}
	}
}
