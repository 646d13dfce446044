package main

import (
	"fmt"
	"slices"
	"strings"

	"descent/data"
	"descent/internal/numtext"
	"descent/train"
)

// printColumns prints how the columns were understood.
func printColumns(w *screen, t *data.Table, e *data.Encoder, targets []string, f *fitFlags) {
	var rows [][]string
	for _, s := range t.Ranges() {
		rows = append(rows, []string{s.Name, s.Kind.String(), columnValues(s), columnUse(s, e, targets, f)})
	}
	for _, c := range e.Features {
		if c.Kind == data.Cross {
			rows = append(rows, []string{c.Column, c.Kind.String(), "", count(c.Width, "feature")})
		}
	}
	more := len(rows) - maxColumnsShown
	if more > 0 {
		// The target comes last in many tables: never hide it.
		shown := rows[:maxColumnsShown]
		if i := slices.IndexFunc(rows, func(row []string) bool { return slices.Contains(targets, row[0]) }); i >= maxColumnsShown {
			shown[maxColumnsShown-1] = rows[i]
		}
		rows = shown
	}
	printTable(w, rows, "")
	if more > 0 {
		fmt.Fprintf(w, "  … and %s\n", count(more, "more column"))
	}
}

// columnUse is what becomes of a column.
func columnUse(s data.Summary, e *data.Encoder, targets []string, f *fitFlags) string {
	switch {
	case slices.Contains(targets, s.Name):
		if s.Missing > 0 {
			return fmt.Sprintf("target; %s without it left out", count(s.Missing, "row"))
		}
		return "target"
	case s.Name == f.sampleWeight:
		return "weight of the row"
	}
	for _, c := range e.Features {
		if c.Column == s.Name && c.Kind != data.Cross {
			return featureUse(c, s)
		}
	}
	switch {
	case slices.Contains(e.Reads(), s.Name):
		return "in crosses"
	case s.Ignored != "":
		return "left out: " + strings.TrimPrefix(s.Ignored, "text: ")
	}
	return "left out"
}

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
	case data.Text:
		return fmt.Sprintf("words and pairs, hashed to %d features", c.Width), "none"
	case data.Category:
		switch use = count(c.Width, "feature"); {
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

// words are texts of a kind as plain ones.
func words[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// chooseRules reads the rules of columns: scaling and missing values.
func (f *fitFlags) chooseRules(o *train.Options, formula bool) error {
	all, some, err := parseRules("--scale", f.scale, scalings)
	if err != nil {
		return err
	}
	if formula && (all != "" && all != string(data.Unscaled) || some != nil) {
		return fmt.Errorf("--scale %s: a formula sees the columns as they are; leave it out", strings.Join(f.scale, ","))
	}
	o.Scale = data.Scaling(all)
	for name, rule := range some {
		if rule == "auto" {
			continue
		}
		if !slices.Contains(scalings, rule) {
			return notAmong("--scale "+name, rule, scalings)
		}
		if o.Scales == nil {
			o.Scales = map[string]data.Scaling{}
		}
		o.Scales[name] = data.Scaling(rule)
	}
	if all, some, err = parseRules("--missing", f.missing, missings); err != nil {
		return err
	}
	o.Missing = data.Missing(all)
	for name, rule := range some {
		if rule == "auto" {
			continue
		}
		if o.Missings == nil {
			o.Missings = map[string]data.Missing{}
		}
		o.Missings[name] = data.Missing(rule)
	}
	return nil
}

// parseRules reads a rule for all columns, and column=rule for some. "" and auto
// leave the choice open.
func parseRules(flag string, list, choices []string) (all string, some map[string]string, err error) {
	for _, text := range list {
		name, rule, found := strings.Cut(text, "=")
		if found {
			if some == nil {
				some = map[string]string{}
			}
			name, rule = strings.TrimSpace(name), strings.TrimSpace(rule)
			if former, twice := some[name]; twice && former != rule {
				return "", nil, fmt.Errorf("%s: %s is given twice, as %s and as %s; leave one out", flag, name, former, rule)
			}
			some[name] = rule
			continue
		}
		if former := all; former != "" && former != strings.TrimSpace(text) {
			return "", nil, fmt.Errorf("%s: found %s and %s for all columns; leave one out", flag, former, strings.TrimSpace(text))
		}
		if all = strings.TrimSpace(text); !slices.Contains(choices, all) {
			return "", nil, notAmong(flag, all, choices)
		}
	}
	if all == "auto" {
		all = ""
	}
	return all, some, nil
}
