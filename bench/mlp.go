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
// PyTorch, both at one and at two threads: an epoch each, from the same kind of
// start. The remark is the loss on all rows after it.
func mlpSection(b *bench) {
	var table *data.Table // read when a row wants it
	ours := func(method string, rate float64, batch, threads int) (float64, string, error) {
		if table == nil {
			t, err := data.Read(filepath.Join(b.data, "mnist", "train-images-idx3-ubyte.gz"), data.ReadOptions{})
			if err != nil {
				return 0, "", err
			}
			table = t
		}
		r, err := train.Fit(context.Background(), table, train.Options{
			Target: "label", Model: "mlp:256,128", Method: method, Rate: rate, Batch: batch,
			Epochs: 1, Validation: train.NoValidation, Threads: threads,
		}, nil)
		if err != nil {
			return 0, "", err
		}
		return 1 / r.RowsPerSecond, fmt.Sprintf("loss %.3f", float64(r.Loss.Train)), nil
	}
	for _, method := range []struct {
		name string
		rate float64
	}{{"sgd", 0.1}, {"adam", 1e-3}} {
		var rows []row
		for _, batch := range mlpBatches {
			for _, n := range []int{1, 2} {
				rows = append(rows, row{
					name: mlpRow(batch, n), env: threads(n, ""),
					ours: func() (float64, string, error) { return ours(method.name, method.rate, batch, n) },
					peer: request{"op": "mlp", "data": filepath.Join(b.data, "mnist"), "method": method.name, "rate": method.rate, "batch": batch},
					rate: thousandRows,
				})
			}
		}
		title := "MLP 784-256-128-10 on MNIST, " + method.name
		b.bestThreads(title, b.section(title, "PyTorch", rows))
	}
}

var mlpBatches = []int{16, 128, 1024}

func mlpRow(batch, threads int) string {
	return fmt.Sprintf("batch %d, threads %d", batch, threads)
}

func thousandRows(seconds float64) string { return numtext.Short(1e-3/seconds, 3) + " k rows/s" }

// bestThreads adds the rows in which each side has the number of threads that
// suits it best: where that is the same one, the ratio is that of its pairs.
func (b *bench) bestThreads(title string, ran map[string]timing) {
	for _, batch := range mlpBatches {
		one, ok1 := ran[mlpRow(batch, 1)]
		two, ok2 := ran[mlpRow(batch, 2)]
		if ok1 && ok2 {
			ours, theirs, own := one, one, "1 thread"
			if two.ours < one.ours {
				ours, own = two, "2 threads"
			}
			if two.theirs < one.theirs {
				theirs = two
			}
			ratio, remark := theirs.theirs/ours.ours, "of the medians above"
			if ours == theirs {
				ratio, remark = ours.ratio, "of the pairs with "+own // whose sides took turns
			}
			b.keep(title, columns("PyTorch"), fmt.Sprintf("batch %d, each at its best", batch), thousandRows(ours.ours), thousandRows(theirs.theirs),
				"**"+numtext.Short(ratio, 3)+"**", "", today(), remark)
		}
	}
}
