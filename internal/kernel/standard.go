package kernel

// StandardRows turns columns into rows, shifted and divided:
//
//	dst[i*ldd+j] = T((columns[j][i] − shift[j])/scale[j])
//
// and says whether all are finite. The columns are of one length. Every path gives
// the same bits.
func StandardRows[T Float](dst []T, ldd int, columns [][]float64, shift, scale []float64) (finite bool) {
	if finite = true; len(columns) == 0 || len(columns[0]) == 0 {
		return finite
	}
	for j := 0; j < len(columns); j += standardColumns {
		width := min(standardColumns, len(columns)-j)
		part := columns[j : j+width]
		done, wrong := 0, 0
		if d, ok := any(dst[j:]).([]float64); ok && active == standardising {
			done, wrong = standardCall(d, ldd, part, shift[j:j+width], scale[j:j+width])
		}
		finite = finite && wrong == 0
		if done == len(part[0]) {
			continue
		}
		for k, column := range part {
			if !standardColumn(dst[done*ldd+j+k:], ldd, column[done:], shift[j+k], scale[j+k]) {
				finite = false
			}
		}
	}
	return finite
}

// standardColumns is how many columns are turned together.
const standardColumns = 8

// standardColumn is StandardRows for one column: u−u is 0 for a number and NaN
// otherwise, and NaN stays NaN in a sum.
func standardColumn[T Float](dst []T, ldd int, column []float64, shift, scale float64) bool {
	var wrong T
	at := 0
	for _, v := range column {
		u := T((v - shift) / scale)
		wrong += u - u
		dst[at] = u
		at += ldd
	}
	return wrong == 0
}
