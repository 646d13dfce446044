package main

import (
	"fmt"
	"runtime/debug"

	"descent/internal/kernel"
	"descent/internal/numtext"
)

// parameters is the size of the update that is timed, far beyond every cache.
const parameters = 100_000_000

// updateSection compares a step of Adam over many parameters with PyTorch's,
// and with what the memory gives to a loop that reads and writes one
// array in place.
func updateSection(b *bench) {
	var rows []row
	for _, n := range []int{1, 2} {
		for _, fused := range []bool{false, true} {
			name := fmt.Sprintf("threads=%d, PyTorch's default", n)
			if fused {
				name = fmt.Sprintf("threads=%d, PyTorch's fused", n)
			}
			rows = append(rows, row{
				name: name, env: threads(n, ""), ours: func() (float64, string, error) { return adamStep(n) },
				peer: request{"op": "adam", "n": parameters, "fused": fused, "seconds": 0.5},
				rate: duration,
			})
		}
	}
	b.section("A step of Adam over 100 million parameters, float32", "PyTorch", rows)
}

// adamStep is the time of a step, with a remark on the bandwidth: a step reads
// and writes 28 bytes a parameter.
func adamStep(n int) (float64, string, error) {
	defer debug.FreeOSMemory()
	defer kernel.StartThreads(n)()
	u := &update{x: make([]float32, parameters), g: make([]float32, parameters), m: make([]float32, parameters), v: make([]float32, parameters)}
	u.fill = true
	u.all()
	u.fill = false
	u.all()
	step := repeat(u.all, 0.5)
	u.scale = true
	u.all()
	memory := 8 * parameters / repeat(u.all, 0.5) / 1e9
	rate := 28 * parameters / step / 1e9
	return step, fmt.Sprintf("%s GB/s, %s %% of the %s GB/s in place", numtext.Short(rate, 3), numtext.Short(100*rate/memory, 3), numtext.Short(memory, 3)), nil
}

// update is a pass over the parameters, shared by all threads.
type update struct {
	x, g, m, v  []float32
	fill, scale bool // make gradients; only multiply x
}

// unit is how many parameters a thread takes at a time.
const unit = 1 << 16

func (u *update) all() { kernel.Share((parameters+unit-1)/unit, u) }

// Unit implements kernel.Job.
func (u *update) Unit(i int) {
	lo, hi := i*unit, min((i+1)*unit, parameters)
	x, g := u.x[lo:hi], u.g[lo:hi]
	switch {
	case u.fill:
		for k := range g {
			x[k], g[k] = 1, float32(k%7)-3
		}
	case u.scale:
		kernel.Scale(0.999, x)
	default:
		kernel.AdamStep(x, x, g, u.m[lo:hi], u.v[lo:hi], 0.9, 0.999, 1e-3, 1e-8, 0)
	}
}
