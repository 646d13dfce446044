package main

import (
	"fmt"
	"strings"

	"descent"
	"descent/internal/numtext"
	"descent/optim"
)

// foretell prints what gd or momentum was to need, by the curvature at the
// start.
func foretell(w *screen, m *descent.Minimum) {
	switch c := m.Forecast; {
	case c == nil:
	case c.Start != nil:
		paragraph(w, "The forecast by the curvature at the start: "+c.Start.Text+".")
	default:
		paragraph(w, "No forecast at the start: "+plain(c.None)+".")
	}
}

// lookBack prints the same by the curvature at the end, beside what came.
func lookBack(w *screen, m *descent.Minimum) {
	c := m.Forecast
	if c == nil {
		return
	}
	if c.End == nil {
		paragraph(w, "No forecast at the end: "+plain(c.NoneAtEnd)+".")
		return
	}
	text := fmt.Sprintf("By the curvature at the end: %s. The run took %s", c.End.Text, count(m.Steps, "step"))
	if more := further(c); more != "" {
		text += ", and " + more
	}
	paragraph(w, text+".")
}

// further says how many steps are still missing; "" where none is.
func further(c *descent.Forecast) string {
	if c.Further <= 0 {
		return ""
	}
	return "about " + count(c.Further, "more step") + " would do"
}

// worthSaying is the part of the steps taken below which another rate is worth a
// line, and fewSteps are too few to care.
const (
	worthSaying = 0.7
	fewSteps    = 20
)

// advise names the best fixed rate where it would have spared many steps.
func advise(w *screen, m *descent.Minimum) {
	c := m.Forecast
	if c == nil || c.End == nil || m.Steps < fewSteps || m.Status != optim.Converged && m.Status != optim.Budget {
		return
	}
	text := further(c)
	needed := m.Steps + max(c.Further, 0)
	best, advice := c.End.BestSteps, ""
	switch rate := numtext.Short(c.End.BestRate, 3); {
	case c.Near && best > 0 && (c.Further < 0 || float64(best) < worthSaying*float64(needed)):
		advice = fmt.Sprintf("the best fixed rate is %s, with about %s from the start", rate, count(best, "step"))
	case !c.Near && c.End.Rate < worthSaying*c.End.BestRate:
		advice = fmt.Sprintf("the best fixed rate near the minimum is %s", rate)
	}
	if advice != "" {
		if text != "" {
			text += "; "
		}
		text += fmt.Sprintf("%s (condition number %s)", advice, numtext.Short(c.End.Condition, 3))
	}
	if text != "" {
		w.say("%s.", sentence(text))
	}
}

// paragraph prints a text below an empty line.
func paragraph(w *screen, text string) {
	fmt.Fprintln(w)
	printWrapped(w, text)
}

// plain is a reason without the name of the package that gave it.
func plain(reason string) string { return strings.TrimPrefix(reason, "optim: ") }
