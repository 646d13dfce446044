package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent"
	"descent/data"
	"descent/internal/nearname"
	"descent/optim"
)

// starts are first values by variable, a matrix row by row, and the rows and
// columns of what was given by rows.
type starts struct {
	values map[string][]float64
	shapes map[string][2]int
}

// parseStart reads x=3,y=-2,w=[1,2,3],v[2]=0.5,W=[[1,2],[3,4]],V=@FILE: values by
// variable, where a value is a number or a constant formula such as pi/2, and a
// file is a table of numbers.
func parseStart(text string) (starts, error) {
	s := starts{map[string][]float64{}, map[string][2]int{}}
	for _, part := range splitOutside(text, ',') {
		name, value, found := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found || name == "" || value == "" {
			return s, fmt.Errorf("--start: found %q, expected name=value, as in x=3,y=-2 or w=[1,2,3]", strings.TrimSpace(part))
		}
		if _, twice := s.values[name]; twice {
			return s, fmt.Errorf("--start: %s is given twice", name)
		}
		if err := s.add(name, value); err != nil {
			return s, fmt.Errorf("--start: %w", err)
		}
	}
	return s, nil
}

// add takes a value: a number, a list, a list of rows, or @FILE.
func (s *starts) add(name, value string) (err error) {
	if path, file := strings.CutPrefix(value, "@"); file {
		var shape [2]int
		s.values[name], shape, err = readNumbers(path)
		s.shapes[name] = shape
		return err
	}
	items, isList, err := parseList(name, value)
	if err != nil {
		return err
	}
	rows, cols := 0, 0
	for _, item := range items {
		row, nested := []string{item}, false
		if isList {
			if row, nested, err = parseList(name, strings.TrimSpace(item)); err != nil {
				return err
			}
		}
		if nested {
			rows, cols = rows+1, len(row)
		}
		for _, number := range row {
			v, err := parseNumber(number)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			s.values[name] = append(s.values[name], v)
		}
	}
	if rows > 0 {
		if rows != len(items) || rows*cols != len(s.values[name]) || cols == 0 {
			return fmt.Errorf("the rows of %s are not all lists of one length; a matrix is %s=[[1,2],[3,4]]", name, name)
		}
		s.shapes[name] = [2]int{rows, cols}
	}
	return nil
}

// parseList takes the items of a list apart; what is no list is its only item.
func parseList(name, value string) (items []string, isList bool, err error) {
	inner, isList := strings.CutPrefix(value, "[")
	if !isList {
		return []string{value}, false, nil
	}
	inner, closed := strings.CutSuffix(inner, "]")
	if !closed {
		return nil, true, fmt.Errorf("the list of %s is not closed: %s", name, value)
	}
	return splitOutside(inner, ','), true, nil
}

// readNumbers reads a table of numbers without a header.
func readNumbers(path string) (values []float64, shape [2]int, err error) {
	t, err := data.Read(path, data.ReadOptions{Header: data.HeaderNo})
	if err != nil {
		return nil, shape, err
	}
	shape = [2]int{t.Rows, len(t.Columns)}
	values = make([]float64, shape[0]*shape[1])
	column := make([]float64, t.Rows)
	for j, name := range t.Names() {
		c := t.Columns[j]
		rows, dropped, err := t.Complete(name)
		switch {
		case err != nil:
			return nil, shape, err
		case c.Kind != data.Number || dropped > 0:
			return nil, shape, fmt.Errorf("column %d of %s is not all numbers; a start is a table of numbers without names", j+1, path)
		}
		if err := t.Values(name, rows, column); err != nil {
			return nil, shape, err
		}
		for i, v := range column {
			values[i*shape[1]+j] = v
		}
	}
	return values, shape, nil
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
