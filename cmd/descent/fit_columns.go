package main

import (
	"fmt"
	"strings"

	"descent/data"
	"descent/internal/numtext"
)

// featureUse is what a column becomes, and what counts for missing values.
func featureUse(c data.Feature, s data.Summary) string {
	use, missing := featureShape(c)
	switch {
	case s.Missing == 0:
		return use
	case c.Drop:
		return fmt.Sprintf("%s without it left out; %s", count(s.Missing, "row"), use)
	case c.Indicator:
		missing += " and a column of its own"
	}
	return fmt.Sprintf("%d missing → %s; %s", s.Missing, missing, use)
}

// featureShape is what the values of a column become, in a few words, and the
// value that a missing one counts as.
func featureShape(c data.Feature) (use, missing string) {
	switch c.Kind {
	case data.Number:
		return numberShape(c), numtext.Short(c.Fill, 5)
	case data.Date, data.DayFirst, data.MonthFirst, data.Unix:
		if use = "days"; c.Scale == 0 {
			use = "constant, so always 0"
		}
		if len(c.Cycles) > 0 {
			use += ", time of the " + strings.Join(c.Cycles, ", ")
		}
		return use, data.Date.Format(c.Fill)
	case data.Boolean:
		return "1 for " + c.Levels[1], numtext.Short(c.Fill, 3)
	case data.Category:
		switch use = fmt.Sprintf("%d features", c.Width); {
		case c.FillLevel != "":
			return use, c.FillLevel
		case c.Missing:
			return use, "a level"
		}
		return use, "<other>"
	}
	return c.Rule, ""
}

func numberShape(c data.Feature) string {
	x := "x"
	if c.Log {
		x = "±ln(1 + |x|)"
	}
	switch {
	case c.Scale == 0:
		return "constant, so always 0"
	case c.Shift == 0 && c.Scale == 1:
		return "as it is"
	case c.Shift == 0:
		return fmt.Sprintf("%s/%s", x, numtext.Short(c.Scale, 4))
	}
	return fmt.Sprintf("(%s − %s)/%s", x, numtext.Short(c.Shift, 4), numtext.Short(c.Scale, 4))
}
