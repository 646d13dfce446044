//go:build (!amd64 && !arm64) || noasm

package kernel

const sets = portable + 1

var isaNames = [...]string{"portable"}

// unmasked is no set here.
const unmasked = sets

var sharesBytes [sets]int

func best() isa { return portable }

func gemmTiled[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, e Epilogue[T]) {
	gemmPortable(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, e)
}
