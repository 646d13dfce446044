package main

import (
	"fmt"
	"math"
	"strings"

	"descent"
)

// parseBounds reads x=0:5,y=0:,w=:1,w[2]=0:1, where an end left out is no bound.
func parseBounds(text string) (map[string]descent.Bound, error) {
	out := map[string]descent.Bound{}
	for _, part := range splitOutside(text, ',') {
		name, value, found := strings.Cut(part, "=")
		low, high, both := strings.Cut(value, ":")
		if name = strings.TrimSpace(name); !found || !both || name == "" {
			return nil, fmt.Errorf("--bounds: found %q, expected name=low:high, as in x=0:5, or x=0: without an upper bound", strings.TrimSpace(part))
		}
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("--bounds: %s is given twice", name)
		}
		b := descent.Bound{Low: math.Inf(-1), High: math.Inf(1)}
		for _, end := range []struct {
			text string
			to   *float64
		}{{low, &b.Low}, {high, &b.High}} {
			if strings.TrimSpace(end.text) == "" {
				continue
			}
			v, err := parseNumber(end.text)
			if err != nil {
				return nil, fmt.Errorf("--bounds: %s: %w", name, err)
			}
			*end.to = v
		}
		if b.Low > b.High {
			return nil, fmt.Errorf("--bounds: found %s, expected the lower bound of %s first", strings.TrimSpace(part), name)
		}
		out[name] = b
	}
	return out, nil
}

// printBounds lists the variables at bounds with their multipliers.
func printBounds(w *screen, formula *descent.Formula, m *descent.Minimum) {
	held := m.Verdict.AtBounds
	if len(held) == 0 {
		return
	}
	fmt.Fprintln(w, "\nThe variables at bounds")
	names := formula.Names()
	for i, b := range held {
		if i == maxShown {
			fmt.Fprintf(w, "  … (%d more; --json prints all)\n", len(held)-maxShown)
			break
		}
		side, verdict := "lower", "the bound holds it back"
		if b.Upper {
			side = "upper"
		}
		switch {
		case b.Fixed:
			side, verdict = "only", "it is fixed"
		case math.Abs(b.Multiplier) <= 1e-8:
			verdict = "it would rest here anyway"
		case b.Multiplier < 0:
			verdict = "the value falls inwards: no minimum"
		}
		w.item(fmt.Sprintf("  %s = %s  ", names[b.Index], short(m.X[b.Index])), fmt.Sprintf("%s bound, multiplier %s: %s", side, short(b.Multiplier), verdict))
	}
	printWrapped(w, "A multiplier is how fast the value rises as the variable moves inwards.")
}

// atBounds lists the variables that the point holds at bounds, where it does.
func atBounds(formula *descent.Formula, m *descent.Minimum) object {
	var list []object
	for _, b := range m.Verdict.AtBounds {
		side := "lower"
		if b.Upper {
			side = "upper"
		}
		list = append(list, object{
			{"variable", formula.Names()[b.Index]}, {"bound", side}, {"value", number(m.X[b.Index])},
			{"multiplier", number(b.Multiplier)}, {"fixed", b.Fixed},
		})
	}
	if list == nil {
		return nil
	}
	return object{{"at_bounds", list}}
}
