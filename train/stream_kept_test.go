package train

import (
	"context"
	"slices"
	"testing"

	"descent/data"
	"descent/internal/kernel"
)

// keptSession is a session on sparse rows that pass by, with memory for the given share
// of its blocks, and the feed of its rows in order.
func keptSession(t *testing.T, share float64) (*session[float64], *feed[float64]) {
	t.Helper()
	file := writeSparseRows(t, 30000, 300, 20, 2)
	o := Options{Target: "label", Model: "logistic", Method: "lbfgs", Validation: NoValidation, Memory: 1 << 28, Seed: 5}
	s := streamSession(t, openRows(t, file, 1<<15), o)
	whole := float64(s.whole.set.n) * float64(s.plan.rowBytes())
	s.plan.stream.spare.Store(int64(1.2 * share * whole))
	const rows = 1100 // of a block
	return s, s.whole.set.open(rows, 0)
}

// Whatever part of the blocks is kept, every pass brings the same rows in order, also
// where a pass is broken off, and what is kept is not read again.
func TestKeptBlocks(t *testing.T) {
	type seen struct {
		index []int32
		value []float64
		label []float64
	}
	var want []seen
	for _, share := range []float64{0, 0.3, 0.5, 0.9, 1} {
		_, f := keptSession(t, share)
		last := f.per()
		for pass, upTo := range []int{last, 5, last, last - 1, last, last} {
			for i := range upTo {
				b, err := f.get(i)
				if err != nil {
					t.Fatal(err)
				}
				got := seen{slices.Clone(b.sparse.matrix.Index), slices.Clone(b.sparse.matrix.Value), slices.Clone(b.target)}
				if len(want) < last {
					want = append(want, got)
				}
				if w := want[i]; b.index != i || !slices.Equal(got.index, w.index) || !slices.Equal(got.value, w.value) || !slices.Equal(got.label[:len(w.label)], w.label) {
					t.Fatalf("share %v, pass %d: block %d differs", share, pass, i)
				}
			}
			if pass == 3 {
				f.close() // as when a fit is interrupted
			}
		}
		f.close()
		if made := f.kept.made; share == 0 && made != 0 || share == 1 && made != last || share > 0 && float64(made) < 0.8*share*float64(last) {
			t.Errorf("share %v: %d of %d blocks are kept", share, made, last)
		}
	}
}

// The weights do not depend on how many blocks there is memory for, nor on the threads.
func TestKeptBlocksChangeNoBit(t *testing.T) {
	file := writeSparseRows(t, 30000, 3000, 20, 2)
	cache := openRows(t, file, 1<<15)
	o := Options{Target: "label", Model: "logistic", Method: "lbfgs", Validation: 0.2, Epochs: 12, Seed: 5}
	table, err := data.Read(file, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := Fit(t.Context(), table, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, memory := range []int64{66_000_000, 72_000_000, 1 << 28} {
		for _, threads := range []int{1, 2} {
			stop := kernel.StartThreads(threads)
			o.Memory, o.Threads = memory, threads
			got, err := FitStream(context.Background(), cache, o, nil)
			stop()
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(want.Model.Weights, got.Model.Weights) {
				t.Errorf("%d bytes, %d threads: other weights than in memory", memory, threads)
			}
		}
	}
}
