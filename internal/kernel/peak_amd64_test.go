//go:build !noasm

package kernel

import (
	"fmt"
	"sync"
	"testing"
)

// BenchmarkPeak reports what loops of nothing but multiply-adds reach.
func BenchmarkPeak(b *testing.B) {
	for set := avx2; set <= best(); set++ {
		for threads := 1; threads <= 2; threads++ {
			b.Run(fmt.Sprintf("%s/f32/threads=%d", isaNames[set], threads), func(b *testing.B) {
				benchPeak(b, [3]func(int){nil, peakF32AVX2, peakF32AVX512}[set], 4<<set, threads)
			})
			b.Run(fmt.Sprintf("%s/f64/threads=%d", isaNames[set], threads), func(b *testing.B) {
				benchPeak(b, [3]func(int){nil, peakF64AVX2, peakF64AVX512}[set], 2<<set, threads)
			})
		}
	}
}

func benchPeak(b *testing.B, f func(n int), lanes, threads int) {
	const loops, sums = 100_000, 12
	var all sync.WaitGroup
	b.ResetTimer()
	for range threads {
		all.Go(func() {
			for range b.N {
				f(loops)
			}
		})
	}
	all.Wait()
	b.ReportMetric(2*float64(sums*lanes*loops*threads)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

// BenchmarkTile reports what the micro-kernel reaches with all it reads in the
// first-level cache.
func BenchmarkTile(b *testing.B) {
	b.Run("f32", benchTile[float32])
	b.Run("f64", benchTile[float64])
}

func benchTile[T Float](b *testing.B) {
	g := tilerFor[T](active)
	for _, k := range []int{16, 64, 128, 256} {
		for _, rows := range []int{1, 4, 8, 11, 12} {
			if rows > g.rows {
				continue
			}
			b.Run(fmt.Sprintf("rows=%d/k=%d", rows, k), func(b *testing.B) {
				size := 64 / 16
				if _, single := any(T(0)).(float32); !single {
					size = 8
				}
				x, y, c := make([]T, (k+16)*g.rows), make([]T, k*g.cols), make([]T, g.rows*g.cols)
				for b.Loop() {
					for range 100 {
						g.tile(rows, k, &x[0], (k+16)*size, size, &y[0], g.cols*size, &c[0], g.cols*size, 1, 1, 0xffffffff, nil, nil, 0)
					}
				}
				b.ReportMetric(200*float64(rows*g.cols*k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
