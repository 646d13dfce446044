package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"

	"descent"
	"descent/data"
	"descent/expr"
	"descent/internal/nearname"
	"descent/optim"
)

func (f *minimizeFlags) options() (o descent.Options, err error) {
	o = descent.Options{Seed: f.seed, Starts: f.starts, Method: f.method, MaxIter: f.maxIter, GradTol: f.gradTol, Time: f.limit}
	start, err := parseStart(f.start)
	if err != nil {
		return o, err
	}
	o.Start, o.Shapes = start.values, start.shapes
	if o.Low, o.High, err = parseRange("--random-range", f.randomRange); err != nil {
		return o, err
	}
	if o.Low == -5 && o.High == 5 {
		o.Low, o.High = 0, 0 // nobody asked, so that bounds may say where starts lie
	}
	if o.Bounds, err = parseBounds(f.bounds); err != nil {
		return o, err
	}
	if o.Rate, err = parseRate(f.rate); err != nil {
		return o, err
	}
	if o.Set, err = parseSettings(f.set); err != nil {
		return o, err
	}
	if o.Schedule, o.Wrap, err = parseAround(f.schedule, f.wrap); err != nil {
		return o, err
	}
	return o, f.checkValues(&o)
}

// check refuses values that mean nothing.
func (f *minimizeFlags) checkValues(o *descent.Options) error {
	rate, both := o.Set["rate"]
	switch {
	case both && o.Rate != 0:
		return fmt.Errorf("--lr %v and --set rate=%v both give the rate; leave one out", o.Rate, rate)
	case f.starts < 1:
		return fmt.Errorf("--starts: found %d, expected at least 1", f.starts)
	case f.maxIter < 1:
		return fmt.Errorf("--max-iter: found %d, expected at least 1", f.maxIter)
	case !(f.gradTol > 0) || math.IsInf(f.gradTol, 0):
		return fmt.Errorf("--grad-tol: found %g, expected a positive number", f.gradTol)
	case f.limit < 0:
		return fmt.Errorf("--time: found %s, expected a positive duration such as 30s", f.limit)
	case math.IsNaN(f.target):
		return fmt.Errorf("--target-value: found NaN, expected a number")
	case f.method != "auto":
		_, err := optim.Find[float64](f.method)
		return err
	}
	return nil
}

// maxFormula bounds a formula from a file or a pipe.
const maxFormula = 16 << 20

// formulaText reads the formula that an argument stands for.
func (a *app) formulaText(arg string) (string, error) {
	path, file := strings.CutPrefix(arg, "@")
	if !file && arg != "-" {
		return arg, nil
	}
	from, name := a.in, "standard input"
	if file {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("there is no file %s; @FILE reads the formula from a file", path)
		}
		if err != nil {
			return "", err
		}
		defer f.Close()
		from, name = f, path
	}
	b, err := io.ReadAll(io.LimitReader(from, maxFormula+1))
	if err != nil {
		return "", fmt.Errorf("reading the formula from %s: %w", name, err)
	}
	if len(b) > maxFormula {
		return "", fmt.Errorf("the formula in %s is longer than %d MB", name, maxFormula>>20)
	}
	return string(b), nil
}

// parseFormula reads the formula, with the columns of a table where it names
// some, and remarks on what looks like a slip.
func (a *app) parseFormula(text, table string, o *descent.Options) (*descent.Formula, error) {
	in, start := descent.Inputs{Lengths: map[string]int{}, Shapes: o.Shapes}, o.Start
	for name, v := range start {
		if len(v) > 1 {
			in.Lengths[name] = len(v)
		}
	}
	known := append(keys(start), keys(o.Bounds)...)
	if table != "" {
		parsed, err := expr.Parse(text)
		if err != nil {
			return nil, usage(err)
		}
		t, err := a.readTable(table, data.ReadOptions{})
		if err != nil {
			return nil, err
		}
		if in.Columns, err = a.columnsOf(t, parsed, start); err != nil {
			return nil, err
		}
		known = append(known, t.Names()...)
	}
	formula, err := descent.ParseFormula(text, in)
	if err != nil {
		return nil, usage(err)
	}
	for _, h := range formula.Hints(known...) {
		a.note("%s", h)
	}
	return formula, nil
}

// note prints a remark on something that is right but may not be meant.
func (a *app) note(format string, args ...any) {
	a.err.item("note: ", fmt.Sprintf(format, args...))
}

// columnsOf are the columns of a table that a formula names, over the rows in
// which none of them is missing.
func (a *app) columnsOf(t *data.Table, parsed *expr.Formula, start map[string][]float64) (map[string][]float64, error) {
	var names []string
	for _, v := range parsed.Variables() {
		c, err := t.Column(v.Name)
		if err != nil {
			if near := nearname.Of(v.Name, t.Names()); near != "" && start[v.Name] == nil && len(v.Name) > 2 {
				a.note("%s is minimised over; %s has a column %s, was that meant?", v.Name, t.Name, near)
			}
			continue
		}
		if c.Kind != data.Number {
			return nil, usagef("the column %s of %s is a %s, and a formula needs numbers", v.Name, t.Name, c.Kind)
		}
		names = append(names, v.Name)
	}
	if len(names) == 0 {
		return nil, usagef("the formula names no column of %s; the columns are %s", t.Name, strings.Join(t.Names(), ", "))
	}
	rows, dropped, err := t.Complete(names...)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("no row of %s is complete: %s", t.Name, missingIn(t, names))
	}
	if dropped > 0 {
		a.note("%d of the %d rows of %s are left out: %s", dropped, t.Rows, t.Name, missingIn(t, names))
	}
	columns := map[string][]float64{}
	for _, name := range names {
		columns[name] = make([]float64, len(rows))
		if err := t.Values(name, rows, columns[name]); err != nil {
			return nil, err
		}
	}
	return columns, nil
}

// missingIn says how many values the columns lack.
func missingIn(t *data.Table, names []string) string {
	var parts []string
	for _, s := range t.Ranges() {
		if s.Missing > 0 && slices.Contains(names, s.Name) {
			parts = append(parts, fmt.Sprintf("%s has %s", s.Name, count(s.Missing, "missing value")))
		}
	}
	return strings.Join(parts, ", ")
}
