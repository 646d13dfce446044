//go:build !noasm

package kernel

import "golang.org/x/sys/cpu"

//go:generate go run -C gen . -out ../asm_amd64.s -stubs ../asm_amd64.go -pkg kernel ../tiles_amd64.go
//go:generate go run -C gen . -out ../vec_amd64.s -stubs ../vec_amd64.go -pkg kernel vectors ..
//go:generate go run -C gen . -out ../rows_amd64.s -stubs ../rows_amd64.go -pkg kernel rows

func best() isa {
	switch {
	case cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL:
		return avx512
	case cpu.X86.HasAVX2 && cpu.X86.HasFMA:
		return avx2
	}
	return portable
}
