package kernel

import "testing"

// TestShares: every byte, in whole vectors and in the rest, is the rounded
// quotient on every path.
func TestShares(t *testing.T) {
	onEveryPath(t, func(t *testing.T) {
		testShares[float32](t)
		testShares[float64](t)
	})
}

func testShares[T Float](t *testing.T) {
	src := make([]byte, 3*256+13)
	for i := range src {
		src[i] = byte(i * 7)
	}
	dst := make([]T, len(src)+1)
	dst[len(src)] = -1
	Shares(dst[:len(src)], src)
	for i, b := range src {
		if want := T(float64(b) / 255); dst[i] != want {
			t.Errorf("%T: %d of 255 is %v, want %v", want, b, dst[i], want)
		}
	}
	if dst[len(src)] != -1 {
		t.Error("wrote beyond the end")
	}
	Shares(dst[:0], nil)
	for n := range 200 {
		Prefetch(src[:n])
	}
}

func BenchmarkShares(b *testing.B) {
	src, dst := make([]byte, 784), make([]float32, 784)
	b.SetBytes(784)
	for b.Loop() {
		Shares(dst, src)
	}
}
