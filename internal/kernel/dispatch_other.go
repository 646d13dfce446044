//go:build !amd64 || noasm

package kernel

func best() isa { return portable }

func gemmTiled[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int, e Epilogue[T]) {
	gemmPortable(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, e)
}
