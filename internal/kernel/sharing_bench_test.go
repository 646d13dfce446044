//go:build amd64 && !noasm

package kernel

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkGemmSetup is the cost of a product beyond its arithmetic.
func BenchmarkGemmSetup(b *testing.B) {
	x, c := make([]float32, 16), make([]float32, 16)
	for b.Loop() {
		Gemm(false, false, 2, 2, 2, 1, x, 2, x, 2, 0, c, 2)
	}
}

// BenchmarkHandOver is the cost of sharing two units of no work with a helper
// that is awake.
func BenchmarkHandOver(b *testing.B) {
	defer StartThreads(2)()
	c := make(counting, 2)
	for b.Loop() {
		share(2, c)
	}
}

// BenchmarkSharing finds worthSharing: it takes products of growing size in
// turn alone and shared by two threads, and reports how many times faster the
// second way is. The threshold is the number of multiplications from which
// every row is above 1.
func BenchmarkSharing(b *testing.B) {
	b.Run("f32", benchSharing[float32])
	b.Run("f64", benchSharing[float64])
}

func benchSharing[T Float](b *testing.B) {
	defer func(old int) { worthSharing = old }(worthSharing)
	for _, s := range [][3]int{{32, 32, 32}, {128, 10, 32}, {40, 40, 40}, {48, 48, 48}, {16, 64, 64}, {64, 64, 32}, {128, 10, 128}, {16, 128, 96}, {64, 64, 64}, {16, 128, 256}, {80, 80, 80}, {96, 96, 96}, {16, 784, 100}, {512, 10, 256}, {128, 128, 128}, {16, 256, 784}} {
		m, n, k := s[0], s[1], s[2]
		b.Run(fmt.Sprintf("%7d=%dx%dx%d", m*n*k, m, n, k), func(b *testing.B) {
			defer StartThreads(2)()
			rng := rand.New(rand.NewPCG(1, 1))
			x, y, c := random[T](rng, m*k), random[T](rng, k*n), make([]T, m*n)
			var took [2]time.Duration
			for b.Loop() {
				for way := range took {
					worthSharing = []int{m*n*k + 1, 0}[way]
					began := time.Now()
					for range 100 {
						Gemm(false, false, m, n, k, 1, x, k, y, n, 0, c, n)
					}
					took[way] += time.Since(began)
				}
			}
			b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "speedup")
		})
	}
}

// BenchmarkCollectorWait is how long a collection takes beside products that
// run all the time: it must not wait for their end, nor for the slices of time
// of the scheduler.
func BenchmarkCollectorWait(b *testing.B) {
	for threads := range 3 {
		b.Run(fmt.Sprintf("threads=%d", threads), func(b *testing.B) { benchCollectorWait(b, threads) })
	}
}

func benchCollectorWait(b *testing.B, threads int) {
	defer StartThreads(threads)()
	x, c := Make[float32](2048*2048), Make[float32](2048*2048)
	var quit atomic.Bool
	var worker sync.WaitGroup
	if threads > 0 {
		worker.Go(func() {
			for !quit.Load() {
				Gemm(false, true, 2048, 2048, 2048, 1, x, 2048, x, 2048, 0, c, 2048)
			}
		})
	}
	var worst time.Duration
	for b.Loop() {
		began := time.Now()
		runtime.GC()
		worst = max(worst, time.Since(began))
	}
	b.ReportMetric(float64(worst.Microseconds())/1000, "worst-ms")
	quit.Store(true)
	worker.Wait()
}
