package main

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"descent"
	"descent/internal/numtext"
	"descent/optim"
	"descent/plot"
)

// explain prints what --explain promises: derivatives, first steps, the curve.
func (a *app) explain(formula *descent.Formula, m *descent.Minimum, rec *recorder) error {
	w := a.out
	w.item("f = ", excerpt(formula.String()))
	ds, err := formula.Derivatives()
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "\nThe derivatives")
	for i, d := range ds {
		if i == maxShown {
			break
		}
		text := excerpt(d.Text)
		if d.Omitted != "" {
			text = "not printed: " + d.Omitted
		}
		w.item(fmt.Sprintf("  ∂f/∂%s = ", elementName(d.Var, d.Index)), text)
	}
	if formula.Dim() > min(len(ds), maxShown) {
		fmt.Fprintf(w, "  and so on for all %d variables\n", formula.Dim())
	}
	if len(rec.first) > 0 {
		fmt.Fprintf(w, "\nThe first steps of %s: x ← x + step\n", m.Method)
		printSteps(w, rec.first, m.Steps-len(rec.first))
	}
	a.printCurve(rec.way())
	printBounds(w, formula, m)
	fmt.Fprintln(w)
	return nil
}

// elementName names a variable, or the entry of a vector for an index from 1.
func elementName(name string, index int) string {
	if index == 0 {
		return name
	}
	return fmt.Sprintf("%s[%d]", name, index)
}

// excerpt shortens a formula that nobody would read to the end.
func excerpt(s string) string {
	const most = 1200
	if r := []rune(s); len(r) > most {
		return fmt.Sprintf("%s … (%d more characters)", string(r[:most]), len(r)-most)
	}
	return s
}

// printCurve draws the values of a run.
func (a *app) printCurve(way plot.Walk) {
	if s := plot.Terminal(way.Values(), min(a.out.width, 100), 12, a.out.colour); s != "" {
		fmt.Fprintf(a.out, "\nThe value after each step\n%s", s)
	}
}

// stepColumns head the table of steps; the first is repeated where the table is
// cut in two.
var stepColumns = []string{"step", "point", "value", "gradient", "step taken", "predicted", "actual", "angle"}

// printSteps prints the account of steps as a table, or as several where one is
// too wide for the screen.
func printSteps(w *screen, rows []optim.Row[float64], more int) {
	table := [][]string{stepColumns}
	for i := range rows {
		r := &rows[i]
		table = append(table, []string{
			fmt.Sprint(r.Iter), pointText(r.From), short(r.Value), pointText(r.Gradient), pointText(r.Step),
			short(r.Predicted), short(r.Actual), short(r.Angle) + "°",
		})
	}
	widths := make([]int, len(stepColumns))
	for _, row := range table {
		for c, cell := range row {
			widths[c] = max(widths[c], 2+utf8.RuneCountInString(cell))
		}
	}
	for from := 1; from < len(widths); {
		to, total := from, widths[0]
		for to < len(widths) && (to == from || total+widths[to] <= w.width) {
			total += widths[to]
			to++
		}
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
	printWrapped(w, "Predicted is the decrease that the tangent promises, −gradient·step; actual is what the value lost. "+
		"The angle is that between step and gradient: 180° is straight downhill.")
}

// pad moves a text to the right end of so many columns.
func pad(s string, width int) string {
	return strings.Repeat(" ", width-utf8.RuneCountInString(s)) + s
}

func short(v float64) string { return numtext.Short(v, 4) }

// maxCoordinates is the number of variables up to which a table shows points.
const maxCoordinates = 3

// pointText prints a point of a few variables in full, and the length of others.
func pointText(x []float64) string {
	if len(x) == 1 {
		return short(x[0])
	}
	if len(x) > maxCoordinates {
		sum := 0.0
		for _, v := range x {
			sum = math.Hypot(sum, v)
		}
		return "|" + short(sum) + "|"
	}
	var parts []string
	for _, v := range x {
		parts = append(parts, short(v))
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
