package plot

import (
	"math"
	"strconv"
	"strings"

	gonum "gonum.org/v1/plot"

	"descent/internal/numtext"
)

// ticks marks an axis at round numbers: 1, 2 or 5 times a power of ten.
type ticks struct{}

// Ticks returns about six labelled marks between lo and hi.
func (ticks) Ticks(lo, hi float64) []gonum.Tick {
	step := roundStep((hi - lo) / 6)
	if !(step > 0) || math.IsInf(step, 0) {
		return []gonum.Tick{{Value: lo, Label: number(lo)}}
	}
	var out []gonum.Tick
	// Count in whole steps, so that 0.30000000000000004 cannot appear.
	first, last := math.Ceil(lo/step-1e-9), math.Floor(hi/step+1e-9)
	for k := first; k <= last && len(out) < 20; k++ {
		v := k*step + 0 // never −0
		out = append(out, gonum.Tick{Value: v, Label: tickLabel(v, step)})
	}
	return out
}

// roundStep is the smallest of 1, 2, 5 times a power of ten that is at least s.
func roundStep(s float64) float64 {
	p := math.Pow(10, math.Floor(math.Log10(s)))
	for _, m := range []float64{1, 2, 5, 10} {
		if m*p >= s*(1-1e-9) {
			return m * p
		}
	}
	return 10 * p
}

// tickLabel writes v with the digits that tell it from its neighbours, a step
// away.
func tickLabel(v, step float64) string {
	big := math.Max(math.Abs(v), step)
	if v == 0 {
		return "0"
	}
	if big < 1e-3 || big >= 1e5 {
		digits := math.Floor(math.Log10(big)+1e-9) - math.Floor(math.Log10(step)+1e-9)
		s := strconv.FormatFloat(v, 'e', int(math.Max(0, math.Min(digits, 15))), 64)
		mantissa, exp, _ := strings.Cut(s, "e")
		if strings.Contains(mantissa, ".") {
			mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
		}
		return minus(numtext.TrimExponent(mantissa + "e" + exp))
	}
	decimals := -math.Floor(math.Log10(step) + 1e-9)
	return minus(strconv.FormatFloat(v, 'f', int(math.Max(0, math.Min(decimals, 15))), 64))
}

// number writes v for people, with three significant digits.
func number(v float64) string { return minus(numtext.Short(v, 3)) }

// minus writes the typographic minus sign.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

// logTicks marks a logarithmic axis that is drawn in log10: whole decades, or
// 1, 2 and 5 where there are few.
type logTicks struct{}

// Ticks returns labelled marks at powers of ten between 10^lo and 10^hi.
func (logTicks) Ticks(lo, hi float64) []gonum.Tick {
	var out []gonum.Tick
	decades := hi - lo
	stride := math.Max(1, math.Ceil(decades/8))
	for e := math.Ceil(lo/stride-1e-9) * stride; e <= hi+1e-9; e += stride {
		out = append(out, gonum.Tick{Value: e, Label: power(e)})
	}
	if decades > 2.5 {
		return out
	}
	fine := []float64{2, 5}
	if decades < 0.7 {
		return linearTicksOnLog(lo, hi)
	}
	for e := math.Floor(lo); e <= hi; e++ {
		for _, m := range fine {
			if v := e + math.Log10(m); v >= lo && v <= hi {
				out = append(out, gonum.Tick{Value: v, Label: number(m * math.Pow(10, e))})
			}
		}
	}
	return out
}

// linearTicksOnLog marks less than a decade at round numbers.
func linearTicksOnLog(lo, hi float64) []gonum.Tick {
	var out []gonum.Tick
	for _, t := range (ticks{}).Ticks(math.Pow(10, lo), math.Pow(10, hi)) {
		out = append(out, gonum.Tick{Value: math.Log10(t.Value), Label: t.Label})
	}
	return out
}

// power writes 10^e the short way.
func power(e float64) string {
	if e >= -4 && e <= 4 {
		return strconv.FormatFloat(math.Pow(10, e), 'f', int(math.Max(0, -e)), 64)
	}
	return minus("1e" + strconv.Itoa(int(e)))
}
