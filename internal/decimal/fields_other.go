//go:build !amd64 || noasm

package decimal

const wide = false

func marks(*byte, int, byte, *uint32, *uint32) (fields, rows int) { return 0, 0 }

func numbers(*byte, *uint32, *uint32, int, *uint64, *float64, *uint8) {}
