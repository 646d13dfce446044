// The generator writes the assembly of package kernel: go run . from this
// folder, with -out, -stubs and -pkg as in package kernel's go:generate lines,
// and the word vectors with the folder for the tables of versions, the word rows,
// the word fields (for package decimal),
// or the file of the calls of tiles for the products. The words neon and the
// folder alone write all files for arm64.
package main

import (
	"log"
	"os"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	what := os.Args[len(os.Args)-1]
	if os.Args[1] == "neon" {
		if err := neonFiles(what); err != nil {
			log.Fatal(err)
		}
		return
	}
	ConstraintExpr("!noasm")
	make := products
	switch {
	case what == "rows":
		make = rows
	case what == "fields":
		make = func(string) error { return fields() }
	case os.Args[len(os.Args)-2] == "vectors":
		make = vectors
	}
	if err := make(what); err != nil {
		log.Fatal(err)
	}
	Generate()
}

func products(switchFile string) error {
	gemmTiles()
	packers()
	peaks()
	narrow()
	between()
	standard()
	var families []tileSwitch
	for _, f := range tileFamilies() {
		families = append(families, tileSwitch{f.fn(), f.goType, f.rows})
	}
	return writeTileSwitch(switchFile, families)
}

func vectors(dir string) error {
	var all []kernels[reg.VecVirtual]
	for _, wide := range []bool{true, false} {
		for _, e := range []elem{f32, f64} {
			all = append(all, vec{e, wide}.kernels())
		}
	}
	vectorKernels(all)
	prefetch()
	return writeTables(dir)
}

// elem is an element type and the instructions that work on vectors of it.
type elem struct {
	name, goType string
	size         int
	fma, mul     func(...Op)
	load, store  func(Op, Op)
	loadZ        func(m Op, k reg.OpmaskVirtual, v Op)
	storeZ       func(v Op, k reg.OpmaskVirtual, m Op)
	broadcast    func(...Op)
}

var f32 = elem{
	name: "F32", goType: "float32", size: 4,
	fma: VFMADD231PS, mul: VMULPS,
	load:      func(m, v Op) { VMOVUPS(m, v) },
	store:     func(v, m Op) { VMOVUPS(v, m) },
	loadZ:     func(m Op, k reg.OpmaskVirtual, v Op) { VMOVUPS_Z(m, k, v) },
	storeZ:    func(v Op, k reg.OpmaskVirtual, m Op) { VMOVUPS(v, k, m) },
	broadcast: VBROADCASTSS,
}

var f64 = elem{
	name: "F64", goType: "float64", size: 8,
	fma: VFMADD231PD, mul: VMULPD,
	load:      func(m, v Op) { VMOVUPD(m, v) },
	store:     func(v, m Op) { VMOVUPD(v, m) },
	loadZ:     func(m Op, k reg.OpmaskVirtual, v Op) { VMOVUPD_Z(m, k, v) },
	storeZ:    func(v Op, k reg.OpmaskVirtual, m Op) { VMOVUPD(v, k, m) },
	broadcast: VBROADCASTSD,
}
