package arm64

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestAllot runs random functions with loops, each loop twice, and asks at every
// read whether the register still holds what was written for it.
func TestAllot(t *testing.T) {
	for seed := range uint64(500) {
		f := randomFunc(rand.New(rand.NewPCG(seed, 1)))
		f.allot()
		holds := map[bool]map[int]*Reg{false: {}, true: {}}
		labels, taken := map[string]int{}, map[int]bool{}
		for i := 0; i < len(f.insts); i++ {
			in := f.insts[i]
			for k, r := range in.regs {
				if in.does[k] != 'w' && holds[r.vector][r.number] != r {
					t.Fatalf("seed %d: %q, number %d of the function, reads a register that is not its own", seed, in.text, i)
				}
			}
			for k, r := range in.regs {
				if in.does[k] != 'r' {
					holds[r.vector][r.number] = r
				}
			}
			switch {
			case in.label != "" && !in.jumps:
				labels[in.label] = i
			case in.jumps && !taken[i]:
				taken[i] = true
				i = labels[in.label]
			}
		}
	}
}

// randomFunc has two loops, the second within the first, whose instructions read
// any of what came before and write something new or what is there.
func randomFunc(rng *rand.Rand) *Func {
	f := &Func{name: "random"}
	var before []*Reg
	some := func() *Reg { return before[rng.IntN(len(before))] }
	work := func(n int) {
		for range n {
			if rng.IntN(3) == 0 {
				f.Do("FADD", 4, before[0], some(), some())
				continue
			}
			before = append(before, f.New("FMUL", 4, some(), some()))
			if len(before) > 12 { // what was written in a loop is read soon
				before = append(before[:8:8], before[len(before)-4:]...)
			}
		}
	}
	for range 8 {
		before = append(before, f.Load(16, Mem{Base: f.param0()}))
	}
	work(5)
	for loop := range 2 {
		f.Label(fmt.Sprint("loop", loop))
		work(60)            // enough for every register to come up
		before = before[:8] // not what the loop alone wrote
	}
	work(5)
	for _, name := range []string{"loop1", "loop0"} {
		f.Jump("BNE", name)
		before = before[:2] // the others are held for the next time round
		work(3)
	}
	return f
}

// param0 is a general register with something in it.
func (f *Func) param0() *Reg {
	r := f.Int()
	f.Go("MOVD\t$0, R{0}", "w", r)
	return r
}
