// The generator writes the assembly of package kernel: go run . from this
// folder, with -out, -stubs and -pkg as in package kernel's go:generate lines,
// and the word vectors or bytes, or the file of the calls of tiles for the
// products.
package main

import (
	"log"
	"os"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!noasm")
	switch what := os.Args[len(os.Args)-1]; what {
	case "vectors":
		vectors()
	case "bytes":
		byteLoops()
	default:
		if err := products(what); err != nil {
			log.Fatal(err)
		}
	}
	Generate()
}

func products(switchFile string) error {
	gemmTiles()
	transposes()
	return writeTileSwitch(switchFile)
}

func vectors() {
	mathFunctions()
	arithmetic()
	reductions()
	updates()
	trigonometry()
}

// elem is an element type and the instructions that work on vectors of it.
type elem struct {
	name, goType string
	size         int
	fma, mul     func(...Op)
	load, store  func(Op, Op)
	loadZ        func(m Mem, k reg.OpmaskVirtual, v Op)
	storeZ       func(v Op, k reg.OpmaskVirtual, m Mem)
	broadcast    func(...Op)
}

var f32 = elem{
	name: "F32", goType: "float32", size: 4,
	fma: VFMADD231PS, mul: VMULPS,
	load:      func(m, v Op) { VMOVUPS(m, v) },
	store:     func(v, m Op) { VMOVUPS(v, m) },
	loadZ:     func(m Mem, k reg.OpmaskVirtual, v Op) { VMOVUPS_Z(m, k, v) },
	storeZ:    func(v Op, k reg.OpmaskVirtual, m Mem) { VMOVUPS(v, k, m) },
	broadcast: VBROADCASTSS,
}

var f64 = elem{
	name: "F64", goType: "float64", size: 8,
	fma: VFMADD231PD, mul: VMULPD,
	load:      func(m, v Op) { VMOVUPD(m, v) },
	store:     func(v, m Op) { VMOVUPD(v, m) },
	loadZ:     func(m Mem, k reg.OpmaskVirtual, v Op) { VMOVUPD_Z(m, k, v) },
	storeZ:    func(v Op, k reg.OpmaskVirtual, m Mem) { VMOVUPD(v, k, m) },
	broadcast: VBROADCASTSD,
}
