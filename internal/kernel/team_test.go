package kernel

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type counting []atomic.Int32

func (c counting) unit(i int) { c[i].Add(1) }

func TestEveryUnitRunsOnce(t *testing.T) {
	defer StartThreads(2)()
	for round := range 3000 {
		c := make(counting, round%37)
		share(len(c), c)
		for i := range c {
			if n := c[i].Load(); n != 1 {
				t.Fatalf("round %d: unit %d ran %d times", round, i, n)
			}
		}
		if round%500 == 0 {
			time.Sleep(2 * watchTime) // the helpers fall asleep
		}
	}
}

// Products by one and by two threads, and by several callers at once, have the
// same bits.
func TestThreadsDoNotChangeBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	for _, s := range [][3]int{{128, 256, 784}, {16, 256, 784}, {784, 10, 128}, {784, 256, 128}, {7, 3, 40000}, {500, 333, 65}} {
		m, n, k := s[0], s[1], s[2]
		a, b := random[float32](rng, m*k), random[float32](rng, k*n)
		one, two := make([]float32, m*n), make([]float32, m*n)
		Gemm(false, false, m, n, k, 1, a, k, b, n, 0, one, n)
		stop := StartThreads(2)
		if runtime.GOMAXPROCS(0) > 1 && Threads() != 2 {
			t.Fatalf("%d threads", Threads())
		}
		Gemm(false, false, m, n, k, 1, a, k, b, n, 0, two, n)
		var callers sync.WaitGroup
		for range 3 {
			callers.Go(func() {
				other := make([]float32, m*n)
				Gemm(false, false, m, n, k, 1, a, k, b, n, 0, other, n)
				if !slices.Equal(one, other) {
					t.Errorf("%v: another caller got other bits", s)
				}
			})
		}
		callers.Wait()
		stop()
		if !slices.Equal(one, two) {
			t.Errorf("%v: two threads give other bits than one", s)
		}
	}
}

func TestSharingDoesNotAllocate(t *testing.T) {
	defer StartThreads(2)()
	x, c := make([]float32, 256*256), make([]float32, 256*256)
	if n := testing.AllocsPerRun(200, func() { Gemm(false, true, 256, 256, 256, 1, x, 256, x, 256, 0, c, 256) }); n != 0 {
		t.Errorf("%v allocations in a shared product", n)
	}
}

// The collector must not wait for kernels to end.
func TestCollectorDoesNotWait(t *testing.T) {
	defer StartThreads(2)()
	x, c := make([]float32, 1024*1024), make([]float32, 1024*1024)
	var quit atomic.Bool
	var worker sync.WaitGroup
	worker.Go(func() {
		for !quit.Load() {
			Gemm(false, false, 1024, 1024, 1024, 1, x, 1024, x, 1024, 0, c, 1024)
		}
	})
	for range 20 {
		runtime.GC()
	}
	quit.Store(true)
	worker.Wait()
}
