package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent"
	"descent/internal/nearname"
	"descent/optim"
)

// parseStart reads x=3,y=-2,w=[1,2,3],v[2]=0.5: values by variable, where a
// value is a number or a constant formula such as pi/2.
func parseStart(text string) (map[string][]float64, error) {
	out := map[string][]float64{}
	for _, part := range splitOutside(text, ',') {
		name, value, found := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found || name == "" || value == "" {
			return nil, fmt.Errorf("--start: found %q, expected name=value, as in x=3,y=-2 or w=[1,2,3]", strings.TrimSpace(part))
		}
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("--start: %s is given twice", name)
		}
		list := []string{value}
		if inner, ok := strings.CutPrefix(value, "["); ok {
			if inner, ok = strings.CutSuffix(inner, "]"); !ok {
				return nil, fmt.Errorf("--start: the list of %s is not closed: %s", name, value)
			}
			list = splitOutside(inner, ',')
		}
		for _, item := range list {
			v, err := parseNumber(item)
			if err != nil {
				return nil, fmt.Errorf("--start: %s: %w", name, err)
			}
			out[name] = append(out[name], v)
		}
	}
	return out, nil
}

// parseNumber reads a finite number, or a constant formula.
func parseNumber(text string) (float64, error) {
	text = strings.TrimSpace(text)
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		v, err = descent.Constant(text)
	}
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is not a number", text)
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, fmt.Errorf("%q is not a finite number", text)
	}
	return v, nil
}

// splitOutside splits at a separator that is not within brackets. An empty text
// has no parts.
func splitOutside(text string, sep rune) []string {
	var parts []string
	depth, start := 0, 0
	for i, r := range text {
		switch {
		case r == '[' || r == '(':
			depth++
		case r == ']' || r == ')':
			depth--
		case r == sep && depth == 0:
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	if last := text[start:]; strings.TrimSpace(last) != "" || len(parts) > 0 {
		parts = append(parts, last)
	}
	return parts
}

// parseSettings reads name=value pairs of numbers, and of words where a method
// has a setting that takes them.
func parseSettings(pairs []string) (map[string]float64, error) {
	set := map[string]float64{}
	for _, p := range pairs {
		name, value, found := strings.Cut(p, "=")
		if !found {
			return nil, fmt.Errorf("--set: found %q, expected name=value, as in beta1=0.95", p)
		}
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		v, err := parseSetting(value, optim.Words(name))
		if err != nil {
			return nil, fmt.Errorf("--set: %s: %w", name, err)
		}
		if _, twice := set[name]; twice {
			return nil, fmt.Errorf("--set: %s is given twice", name)
		}
		set[name] = v
	}
	return set, nil
}

// parseSetting reads a number, or a word that stands for one.
func parseSetting(value string, words []string) (float64, error) {
	if i := slices.Index(words, strings.ToLower(value)); i >= 0 {
		return float64(i + 1), nil
	}
	v, err := parseNumber(value)
	if err != nil && words != nil {
		return 0, fmt.Errorf("found %q, expected one of %s%s", value, strings.Join(words, ", "), nearname.Hint(value, words))
	}
	return v, err
}

// parseRate reads a learning rate; 0 stands for auto.
func parseRate(text string) (float64, error) {
	if text == "" || text == "auto" {
		return 0, nil
	}
	v, err := parseNumber(text)
	if err != nil || !(v > 0) {
		return 0, fmt.Errorf("--lr: found %q, expected a positive number or auto", text)
	}
	return v, nil
}

// parseRange reads lo:hi.
func parseRange(flag, text string) (lo, hi float64, err error) {
	a, b, found := strings.Cut(text, ":")
	if found {
		if lo, err = parseNumber(a); err == nil {
			hi, err = parseNumber(b)
		}
	}
	if !found || err != nil || !(lo < hi) {
		return 0, 0, fmt.Errorf("%s: found %q, expected lo:hi with lo below hi, as in -5:5", flag, text)
	}
	return lo, hi, nil
}
