//go:build !noasm

package kernel

var (
	tilers32 = [...]tiler[float32]{neon: {rows: 6, cols: 16, leanRows: 8, slimRows: 12, fuses: true, tile: tileF32NEON, lean: leanF32NEON, slim: slimF32NEON}}
	tilers64 = [...]tiler[float64]{neon: {rows: 6, cols: 8, leanRows: 8, slimRows: 12, fuses: true, tile: tileF64NEON, lean: leanF64NEON, slim: slimF64NEON}}
)
