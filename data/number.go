package data

import "strconv"

// parseNumber reads a decimal number exactly: an optional sign, digits with an
// optional point, an optional exponent. Everything else that strconv knows
// (hexadecimal, underscores, words for infinity) is text here. A number beyond
// float64 comes back as ±Inf.
func parseNumber(s string) (float64, bool) {
	if !looksNumeric(s) {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil && v == 0 {
		return 0, false
	}
	return v, true
}

// looksNumeric checks the characters only; strconv judges their order.
func looksNumeric(s string) bool {
	digits := false
	for i := range len(s) {
		switch b := s[i]; {
		case '0' <= b && b <= '9':
			digits = true
		case b == '+', b == '-', b == '.', b == 'e', b == 'E':
		default:
			return false
		}
	}
	return digits
}

// isMissing says whether the cell, free of surrounding blanks, is one of the
// ways to say that there is no value.
func isMissing(s string) bool {
	switch len(s) {
	case 0:
		return true
	case 1:
		return s == "?"
	case 2:
		return s == "NA"
	case 3:
		return s == "N/A" || s == "NaN" || s == "nan" || s == "n/a"
	case 4:
		return s == "null" || s == "NULL" || s == "Null"
	}
	return false
}
