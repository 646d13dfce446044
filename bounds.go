package descent

import (
	"fmt"
	"math"

	"descent/optim"
)

// Bound is where a variable may be: Low ≤ x ≤ High. Infinite ends are no bounds.
type Bound struct{ Low, High float64 }

// Box lays bounds out over the flat vector; nil without any. A name is that of
// a variable, or of one entry, as in "w[2]" or "W[1,2]", which then goes before
// the bound of the whole vector or matrix.
func (f *Formula) Box(bounds map[string]Bound) (*optim.Box[float64], error) {
	if len(bounds) == 0 {
		return nil, nil
	}
	low, high := map[string][]float64{}, map[string][]float64{}
	for name, b := range bounds {
		if !(b.Low <= b.High) || math.IsInf(b.Low, 1) || math.IsInf(b.High, -1) {
			return nil, fmt.Errorf("descent: the bounds of %s are %v to %v; the lower one must be below the upper one", name, b.Low, b.High)
		}
		low[name], high[name] = []float64{b.Low}, []float64{b.High}
	}
	box := optim.Unbounded[float64](f.Dim())
	if err := f.Point(low, box.Lower); err != nil {
		return nil, err
	}
	return box, f.Point(high, box.Upper)
}

// randomStart draws the start number k within the box, which may be nil.
func (o *Options) randomStart(n int, box *optim.Box[float64], k int) ([]float64, error) {
	low, high, asked := o.Low, o.High, true
	if low == 0 && high == 0 {
		low, high, asked = -5, 5, false
	}
	x, purpose := make([]float64, n), fmt.Sprintf("start %d", k)
	if err := optim.RandomPoint(o.Seed, purpose, low, high, x); err != nil || box == nil {
		return x, err
	}
	part := make([]float64, n)
	if err := optim.RandomPoint(o.Seed, purpose, 0, 1, part); err != nil {
		return nil, err
	}
	for i, t := range part {
		a, b := math.Inf(-1), math.Inf(1)
		if box.Lower != nil {
			a = box.Lower[i]
		}
		if box.Upper != nil {
			b = box.Upper[i]
		}
		a, b = startRange(a, b, low, high, asked)
		x[i] = min(max(a*(1-t)+b*t, a), b)
	}
	return x, nil
}

// startRange is where a variable with the bounds a and b starts at random. Where
// both are finite it is all between them, or what a range that was asked for
// covers of that; beside one bound it is as much of the range as fits, or the
// range moved to the bound.
func startRange(a, b, low, high float64, asked bool) (from, to float64) {
	from, to = max(a, low), min(b, high)
	switch all := !math.IsInf(a, 0) && !math.IsInf(b, 0); {
	case all && !(asked && from < to):
		return a, b
	case from < to:
		return from, to
	case math.IsInf(a, 0):
		return b - (high - low), b
	}
	return a, a + (high - low)
}
