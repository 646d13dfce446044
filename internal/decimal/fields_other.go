//go:build !amd64 || noasm

package decimal

const wide = false

func marks(*byte, int, byte, *uint32) int { return 0 }

func mantissas(*byte, int, *uint32, int, *uint64, *uint32) {}
