// Package numtext prints numbers for people: few digits, no padding.
package numtext

import (
	"math"
	"strconv"
	"strings"
)

// Short prints v with at most digits significant ones: 0.667, 1200, 3.1e-9.
func Short(v float64, digits int) string {
	if v == 0 {
		return "0"
	}
	if a := math.Abs(v); a >= 1e-4 && a < 1e6 {
		// Plain notation: keep the digits that were asked for, no trailing zeros.
		decimals := max(0, digits-1-int(math.Floor(math.Log10(a))))
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'f', decimals, 64), 64)
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return TrimExponent(strconv.FormatFloat(v, 'g', digits, 64))
}

// Exact prints the shortest text that reads back as v, without padding.
func Exact(v float64) string {
	return TrimExponent(strconv.FormatFloat(v, 'g', -1, 64))
}

// TrimExponent drops what strconv pads an exponent with: 3.1e-09, 2e+06.
func TrimExponent(s string) string {
	mantissa, exp, found := strings.Cut(s, "e")
	if !found {
		return s
	}
	sign := ""
	if exp[0] == '-' {
		sign = "-"
	}
	return mantissa + "e" + sign + strings.TrimLeft(exp[1:], "0")
}

// Count prints a number of things: "1 row", "2 rows".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
