package kernel

import "os"

// isa is a set of instructions that kernels exist for.
type isa int

// portable is plain Go; the sets of each kind of processor follow it, each
// better than the one before.
const portable isa = 0

// active is the set in use: the best this machine has, or the one that the
// environment variable DESCENT_KERNEL names (portable, avx2, avx512, neon) when the
// machine has it.
var active = choose(os.Getenv("DESCENT_KERNEL"), best())

func choose(name string, best isa) isa {
	for i, n := range isaNames {
		if n == name && isa(i) <= best {
			return isa(i)
		}
	}
	return best
}

// ISA names the instructions that the kernels use on this machine.
func ISA() string { return isaNames[active] }
