package data

// Folds deals the rows into k parts of equal size, or nearly, at random but
// always the same for one seed. Where strata is not nil, strata[i] is the class
// of rows[i], and the rows of every class are spread over the parts as evenly as
// they go. Each part is in ascending order of position in rows.
func Folds(rows []int, k int, seed uint64, strata []int) ([][]int, error) {
	fold := make([]int, len(rows))
	if err := Deal(len(rows), k, seed, strata, func(i, f int) { fold[i] = f }); err != nil {
		return nil, err
	}
	parts := make([][]int, k)
	for i, row := range rows {
		parts[fold[i]] = append(parts[fold[i]], row)
	}
	return parts, nil
}
