//go:build !noasm

package kernel

import "golang.org/x/sys/cpu"

//go:generate go run -C gen . -out ../asm_amd64.s -stubs ../asm_amd64.go -pkg kernel ../tiles_amd64.go
//go:generate go run -C gen . -out ../vec_amd64.s -stubs ../vec_amd64.go -pkg kernel vectors ..
//go:generate go run -C gen . -out ../rows_amd64.s -stubs ../rows_amd64.go -pkg kernel rows

const (
	avx2   isa = iota + 1 // with FMA
	avx512                // F, BW, DQ, VL
	sets
)

var isaNames = [...]string{"portable", "avx2", "avx512"}

// unmasked is the set whose loops take whole vectors of 32 bytes only.
const unmasked = avx2

// sharesBytes is how many bytes of elements a set takes at once in shares.
var sharesBytes = [sets]int{avx2: 32, avx512: 64}

func best() isa {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL:
		return avx512
	case cpu.X86.HasAVX2 && cpu.X86.HasFMA:
		return avx2
	}
	return portable
}
