package arm64

import (
	"slices"
	"strings"
)

// general are the general registers that a function may use: the linker, the
// assembler, the platform and the runtime have the others.
var general = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 21, 22, 23, 24, 25, 26}

// allot gives every register its number, in the order of the instructions
// (Poletto and Sarkar 1999). A copy whose original is not needed any longer takes
// the register of that and is left out, as is what nobody reads.
func (f *Func) allot() {
	ending := map[int][]*Reg{}
	for _, r := range f.intervals() {
		ending[r.end] = append(ending[r.end], r)
	}
	free := map[bool][]int{false: slices.Clone(general)}
	for n := range 32 {
		free[true] = append(free[true], n)
	}
	kept := f.insts[:0:0]
	for i, in := range f.insts {
		joined := in.copies && in.regs[0].start == i && in.regs[0].end > i && in.regs[1].end == i
		if joined {
			in.regs[0].number = in.regs[1].number
		}
		drop := joined || in.unread(i)
		for _, r := range ending[i] {
			if r.start < i && !(joined && r == in.regs[1]) {
				free[r.vector] = append(free[r.vector], r.number)
			}
		}
		if drop {
			continue
		}
		for k, r := range in.regs {
			if r.start == i && slices.Index(in.regs[:k], r) < 0 {
				f.take(free, r)
			}
		}
		kept = append(kept, in)
	}
	f.insts = kept
}

// take gives a register the number that has been free for longest: where one is
// used again at once, slow processors wait.
func (f *Func) take(free map[bool][]int, r *Reg) {
	if len(free[r.vector]) == 0 {
		panic("arm64: no register left in " + f.name)
	}
	r.number = free[r.vector][0]
	free[r.vector] = free[r.vector][1:]
	if r.end == r.start {
		free[r.vector] = append(free[r.vector], r.number)
	}
}

// unread says whether nobody reads the one register that instruction i writes.
func (in *inst) unread(i int) bool {
	return len(in.regs) > 0 && in.regs[0].start == i && in.regs[0].end == i && strings.Count(in.does, "w") == 1
}

// intervals finds from where to where each register is held. One that is read in
// a loop and was written before it is held to the end of the loop.
func (f *Func) intervals() (all []*Reg) {
	labels := map[string]int{}
	for i, in := range f.insts {
		if in.label != "" && !in.jumps {
			labels[in.label] = i
		}
		for k, r := range in.regs {
			if r.start < 0 {
				if in.does[k] != 'w' {
					panic("arm64: a register of " + f.name + " is read before it is written: " + in.text)
				}
				r.start = i
				all = append(all, r)
			}
			r.end = i
		}
	}
	for changed := true; changed; {
		changed = false
		for i, in := range f.insts {
			if !in.jumps {
				continue
			}
			top, known := labels[in.label]
			if !known {
				panic("arm64: no label " + in.label + " in " + f.name)
			}
			for _, r := range all {
				if top < i && r.start < top && r.end >= top && r.end < i {
					r.end, changed = i, true
				}
			}
		}
	}
	return all
}
