//go:build (!amd64 && !arm64) || noasm

package kernel

const narrowColumns = 32

func isNarrow(int) bool { return false }

func narrowDots(_, _, _ *float64, _, _, _ int) {}

func narrowSum(_, _, _ *float64, _, _, _ int) {}
