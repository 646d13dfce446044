package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// streams is how many vectors a kernel reads and writes; 2 where it is not
// listed.
var streams = map[string]int{
	"add": 3, "sub": 3, "mul": 3, "div": 3, "min": 3, "max": 3, "axpy": 3, "pow": 3,
	"largest": 1, "smallest": 1, "normInf": 1, "allFinite": 1, "sum": 1,
}

// BenchmarkVector times every elementwise kernel and reduction on vectors that
// fit in the first cache, in the second, and in none.
func BenchmarkVector(b *testing.B) {
	defer func(old isa) { active = old }(active)
	benchVectors[float32](b, "f32", 4)
	benchVectors[float64](b, "f64", 8)
}

func benchVectors[T Float](b *testing.B, kind string, size int) {
	kernels := exactKernels[T]()
	for name, f := range elementaryKernels[T]() {
		kernels[name] = f
	}
	kernels["sum"] = func(v [3][]T) float64 { return Sum(v[0]) }
	kernels["dot"] = func(v [3][]T) float64 { return Dot(v[0], v[1]) }
	for name, f := range kernels {
		moved := size * max(2, streams[name])
		if streams[name] == 1 {
			moved = size
		}
		for set := portable; set <= best(); set++ {
			for _, n := range []int{1 << 10, 1 << 14, 1 << 22} {
				b.Run(fmt.Sprintf("%s/%s/%s/n=%d", name, kind, isaNames[set], n), func(b *testing.B) {
					rng := rand.New(rand.NewPCG(1, 1))
					var v [3][]T
					for k := range v {
						v[k] = random[T](rng, n)
						Abs(v[k], v[k])
					}
					active = set
					b.SetBytes(int64(n * moved))
					for b.Loop() {
						f(v)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
				})
			}
		}
	}
}
