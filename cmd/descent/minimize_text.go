package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"descent"
	"descent/internal/numtext"
	"descent/optim"
	"descent/plot"
)

// maxShown is the number of variables up to which the point is printed in full.
const maxShown = 20

// minimizeText prints the result for people.
func (a *app) minimizeText(formula *descent.Formula, m *descent.Minimum, rec *recorder, f *minimizeFlags) error {
	if f.explain {
		if err := a.explain(formula, m, rec); err != nil {
			return err
		}
	}
	w := a.out
	fmt.Fprintf(w, "%s\n", strings.ToUpper(string(m.Status[:1]))+strings.ReplaceAll(string(m.Status[1:]), "_", " ")+": "+m.Reason)
	fmt.Fprintf(w, "%s\n", sentence(m.Verdict.Text))
	printPoint(w, formula, m.X)
	fmt.Fprintf(w, "  value  %s\n", numtext.Exact(m.Value))
	fmt.Fprintf(w, "%s\n", a.methodLine(m))
	if !given(formula, f.start) {
		fmt.Fprintf(w, "The start was random: --seed %d repeats it.\n", f.seed)
	}
	printMinima(w, formula, m)
	return nil
}

// sentence begins with a capital.
func sentence(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// methodLine says which method took how many steps.
func (a *app) methodLine(m *descent.Minimum) string {
	s := fmt.Sprintf("Method %s: %s, %s", m.Method, count(m.Steps, "step"), count(m.Evals, "evaluation"))
	if m.Chosen != "" {
		s += fmt.Sprintf(" (chosen: %s)", m.Chosen)
	}
	return s + "."
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// printPoint prints the variables, long vectors shortened.
func printPoint(w *screen, formula *descent.Formula, x []float64) {
	width := len("value")
	for _, v := range formula.Variables {
		width = max(width, len(v.Name))
	}
	for _, v := range formula.Variables {
		part := x[v.Offset : v.Offset+max(v.Len, 1)]
		text := numtext.Exact(part[0])
		if v.Len > 0 {
			text = vectorText(part, maxShown, numtext.Exact)
		}
		fmt.Fprintf(w, "  %-*s  %s\n", width, v.Name, text)
	}
}

// vectorText prints at most n entries of a vector, then the last.
func vectorText(x []float64, n int, num func(float64) string) string {
	var parts []string
	for i, v := range x {
		if i >= n-1 && i < len(x)-1 {
			if i == n-1 {
				parts = append(parts, fmt.Sprintf("… (%d more)", len(x)-n))
			}
			continue
		}
		parts = append(parts, num(v))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// given reports whether --start settles every variable.
func given(formula *descent.Formula, start string) bool {
	s, err := parseStart(start)
	if err != nil {
		return true
	}
	for _, v := range formula.Variables {
		if s[v.Name] == nil {
			return false
		}
	}
	return true
}

// printMinima prints what several starts found.
func printMinima(w *screen, formula *descent.Formula, m *descent.Minimum) {
	if m.Minima == nil && m.Missed == nil {
		return
	}
	what := "distinct minima"
	if len(m.Minima) == 1 {
		what = "minimum"
	}
	fmt.Fprintf(w, "\n%d %s found:\n", len(m.Minima), what)
	for _, b := range m.Minima {
		var parts []string
		for i, name := range formula.Names() {
			if i == 6 {
				parts = append(parts, "…")
				break
			}
			parts = append(parts, name+" = "+numtext.Short(b.X[i], 7))
		}
		fmt.Fprintf(w, "  %5.1f %%  value %s at %s\n", 100*b.Share, numtext.Short(b.Value, 7), strings.Join(parts, ", "))
	}
	for _, what := range slices.Sorted(keysOf(m.Missed)) {
		fmt.Fprintf(w, "  %d of the starts ended otherwise: %s\n", m.Missed[what], strings.ReplaceAll(what, "_", " "))
	}
}

// explain prints what --explain promises: derivatives, first steps, the curve.
func (a *app) explain(formula *descent.Formula, m *descent.Minimum, rec *recorder) error {
	w := a.out
	fmt.Fprintf(w, "f = %s\n\nThe derivatives\n", formula)
	ds, err := formula.Derivatives()
	if err != nil {
		return err
	}
	for _, d := range ds {
		name := d.Var
		if d.Index > 0 {
			name = fmt.Sprintf("%s[%d]", d.Var, d.Index)
		}
		text := d.Text
		if d.Omitted != "" {
			text = "not printed: " + d.Omitted
		}
		fmt.Fprintf(w, "  ∂f/∂%s = %s\n", name, text)
	}
	if formula.Dim() > len(ds) {
		fmt.Fprintf(w, "  and so on for all %d variables\n", formula.Dim())
	}
	if len(rec.first) > 0 {
		fmt.Fprintf(w, "\nThe first steps of %s: x ← x + step\n", m.Method)
		printSteps(w, rec.first, m.Steps-len(rec.first))
	}
	a.printCurve(rec.walk.F, m.Steps)
	fmt.Fprintln(w)
	return nil
}

// printCurve draws the values of a run.
func (a *app) printCurve(values []float64, steps int) {
	x := make([]float64, len(values))
	for i := range x {
		x[i] = float64(i) * float64(steps) / math.Max(1, float64(len(x)-1))
	}
	chart := plot.Chart{XLabel: "step", YLabel: "value", Series: []plot.Series{{Name: "value", X: x, Y: values}}}
	if s := plot.Terminal(chart, min(a.out.width, 100), 12, a.out.colour); s != "" {
		fmt.Fprintf(a.out, "\nThe value after each step\n%s", s)
	}
}

// printSteps prints the account of steps as a table, or, where that is too wide
// for the terminal, one step after the other.
func printSteps(w *screen, rows []optim.Row[float64], more int) {
	head := []string{"step", "point", "value", "gradient", "step taken", "predicted", "actual", "angle"}
	var table [][]string
	for i := range rows {
		r := &rows[i]
		table = append(table, []string{
			fmt.Sprint(r.Iter), pointText(r.From), short(r.Value), pointText(r.Gradient), pointText(r.Step),
			short(r.Predicted), short(r.Actual), short(r.Angle) + "°",
		})
	}
	widths := make([]int, len(head))
	total := 0
	for c := range head {
		widths[c] = len(head[c])
		for _, row := range table {
			widths[c] = max(widths[c], len([]rune(row[c])))
		}
		total += widths[c] + 2
	}
	if total > w.width {
		for _, row := range table {
			for c, cell := range row {
				fmt.Fprintf(w, "  %-10s  %s\n", head[c], cell)
			}
			fmt.Fprintln(w)
		}
		printMore(w, more)
		return
	}
	line := func(cells []string) {
		var b strings.Builder
		for c, cell := range cells {
			fmt.Fprintf(&b, "  %s%s", strings.Repeat(" ", widths[c]-len([]rune(cell))), cell)
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	line(head)
	for _, row := range table {
		line(row)
	}
	printMore(w, more)
	fmt.Fprintln(w, "Predicted is the decrease that the tangent promises, −gradient·step; actual is what the")
	fmt.Fprintln(w, "value lost. The angle is that between step and gradient: 180° is straight downhill.")
}

func printMore(w *screen, more int) {
	if more > 0 {
		fmt.Fprintf(w, "  … and %s\n", count(more, "more step"))
	}
}

func short(v float64) string { return numtext.Short(v, 4) }

// pointText prints a point of a few variables in full, and the length of others.
func pointText(x []float64) string {
	if len(x) == 1 {
		return short(x[0])
	}
	if len(x) > 3 {
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
