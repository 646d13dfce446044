package data

import (
	"fmt"
	"slices"

	"descent/internal/stream"
)

// Folds deals the rows into k parts of equal size, or nearly, at random but
// always the same for one seed. Where strata is not nil, strata[i] is the class
// of rows[i], and the rows of every class are spread over the parts as evenly as
// they go. Each part is in ascending order of position in rows.
func Folds(rows []int, k int, seed uint64, strata []int) ([][]int, error) {
	if k < 2 || k > len(rows) {
		return nil, fmt.Errorf("data: %d rows cannot be dealt into %d folds; there are at least 2 folds, and a row for each", len(rows), k)
	}
	if strata != nil && len(strata) != len(rows) {
		return nil, fmt.Errorf("data: %d classes for %d rows", len(strata), len(rows))
	}
	order := stream.New(seed, "data/folds", 0).Perm(len(rows))
	if strata != nil {
		// Class after class, each in random order: dealt one by one like cards,
		// neither classes nor folds differ by more than a row.
		slices.SortStableFunc(order, func(a, b int) int { return strata[a] - strata[b] })
	}
	fold := make([]int, len(rows))
	for place, i := range order {
		fold[i] = place % k
	}
	parts := make([][]int, k)
	for i, row := range rows {
		parts[fold[i]] = append(parts[fold[i]], row)
	}
	return parts, nil
}
