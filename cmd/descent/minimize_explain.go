package main

import (
	"fmt"

	"descent"
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
		w.item(fmt.Sprintf("  ∂f/∂%s = ", d.Name()), text)
	}
	if formula.Dim() > min(len(ds), maxShown) {
		fmt.Fprintf(w, "  and so on for all %d variables\n", formula.Dim())
	}
	foretell(w, m)
	if len(rec.first) > 0 {
		fmt.Fprintf(w, "\nThe first steps of %s: x ← x + step\n", m.Method)
		printSteps(w, rec.first, m.Steps-len(rec.first))
	}
	a.printCurve(rec.way())
	lookBack(w, m)
	printBounds(w, formula, m)
	fmt.Fprintln(w)
	return nil
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
