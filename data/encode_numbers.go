package data

import (
	"fmt"
	"math"
	"slices"

	"descent/internal/kernel"
)

func learnNumber(c *Column, scale Scaling, missing Missing, from lessons) (Feature, error) {
	f := Feature{Column: c.Name, Kind: c.Kind, Width: 1, Scale: 1}
	s := from.spread(c)
	if s.infinite > 0 {
		return f, fmt.Errorf("data row %d holds %v; leave it empty if it is unknown", s.infinite, s.bad)
	}
	if f.Indicator = missing == FillLevel; f.Indicator {
		f.Width = 2
	}
	f.Drop = missing == DropRow
	if s.present == 0 {
		f.Scale, f.Rule = 0, "no value in the training rows: always 0"
		return f, nil
	}
	fill, err := f.learnFill(s, missing)
	if err != nil {
		return f, err
	}
	if err := f.learnScale(c, s, scale, from); err != nil {
		return f, err
	}
	if math.IsInf(f.Scale, 0) || math.IsInf(f.Shift, 0) || math.IsNaN(f.Scale) || math.IsNaN(f.Shift) {
		return f, fmt.Errorf("values from %v to %v are too far apart to scale; divide the column first", s.lo, s.hi)
	}
	f.Rule += "; " + fill
	if s.missing > 0 {
		f.Rule += fmt.Sprintf(" (%d of %d training rows)", s.missing, from.rows)
	}
	return f, nil
}

// presentValues are the values of the given rows that are not missing, sorted.
func presentValues(c *Column, rows []int) []float64 {
	present := make([]float64, 0, len(rows))
	for _, row := range rows {
		if v := c.Numbers[row]; !math.IsNaN(v) {
			present = append(present, v)
		}
	}
	slices.Sort(present)
	return present
}

// learnFill settles what counts for a missing value, and says it.
func (f *Feature) learnFill(s spread, missing Missing) (rule string, err error) {
	f.Fill = s.median
	rule = "the median "
	switch missing {
	case "", FillMedian:
	case FillLevel:
		return fmt.Sprintf("missing values count as the median %s and as 1 in a column of their own", f.Kind.short(f.Fill)), nil
	case DropRow:
		return "rows without a value are left out", nil
	case FillMean:
		rule = "the mean "
		part := float64(s.missing) / float64(s.present)
		f.Fill = s.mean + (s.mean-s.median)*part // s.mean is of the median where a value is missing
	case FillZero:
		f.Fill, rule = 0, ""
	default:
		v, ok := f.Kind.parse(string(missing))
		if !ok {
			return "", fmt.Errorf("the value %q for missing ones is no %s", missing, f.Kind.holds())
		}
		f.Fill, rule = v, ""
	}
	return fmt.Sprintf("missing values count as %s%s", rule, f.Kind.short(f.Fill)), nil
}

// learnScale settles Shift and Scale by the training rows, with the median where
// a value is missing.
func (f *Feature) learnScale(c *Column, s spread, scale Scaling, from lessons) error {
	value := "value"
	switch {
	case scale == Unscaled:
		f.Rule = "as it is"
		return nil
	case s.lo == s.hi:
		f.Shift, f.Scale = s.lo, 0
		f.Rule = fmt.Sprintf("constant %s in the training rows: always 0", f.Kind.short(s.lo))
		return nil
	case scale == MaxAbs:
		f.Scale = max(-s.lo, s.hi)
		f.Rule = fmt.Sprintf("value / %s", short(f.Scale))
		return nil
	case scale == MinMax:
		f.Shift, f.Scale = s.lo, s.hi-s.lo
	case scale == Robust || scale == Log:
		sorted, err := from.values(c)
		if err != nil {
			return err
		}
		f.Shift, f.Scale = s.mean, s.sd
		if scale == Log {
			f.Log, value = true, "±ln(1 + |value|)"
			f.Shift, f.Scale = logMoments(sorted, from.rows, s.median)
		} else if width := quartile(sorted, 3) - quartile(sorted, 1); width > 0 {
			f.Shift, f.Scale = quartile(sorted, 2), width
		}
	default:
		f.Shift, f.Scale = s.mean, s.sd
	}
	f.Rule = fmt.Sprintf("(%s - %s) / %s", value, short(f.Shift), short(f.Scale))
	return nil
}

// logMoments are the mean and the deviation of the logarithms of n values, of
// which those beyond the given ones are fill.
func logMoments(values []float64, n int, fill float64) (mean, sd float64) {
	logs := slices.Repeat([]float64{signedLog(fill)}, n)
	for i, v := range values {
		logs[i] = signedLog(v)
	}
	return meanSD(logs)
}

// signedLog is sign(v)·ln(1+|v|), which keeps order, sign and zero.
func signedLog(v float64) float64 { return math.Copysign(math.Log1p(math.Abs(v)), v) }

// quartile is the k-th quartile of sorted values, between two of them by their
// distances.
func quartile(sorted []float64, k int) float64 {
	at := float64(k*(len(sorted)-1)) / 4
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	part := at - float64(i)
	return (1-part)*sorted[i] + part*sorted[i+1]
}

func encodeNumbers[T kernel.Float](f *Feature, c *Column, rows []int, dst []T, stride int) error {
	for i, row := range rows {
		v := c.Numbers[row]
		missing := math.IsNaN(v)
		if missing {
			v = f.Fill
		}
		u := T(f.scaled(v))
		if math.IsInf(float64(u), 0) || math.IsNaN(float64(u)) {
			return fmt.Errorf("the value %v in data row %d does not fit after scaling", v, c.place(row))
		}
		dst[i*stride] = u
		if f.Indicator {
			dst[i*stride+f.Width-1] = oneIf[T](missing)
		}
	}
	return nil
}

// scaled is what a value becomes.
func (f *Feature) scaled(v float64) float64 {
	if f.Scale == 0 {
		return 0
	}
	if f.Log {
		v = signedLog(v)
	}
	return (v - f.Shift) / f.Scale
}

func oneIf[T kernel.Float](yes bool) T {
	if yes {
		return 1
	}
	return 0
}

// short prints a number for people.
func short(v float64) string { return fmt.Sprintf("%.6g", v) }
