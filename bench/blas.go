package main

import "fmt"

// blasSection compares products with the kernel that OpenBLAS chooses by itself,
// which on processors newer than it is not the one for AVX-512.
func blasSection(b *bench) {
	for _, n := range []int{1, 2} {
		var rows []row
		for _, s := range [][3]int{{256, 256, 256}, {1024, 1024, 1024}, {16, 256, 784}, {128, 256, 784}, {1024, 10, 128}} {
			for _, r := range []row{gemmRow[float32]("f32", "NN", s, n), gemmRow[float64]("f64", "NN", s, n)} {
				r.env = threads(n, "")
				rows = append(rows, r)
			}
		}
		b.section(fmt.Sprintf("Matrix products against OpenBLAS as it comes, threads=%d", n), "OpenBLAS, its own choice of kernel", rows)
	}
}
