package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// task is a product with all its arguments.
type task[T Float] struct {
	transA, transB bool
	m, n, k        int
	alpha, beta    T
	a, b, c        []T
	lda, ldb, ldc  int
	epilogue       Epilogue[T]
}

// run returns the whole of C, what lies between its rows included.
func (p *task[T]) run() []T {
	c := slices.Clone(p.c)
	GemmWith(p.transA, p.transB, p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, c, p.ldc, &p.epilogue)
	return c
}

// newTask draws a product of at most the given size. One in four has rows a
// power of two apart.
func newTask[T Float](rng *rand.Rand, m, n, k int) *task[T] {
	stride := func(cols int) int {
		if rng.IntN(4) == 0 {
			return max(cols, 1024)
		}
		return cols + rng.IntN(4)
	}
	p := &task[T]{transA: rng.IntN(2) == 0, transB: rng.IntN(2) == 0, m: m, n: n, k: k}
	p.alpha, p.beta = []T{1, -0.5, 0}[rng.IntN(20)/9], []T{0, 1, 0.75}[rng.IntN(3)]
	rowsA, colsA, rowsB, colsB := m, k, k, n
	if p.transA {
		rowsA, colsA = k, m
	}
	if p.transB {
		rowsB, colsB = n, k
	}
	p.lda, p.ldb, p.ldc = stride(colsA), stride(colsB), stride(n)
	// As short as a matrix may be: the last row has no rest.
	p.a, p.b, p.c = random[T](rng, (rowsA-1)*p.lda+colsA), random[T](rng, (rowsB-1)*p.ldb+colsB), random[T](rng, (m-1)*p.ldc+n)
	p.epilogue.Activation = Activation(rng.IntN(int(ActivateSoftplus) + 1))
	if rng.IntN(2) == 0 {
		p.epilogue.Bias = random[T](rng, n)
	}
	if rng.IntN(2) == 0 {
		p.epilogue.LDMask = stride(n)
		p.epilogue.Mask = random[T](rng, (m-1)*p.epilogue.LDMask+n)
	}
	return p
}

// check holds a product to the sums in float64, its epilogue to whole passes,
// and two threads to one. The path in use is the caller's.
func (p *task[T]) check(eps float64) error {
	plain := *p
	plain.epilogue = Epilogue[T]{}
	sums := plain.run()
	if err := p.compare(sums, eps); err != nil {
		return err
	}
	got := p.run()
	passes(p.epilogue, p.m, p.n, sums, p.ldc)
	if i := sameBits(got, sums); i >= 0 {
		return fmt.Errorf("epilogue at %d: %g, in passes %g", i, got[i], sums[i])
	}
	defer StartThreads(2)()
	defer func(old int) { worthSharing = old }(worthSharing)
	worthSharing = 0
	if i := sameBits(p.run(), got); i >= 0 {
		return fmt.Errorf("two threads differ at %d", i)
	}
	return nil
}

// compare holds a product without epilogue to sums in float64.
func (p *task[T]) compare(got []T, eps float64) error {
	at := func(v []T, ld int, trans bool, i, j int) float64 {
		if trans {
			i, j = j, i
		}
		return float64(v[i*ld+j])
	}
	for i, v := range got {
		r, j := i/p.ldc, i%p.ldc
		if j >= p.n {
			if v != p.c[i] {
				return fmt.Errorf("wrote beyond row %d", r)
			}
			continue
		}
		want := float64(p.beta) * float64(p.c[i])
		size := math.Abs(want)
		for q := range p.k {
			x := float64(p.alpha) * at(p.a, p.lda, p.transA, r, q) * at(p.b, p.ldb, p.transB, q, j)
			want, size = want+x, size+math.Abs(x)
		}
		if !(math.Abs(float64(v)-want) <= eps*float64(p.k+4)*size) {
			return fmt.Errorf("at %d,%d: %g, want %g", r, j, v, want)
		}
	}
	return nil
}

func fuzzProduct(t *testing.T, seed uint64, m, n, k int) {
	if err := newTask[float32](rand.New(rand.NewPCG(seed, 1)), m, n, k).check(0x1p-24); err != nil {
		t.Errorf("f32 seed %d %d×%d×%d: %v", seed, m, n, k, err)
	}
	if err := newTask[float64](rand.New(rand.NewPCG(seed, 2)), m, n, k).check(0x1p-53); err != nil {
		t.Errorf("f64 seed %d %d×%d×%d: %v", seed, m, n, k, err)
	}
}

// Shapes at random, small ones more often, on every path.
func TestProductsAtRandom(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(11, 12))
		size := func(limit int) int { return 1 + rng.IntN(1+rng.IntN(limit)) }
		rounds := 150
		if testing.Short() {
			rounds = 20
		}
		for range rounds {
			fuzzProduct(t, rng.Uint64(), size(150), size(150), size(700))
		}
		fuzzProduct(t, 1, 300, 70, 330) // several blocks of rows
		fuzzProduct(t, 2, 110, 1100, 9) // and of columns
		fuzzProduct(t, 3, 260, 300, 40) // A packed, where its rows are far apart
	})
}

func FuzzGemm(f *testing.F) {
	f.Add(uint64(1), uint8(16), uint8(10), uint16(128))
	f.Add(uint64(2), uint8(100), uint8(100), uint16(321))
	f.Fuzz(func(t *testing.T, seed uint64, m, n uint8, k uint16) {
		for set := portable; set <= best(); set++ {
			old := active
			active = set
			fuzzProduct(t, seed, int(m)+1, int(n)+1, int(k)%1000+1)
			active = old
		}
	})
}
