package main

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"descent/internal/numtext"
	"descent/optim"
)

// stepColumns head the table of steps; the first is repeated where the table is
// cut in two, and the account of the step begins at the column account.
var stepColumns = []string{"step", "point", "value", "gradient", "step taken", "predicted", "actual", "ratio", "cos β"}

const account = 5

// stepTable is the table of steps with so many digits in its vectors, and the
// widths of its columns.
func stepTable(rows []optim.Row[float64], digits int) (table [][]string, widths []int) {
	table = [][]string{stepColumns}
	for i := range rows {
		r := &rows[i]
		table = append(table, []string{
			fmt.Sprint(r.Iter), pointText(r.From, digits), short(r.Value), pointText(r.Gradient, digits), pointText(r.Step, digits),
			short(r.Predicted), short(r.Actual), shortOr(r.Ratio, 3), shortOr(r.Cosine, 3),
		})
	}
	widths = make([]int, len(stepColumns))
	for _, row := range table {
		for c, cell := range row {
			widths[c] = max(widths[c], 2+utf8.RuneCountInString(cell))
		}
	}
	return table, widths
}

// printSteps prints the account of steps as a table, or as several where one is
// too wide for the screen; a digit less may spare that.
func printSteps(w *screen, rows []optim.Row[float64], more int) {
	table, widths := stepTable(rows, 4)
	if sum(widths) > w.width {
		if t, narrower := stepTable(rows, 3); sum(narrower) <= w.width || sum(narrower[:account]) <= w.width && sum(widths[:account]) > w.width {
			table, widths = t, narrower
		}
	}
	for from := 1; from < len(widths); {
		to := fitting(widths, from, w.width)
		if from > 1 {
			fmt.Fprintln(w)
		}
		for _, row := range table {
			line := pad(row[0], widths[0])
			for c := from; c < to; c++ {
				line += pad(row[c], widths[c])
			}
			fmt.Fprintln(w, line)
		}
		from = to
	}
	if more > 0 {
		fmt.Fprintf(w, "  … and %s\n", count(more, "more step"))
	}
	if n := len(rows[0].From); n > maxCoordinates {
		printWrapped(w, fmt.Sprintf("Of vectors with %d entries the table has the Euclidean lengths, as in |1.5|.", n))
	}
	printWrapped(w, "Predicted is the decrease that the tangent promises, −gradient·step; actual is what the value lost, and the ratio actual/predicted tends to 1 as steps get short. "+
		"β is the angle between step and gradient: cos β = −1 is straight downhill.")
}

// fitting is where a table on a screen of so many columns ends that begins with
// the column from. A table that must be cut is cut before the account of the
// step, if that helps.
func fitting(widths []int, from, width int) int {
	to, total := from, widths[0]
	for to < len(widths) && (to == from || total+widths[to] <= width) {
		total += widths[to]
		to++
	}
	if from < account && account < to && to < len(widths) {
		return account
	}
	return to
}

func sum(widths []int) int {
	total := 0
	for _, n := range widths {
		total += n
	}
	return total
}

// pad moves a text to the right end of so many columns.
func pad(s string, width int) string {
	return strings.Repeat(" ", width-utf8.RuneCountInString(s)) + s
}

func short(v float64) string { return numtext.Short(v, 4) }

// shortOr prints a number that there may be none of.
func shortOr(v float64, digits int) string {
	if math.IsNaN(v) {
		return "–"
	}
	return numtext.Short(v, digits)
}

// maxCoordinates is the number of variables up to which a table shows points.
const maxCoordinates = 3

// pointText prints a point of a few variables in full, and the length of others,
// with so many digits.
func pointText(x []float64, digits int) string {
	if len(x) == 1 {
		return numtext.Short(x[0], digits)
	}
	if len(x) > maxCoordinates {
		sum := 0.0
		for _, v := range x {
			sum = math.Hypot(sum, v)
		}
		return "|" + numtext.Short(sum, digits) + "|"
	}
	var parts []string
	for _, v := range x {
		parts = append(parts, numtext.Short(v, digits))
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
