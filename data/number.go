package data

import (
	"unsafe"

	"descent/internal/decimal"
)

// parseNumber reads a decimal number exactly: an optional sign, digits with an
// optional point, an optional exponent. Everything else that strconv knows
// (hexadecimal, underscores, words for infinity) is text here. A number beyond
// float64 comes back as ±Inf.
func parseNumber(s string) (float64, bool) {
	v, n := decimal.Scan(unsafe.Slice(unsafe.StringData(s), len(s)))
	return v, n > 0 && n == len(s)
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
