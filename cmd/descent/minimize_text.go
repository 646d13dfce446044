package main

import (
	"fmt"
	"slices"
	"strings"

	"descent"
	"descent/internal/numtext"
	"descent/optim"
)

// How many variables are printed one by one, and how many entries of a vector.
const (
	maxShown   = 20
	maxEntries = 12
)

// minimizeText prints the result for people.
func (a *app) minimizeText(formula *descent.Formula, m *descent.Minimum, rec *recorder, o descent.Options, explain bool) error {
	if explain {
		if err := a.explain(formula, m, rec); err != nil {
			return err
		}
	}
	w := a.out
	words, colour := statusWords(m)
	rest, ok := strings.CutPrefix(m.Reason, string(m.Status)) // interrupted after 5 steps
	if !ok {
		rest = ": " + rest
	}
	w.headline(colour, words, rest)
	w.say("%s", sentence(m.Verdict.Text))
	if m.Status != optim.Converged && m.Status != optim.Target && m.Steps > 0 {
		fmt.Fprintln(w, "The best point seen:")
	}
	printPoint(w, formula, m)
	w.say("%s", methodLine(m))
	if !explain {
		advise(w, m)
	}
	if unset := formula.Unset(o.Start); len(unset) > 0 && o.Starts == 1 {
		w.say("The start was random: %s; --seed %d repeats it.", coordinates(formula, m.Start, unset), o.Seed)
	}
	if o.Starts > 1 {
		a.printMinima(formula, m, o)
	}
	return nil
}

// statusWords is the status as the first words of a sentence, and the colour of
// its outcome.
func statusWords(m *descent.Minimum) (words, colour string) {
	words = sentence(string(m.Status))
	switch m.Status {
	case optim.Budget:
		words = "Budget spent"
	case optim.Time:
		words = "Time is up"
	case optim.Target:
		words = "Target reached"
	case optim.NoProgress:
		words = "No progress"
	}
	switch exitStatus(m) {
	case exitDone:
		return words, green
	case exitFailed:
		return words, red
	}
	return words, yellow
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
func methodLine(m *descent.Minimum) string {
	s := fmt.Sprintf("Method %s: %s, %s", m.Method, count(m.Steps, "step"), count(m.Evals, "evaluation"))
	if m.Chosen != "" {
		s += fmt.Sprintf(" (chosen: %s)", m.Chosen)
	}
	return s + "."
}

func count(n int, what string) string { return numtext.Count(n, what) }

// printPoint prints the variables and the value. Of many variables, and of long
// vectors, only some are shown.
func printPoint(w *screen, formula *descent.Formula, m *descent.Minimum) {
	type line struct{ name, text string }
	var lines []line
	width := len("value")
	for i, v := range formula.Variables {
		n := len(formula.Variables)
		if n > maxShown && i >= maxShown-1 && i < n-1 {
			if i == maxShown-1 {
				lines = append(lines, line{"…", fmt.Sprintf("(%d more; --json prints all)", n-maxShown)})
			}
			continue
		}
		switch x := m.X[v.Offset : v.Offset+max(v.Len, 1)]; {
		case v.Cols > 0:
			for i, row := range matrixText(x, v.Cols) {
				lines = append(lines, line{map[bool]string{true: v.Name}[i == 0], row})
			}
		case v.Len > 0:
			lines = append(lines, line{v.Name, vectorText(x)})
		default:
			lines = append(lines, line{v.Name, full(x[0])})
		}
		width = max(width, len([]rune(v.Name)))
	}
	lines = append(lines, line{"value", full(m.Value)})
	signs := slices.ContainsFunc(lines, func(l line) bool { return strings.HasPrefix(l.text, "-") })
	for _, l := range lines {
		if signs && !strings.HasPrefix(l.text, "-") {
			l.text = " " + l.text
		}
		w.item(fmt.Sprintf("  %-*s  ", width, l.name), l.text)
	}
}

// full prints a number of a result. The digits beyond these are rounding; --json
// has them.
func full(v float64) string { return numtext.Short(v, 10) }

// vectorText prints the entries of a vector; of a long one the first and the
// last.
func vectorText(x []float64) string {
	var parts []string
	for i, v := range x {
		if len(x) > maxEntries && i >= maxEntries-1 && i < len(x)-1 {
			if i == maxEntries-1 {
				parts = append(parts, fmt.Sprintf("… (%d more)", len(x)-maxEntries))
			}
			continue
		}
		parts = append(parts, numtext.Short(v, 6))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// matrixText prints the rows of a matrix; of many, the first and the last.
func matrixText(x []float64, cols int) []string {
	var rows []string
	n := len(x) / cols
	for i := range n {
		if n > maxEntries && i >= maxEntries-1 && i < n-1 {
			if i == maxEntries-1 {
				rows = append(rows, fmt.Sprintf("… (%d more rows)", n-maxEntries))
			}
			continue
		}
		rows = append(rows, vectorText(x[i*cols:(i+1)*cols]))
	}
	return rows
}

// coordinates lists some elements of a point as --start takes them: "x=3, y=-2".
func coordinates(formula *descent.Formula, x []float64, names []string) string {
	const most = 6
	var parts []string
	for i, name := range formula.Names() {
		if !slices.Contains(names, name) {
			continue
		}
		if len(parts) == most {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, name+"="+numtext.Short(x[i], 7))
	}
	return strings.Join(parts, ", ")
}

// printMinima prints what several starts found.
func (a *app) printMinima(formula *descent.Formula, m *descent.Minimum, o descent.Options) {
	w, tried := a.out, 0
	for _, n := range m.Missed {
		tried += n
	}
	for _, b := range m.Minima {
		tried += b.Count
	}
	found := count(len(m.Minima), "distinct minimum")
	if len(m.Minima) != 1 {
		found = fmt.Sprintf("%d distinct minima", len(m.Minima))
	}
	fmt.Fprintf(w, "\n%s from %s, --seed %d:\n", found, count(tried, "start"), o.Seed)
	for i, b := range m.Minima {
		if i == maxShown {
			fmt.Fprintf(w, "  … (%d more; --json prints all)\n", len(m.Minima)-maxShown)
			break
		}
		w.item(share(b.Share), fmt.Sprintf("value %s at %s", numtext.Short(b.Value, 7), coordinates(formula, b.X, formula.Names())))
	}
	for _, what := range keys(m.Missed) {
		w.item(share(float64(m.Missed[what])/float64(tried)), "ended otherwise: "+strings.ReplaceAll(what, "_", " "))
	}
}

// share is a part of all starts as a label.
func share(part float64) string { return fmt.Sprintf("  %5s %%  ", numtext.Short(100*part, 3)) }
