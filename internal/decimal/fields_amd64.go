//go:build !noasm

package decimal

import (
	"os"

	"golang.org/x/sys/cpu"
)

//go:generate go run -C ../kernel/gen . -out ../../decimal/asm_amd64.s -stubs ../../decimal/asm_amd64.go -pkg decimal fields

// wide says whether this machine has the instructions of the assembly. The
// variable that keeps package kernel from them counts here, too.
var wide = cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512CD && cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT &&
	os.Getenv("DESCENT_KERNEL") != "portable" && os.Getenv("DESCENT_KERNEL") != "avx2"
