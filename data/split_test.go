package data

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func upTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

func TestSplitParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 300).Draw(t, "rows")
		fraction := rapid.Float64Range(0.01, 0.99).Draw(t, "fraction")
		seed := rapid.Uint64().Draw(t, "seed")
		rows := upTo(n)
		for i := range rows {
			rows[i] = 3*i + 1 // not their own positions
		}
		var strata []int
		classes := rapid.IntRange(0, 5).Draw(t, "classes")
		if classes > 0 {
			strata = rapid.SliceOfN(rapid.IntRange(0, classes-1), n, n).Draw(t, "strata")
		}
		kept, aside, err := Split(rows, fraction, seed, strata)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSorted(kept) || !slices.IsSorted(aside) || len(kept) == 0 || len(aside) == 0 {
			t.Fatalf("parts %v and %v", kept, aside)
		}
		both := slices.Sorted(slices.Values(slices.Concat(kept, aside)))
		if !slices.Equal(both, rows) {
			t.Fatalf("the parts %v and %v are not the rows %v", kept, aside, rows)
		}
		if want := fraction * float64(n); float64(len(aside)) > max(1, want+0.5) || float64(len(aside)) < min(float64(n-1), want-0.5) {
			t.Fatalf("%d of %d set aside for a fraction of %v", len(aside), n, fraction)
		}
		again, _, _ := Split(rows, fraction, seed, strata)
		if !slices.Equal(again, kept) {
			t.Fatal("the same seed gave another split")
		}
	})
}

func TestSplitKeepsTheShareOfEveryClass(t *testing.T) {
	const n = 1000
	strata := make([]int, n) // 90 %, 9 %, 1 %
	for i := range strata {
		switch {
		case i%100 == 0:
			strata[i] = 2
		case i%10 == 5 && i%100 != 5:
			strata[i] = 1
		}
	}
	for seed := range uint64(20) {
		_, aside, err := Split(upTo(n), 0.2, seed, strata)
		if err != nil {
			t.Fatal(err)
		}
		var count [3]int
		for _, row := range aside {
			count[strata[row]]++
		}
		for class, want := range []int{180, 18, 2} {
			if d := count[class] - want; d < -1 || d > 1 {
				t.Errorf("seed %d: class %d has %d rows aside, want %d", seed, class, count[class], want)
			}
		}
	}
}

func TestSplitRefuses(t *testing.T) {
	for _, f := range []float64{0, 1, -0.5, 2} {
		if _, _, err := Split(upTo(10), f, 1, nil); err == nil {
			t.Errorf("accepted the fraction %v", f)
		}
	}
	if _, _, err := Split(upTo(1), 0.5, 1, nil); err == nil {
		t.Error("split a single row")
	}
	if _, _, err := Split(upTo(3), 0.5, 1, []int{0}); err == nil {
		t.Error("accepted too few classes")
	}
}

func TestBatchesVisitEveryRowOncePerEpoch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "rows")
		size := rapid.IntRange(1, n).Draw(t, "size")
		b, err := NewBatches(n, size, rapid.Uint64().Draw(t, "seed"))
		if err != nil {
			t.Fatal(err)
		}
		var stream []int
		for step := range b.Steps(3) {
			batch := b.Batch(step)
			if len(batch) != size {
				t.Fatalf("step %d: %d rows, want %d", step, len(batch), size)
			}
			stream = append(stream, batch...)
		}
		for epoch := range 3 {
			visited := slices.Sorted(slices.Values(stream[epoch*n : (epoch+1)*n]))
			if !slices.Equal(visited, upTo(n)) {
				t.Fatalf("epoch %d visits %v", epoch, visited)
			}
		}
	})
}

func TestABatchIsAFunctionOfSeedAndStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "rows")
		size := rapid.IntRange(1, n).Draw(t, "size")
		seed := rapid.Uint64().Draw(t, "seed")
		wandering, err := NewBatches(n, size, seed)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 200), 1, 20).Draw(t, "steps") {
			fresh, err := NewBatches(n, size, seed)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(wandering.Batch(step), fresh.Batch(step)) {
				t.Fatalf("step %d depends on the steps before it", step)
			}
		}
	})
}

func TestEpochsAndSeedsDiffer(t *testing.T) {
	order := func(seed uint64, epoch int) []int {
		b, err := NewBatches(100, 50, seed)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Concat(slices.Clone(b.Batch(2*epoch)), b.Batch(2*epoch+1))
	}
	if slices.Equal(order(1, 0), order(1, 1)) || slices.Equal(order(1, 0), order(2, 0)) {
		t.Error("two epochs or two seeds have the same order")
	}
	if slices.Equal(order(1, 0), upTo(100)) {
		t.Error("the rows are not shuffled")
	}
}

// A fair shuffle puts each of 4 rows first equally often: the count of 4000
// trials has a standard deviation of √(4000·¼·¾) ≈ 27.
func TestTheShuffleIsFair(t *testing.T) {
	var first [4]int
	b, err := NewBatches(4, 2, 5)
	if err != nil {
		t.Fatal(err)
	}
	for epoch := range 4000 {
		first[b.Batch(2 * epoch)[0]]++
	}
	for row, n := range first {
		if n < 1000-5*27 || n > 1000+5*27 {
			t.Errorf("row %d came first %d times of 4000", row, n)
		}
	}
}

func TestFullBatchesAndRefusals(t *testing.T) {
	b, err := NewBatches(5, 5, 1)
	if err != nil || !slices.Equal(b.Batch(7), upTo(5)) || b.Steps(3) != 3 {
		t.Errorf("full batch %v, %v", b.Batch(7), err)
	}
	for _, c := range [][2]int{{0, 1}, {5, 0}, {5, 6}, {5, -1}} {
		if _, err := NewBatches(c[0], c[1], 1); err == nil {
			t.Errorf("accepted %d rows in batches of %d", c[0], c[1])
		}
	}
}

func TestBatchDoesNotAllocate(t *testing.T) {
	b, err := NewBatches(1000, 64, 1)
	if err != nil {
		t.Fatal(err)
	}
	step := 0
	if n := testing.AllocsPerRun(200, func() { b.Batch(step); step++ }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
