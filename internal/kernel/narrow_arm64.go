//go:build !noasm

package kernel

// narrowColumns is how many columns a narrow matrix may have.
const narrowColumns = 32

func isNarrow(cols int) bool { return active == neon && 0 < cols && cols <= narrowColumns }
