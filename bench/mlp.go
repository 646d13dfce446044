package main

import (
	"context"
	"fmt"
	"path/filepath"

	"descent/data"
	"descent/internal/numtext"
	"descent/train"
)

// mlpSection compares training of a 784-256-128-10 perceptron on MNIST with
// PyTorch, both at one and at two threads.
func mlpSection(b *bench) {
	folder := filepath.Join(b.data, "mnist")
	var table *data.Table
	for _, method := range []struct {
		name string
		rate float64
	}{{"sgd", 0.1}, {"adam", 1e-3}} {
		var rows []row
		for _, batch := range []int{16, 128, 1024} {
			for _, n := range []int{1, 2} {
				ours := func() (float64, string, error) {
					if table == nil {
						t, err := data.Read(filepath.Join(folder, "train-images-idx3-ubyte.gz"), data.ReadOptions{})
						if err != nil {
							return 0, "", err
						}
						table = t
					}
					r, err := train.Fit(context.Background(), table, train.Options{
						Target: "label", Model: "mlp:256,128", Method: method.name, Rate: method.rate, Batch: batch,
						Epochs: 1, Validation: train.NoValidation, Threads: n,
					}, nil)
					if err != nil {
						return 0, "", err
					}
					return 1 / r.RowsPerSecond, fmt.Sprintf("loss %.3f", float64(r.Loss.Train)), nil
				}
				rows = append(rows, row{
					name: fmt.Sprintf("batch %d, threads %d", batch, n), env: threads(n, ""), ours: ours,
					peer: request{"op": "mlp", "data": folder, "method": method.name, "rate": method.rate, "batch": batch, "steps": 1 << 20},
					rate: func(t float64) string { return numtext.Short(1e-3/t, 3) + " k rows/s" },
				})
			}
		}
		b.section("MLP 784-256-128-10 on MNIST, "+method.name, "PyTorch", rows)
	}
}
