package data

import (
	"fmt"
	"math"
	"sort"

	"descent/internal/stream"
)

// DealBytes is the memory that SetAside and Deal take for each row while they
// are at work, with strata of two bytes.
const DealBytes = 6

// SetAside is Split for n rows that are somewhere else: it names the positions
// of those that are set aside, in no order. strata[i] is the class of row i, and
// strata is nil where there are none. Every class gives its share: the j-th of
// its m rows, in random order, has the rank (j+½)/m, and the rows of least rank
// are set aside, those of equal rank in random order.
func SetAside[S ~int | ~uint16](n int, fraction float64, seed uint64, strata []S, take func(i int)) error {
	if !(fraction > 0 && fraction < 1) {
		return fmt.Errorf("data: cannot set a fraction of %v aside; it lies between 0 and 1, both excluded", fraction)
	}
	if strata != nil && len(strata) != n {
		return fmt.Errorf("data: %d classes for %d rows", len(strata), n)
	}
	if n < 2 {
		return fmt.Errorf("data: %d rows cannot be split in two", n)
	}
	order, err := permutation(seed, "data/split", n)
	if err != nil {
		return err
	}
	want := min(max(int(fraction*float64(n)+0.5), 1), n-1)
	if strata == nil {
		for _, i := range order[:want] {
			take(int(i))
		}
		return nil
	}
	size := sizes(strata)
	limit, ties := rankOf(size, want)
	next := make([]int, len(size))
	for _, i := range order {
		s := strata[i]
		rank := rankIn(next[s], size[s])
		next[s]++
		if rank > limit || rank == limit && ties == 0 {
			continue
		}
		if rank == limit {
			ties--
		}
		take(int(i))
	}
	return nil
}

// permutation is that of rand.Perm in half the memory.
func permutation(seed uint64, purpose string, n int) ([]int32, error) {
	if n > math.MaxInt32 {
		return nil, fmt.Errorf("data: %d rows are too many to deal", n)
	}
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	stream.New(seed, purpose, 0).Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order, nil
}

// sizes counts the rows of each class.
func sizes[S ~int | ~uint16](strata []S) (size []int) {
	for _, s := range strata {
		for int(s) >= len(size) {
			size = append(size, 0)
		}
		size[s]++
	}
	return size
}

// rankIn is the rank of the j-th of m rows.
func rankIn(j, m int) float64 { return (float64(j) + 0.5) / float64(m) }

// rankOf is the greatest rank among the want rows of least rank in classes of
// these sizes, and how many of the rows that have it are among them.
func rankOf(size []int, want int) (limit float64, ties int) {
	below := func(limit float64, also bool) (rows int) { // of less rank, or also of that rank
		for _, m := range size {
			rows += sort.Search(m, func(j int) bool {
				rank := rankIn(j, m)
				return rank > limit || rank == limit && !also
			})
		}
		return rows
	}
	// Floats that are not negative are in the order of their bits.
	bits := sort.Search(int(math.Float64bits(1)), func(b int) bool { return below(math.Float64frombits(uint64(b)), true) >= want })
	limit = math.Float64frombits(uint64(bits))
	return limit, want - below(limit, false)
}

// Deal is Folds for n rows that are somewhere else: it names the fold of each
// position, in no order.
func Deal[S ~int | ~uint16](n, k int, seed uint64, strata []S, take func(i, fold int)) error {
	if k < 2 || k > n {
		return fmt.Errorf("data: %d rows cannot be dealt into %d folds; there are at least 2 folds, and a row for each", n, k)
	}
	if strata != nil && len(strata) != n {
		return fmt.Errorf("data: %d classes for %d rows", len(strata), n)
	}
	order, err := permutation(seed, "data/folds", n)
	if err != nil {
		return err
	}
	// Class after class, each in random order: dealt one by one like cards,
	// neither classes nor folds differ by more than a row.
	next := sizes(strata)
	at := 0
	for s, m := range next {
		next[s], at = at, at+m
	}
	for place, i := range order {
		if strata != nil {
			s := strata[i]
			place = next[s]
			next[s]++
		}
		take(int(i), place%k)
	}
	return nil
}
