package data

import (
	"fmt"
	"math"

	"descent/internal/kernel"
)

// The cycles of a date, with their periods in seconds: what a sine and a cosine
// of the phase tell.
const (
	weekCycle = "week"
	yearCycle = "year" // by the day of the year
	dayCycle  = "day"
)

// learnDate makes the rule of a column of dates: how long after the training
// mean, and the phases of the week, the year and the day as far as the training
// rows go through them: more than one day of the week, at least half a year,
// more than one time of the day.
func learnDate(c *Column, scale Scaling, missing Missing, from lessons) (Feature, error) {
	if scale == Log {
		scale = Standard // no logarithm of a date means anything
	}
	f, err := learnNumber(c, scale, missing, from)
	if err != nil || f.Scale == 0 {
		return f, err
	}
	s := from.spread(c)
	if scale == Unscaled {
		f.Shift = s.mean
		f.Scale = secondsOfDay
	}
	for _, cycle := range []struct {
		name string
		has  bool
	}{{weekCycle, s.dates.week}, {yearCycle, s.hi-s.lo >= 183*secondsOfDay}, {dayCycle, s.dates.day}} {
		if cycle.has {
			f.Cycles = append(f.Cycles, cycle.name)
			f.Width += 2
		}
	}
	f.describeDates(from.rows, s.missing)
	return f, nil
}

func (f *Feature) describeDates(n, gone int) {
	f.Rule = fmt.Sprintf("days since %s divided by %s", momentText(math.Round(f.Shift)), short(f.Scale/secondsOfDay))
	for _, cycle := range f.Cycles {
		f.Rule += fmt.Sprintf(", sine and cosine of the time of the %s", cycle)
	}
	switch {
	case f.Drop:
		f.Rule += "; rows without a date are left out"
	case f.Indicator:
		f.Rule += fmt.Sprintf("; missing dates count as %s and as 1 in a column of their own", momentText(f.Fill))
	default:
		f.Rule += "; missing dates count as " + momentText(f.Fill)
	}
	if gone > 0 {
		f.Rule += fmt.Sprintf(" (%d of %d training rows)", gone, n)
	}
}

// variety is how much of a week and a day the dates of a column have.
type variety struct {
	any       bool
	first     float64
	week, day bool // more than one day of the week, more than one time of day
}

func (d *variety) see(seconds float64) {
	if !d.any {
		d.any, d.first = true, seconds
	}
	d.week = d.week || weekday(seconds) != weekday(d.first)
	d.day = d.day || clock(seconds) != clock(d.first)
}

// weekday counts the days of the week from Thursday, the first of 1970.
func weekday(seconds float64) int {
	d := int(math.Floor(seconds/secondsOfDay)) % 7
	return (d + 7) % 7
}

// clock is the time of day in seconds.
func clock(seconds float64) float64 {
	return seconds - secondsOfDay*math.Floor(seconds/secondsOfDay)
}

// phase is how far, from 0 to 1, a moment lies in a cycle.
func phase(seconds float64, cycle string) float64 {
	day := math.Floor(seconds / secondsOfDay)
	switch cycle {
	case weekCycle:
		return float64(weekday(seconds)) / 7
	case dayCycle:
		return clock(seconds) / secondsOfDay
	}
	return float64(dayOfYear(int(day))) / 365.25
}

// dayOfYear is how many days of its year lie before a day since 1970.
func dayOfYear(day int) int {
	y := 1970 + int(math.Floor(float64(day)/365.2425))
	for daysSince1970(y, 1, 1) > day {
		y--
	}
	for daysSince1970(y+1, 1, 1) <= day {
		y++
	}
	return day - daysSince1970(y, 1, 1)
}

// encodeDates fills the days, the cycles and the indicator of each row.
func encodeDates[T kernel.Float](f *Feature, c *Column, rows []int, dst []T, stride int) error {
	if err := encodeNumbers(f, c, rows, dst, stride); err != nil {
		return err
	}
	for i, row := range rows {
		v := c.Numbers[row]
		if math.IsNaN(v) {
			v = f.Fill
		}
		for k, cycle := range f.Cycles {
			sin, cos := math.Sincos(2 * math.Pi * phase(v, cycle))
			dst[i*stride+1+2*k], dst[i*stride+2+2*k] = T(sin), T(cos)
		}
	}
	return nil
}
