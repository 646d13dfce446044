package data

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestFoldsDealEveryRowOnce: whatever the classes, every row is in one fold, the
// folds differ by at most a row, in all and in every class, and equal seeds deal
// alike.
func TestFoldsDealEveryRowOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 200).Draw(t, "n")
		k := rapid.IntRange(2, n).Draw(t, "k")
		classes := rapid.IntRange(0, 5).Draw(t, "classes")
		seed := rapid.Uint64().Draw(t, "seed")
		rows, strata := make([]int, n), []int(nil)
		for i := range rows {
			rows[i] = 3*i + 1
		}
		if classes > 0 {
			strata = rapid.SliceOfN(rapid.IntRange(0, classes-1), n, n).Draw(t, "strata")
		}
		folds, err := Folds(rows, k, seed, strata)
		if err != nil {
			t.Fatal(err)
		}
		var all []int
		least, most := n, 0
		for _, f := range folds {
			if !slices.IsSorted(f) {
				t.Fatalf("a fold is not in order: %v", f)
			}
			all = append(all, f...)
			least, most = min(least, len(f)), max(most, len(f))
		}
		slices.Sort(all)
		if !slices.Equal(all, rows) || most-least > 1 {
			t.Fatalf("folds of %d to %d rows hold %v", least, most, all)
		}
		for c := range classes {
			least, most := n, 0
			for _, f := range folds {
				count := 0
				for _, row := range f {
					if strata[row/3] == c {
						count++
					}
				}
				least, most = min(least, count), max(most, count)
			}
			if most-least > 1 {
				t.Fatalf("class %d has %d to %d rows a fold", c, least, most)
			}
		}
		again, _ := Folds(rows, k, seed, strata)
		if !reflect.DeepEqual(folds, again) {
			t.Fatal("equal seeds dealt differently")
		}
	})
}

func TestFoldsRefuse(t *testing.T) {
	for _, c := range []struct {
		n, k   int
		strata []int
	}{{5, 1, nil}, {5, 6, nil}, {5, -1, nil}, {3, 2, []int{0}}} {
		if _, err := Folds(make([]int, c.n), c.k, 1, c.strata); err == nil {
			t.Errorf("%d folds of %d rows with classes %v: no error", c.k, c.n, c.strata)
		}
	}
	one, _ := Folds([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 2, 1, nil)
	other, _ := Folds([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 2, 2, nil)
	if reflect.DeepEqual(one, other) {
		t.Error("another seed dealt the same folds")
	}
}
