package data

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// expand lists the files that a path with wildcards (*, ?, [...]) matches, in
// order of their names. A path that is the name of a file stands for itself.
func expand(path string) ([]string, error) {
	if !strings.ContainsAny(path, "*?[") || strings.HasPrefix(path, "sample:") {
		return []string{path}, nil
	}
	if _, err := os.Lstat(path); err == nil {
		return []string{path}, nil
	}
	files, err := filepath.Glob(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("data: the pattern %s is not well formed: %w", path, err)
	case files == nil:
		return nil, fmt.Errorf("data: no file matches %s (%w)", path, os.ErrNotExist)
	}
	return files, nil
}

// ReadFiles reads several files of the same columns into one table, row after
// row in the order given. The first file settles names, header and kinds; the
// columns of the others may stand in another order. Paths may have wildcards.
func ReadFiles(paths []string, opts ReadOptions) (*Table, error) {
	var all []string
	for _, path := range paths {
		files, err := expand(path)
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("data: no file to read")
	}
	t, err := readFile(all[0], opts)
	if err != nil || len(all) == 1 {
		return t, err
	}
	rest := opts.like(t)
	for _, path := range all[1:] {
		next, err := readFile(path, rest)
		if other := (typesError{}); errors.As(err, &other) {
			return nil, fmt.Errorf("%w; files that are read together have the columns of the first, %s", other.error, all[0])
		}
		if err != nil {
			return nil, err
		}
		if err := t.append(next); err != nil {
			return nil, err
		}
	}
	t.Name = fmt.Sprintf("%s and %s", t.Name, plural(len(all)-1, "other file"))
	t.Notes = append(t.Notes, fmt.Sprintf("%d rows of %d files", t.Rows, len(all)))
	return t, nil
}

// like is the options to read files of the same columns as those of t.
func (o ReadOptions) like(t *Table) ReadOptions {
	if o.Names == nil && !t.header {
		o.Names = t.Names()
	}
	o.Types = make(map[string]Kind, len(t.Columns))
	for _, c := range t.Columns {
		o.Types[c.Name] = c.Kind
	}
	if o.Header = HeaderNo; t.header {
		o.Header = HeaderYes
	}
	return o
}

// append puts the rows of o, whose kinds are those of t, behind the rows of t.
func (t *Table) append(o *Table) error {
	if len(o.Columns) != len(t.Columns) {
		return fmt.Errorf("data: %s has %s, %s has %d; files that are read together have the same", o.Name, plural(len(o.Columns), "column"), t.Name, len(t.Columns))
	}
	for _, c := range t.Columns {
		i := slices.IndexFunc(o.Columns, func(d *Column) bool { return d.Name == c.Name })
		if i < 0 {
			return fmt.Errorf("data: %s has no column %q, which %s has; files that are read together have the same", o.Name, c.Name, t.Name)
		}
		d := o.Columns[i]
		if c.Kind != d.Kind || c.Height != d.Height || c.Width != d.Width {
			return fmt.Errorf("data: column %q is a %v in %s and a %v in %s", c.Name, c.Kind, t.Name, d.Kind, o.Name)
		}
		c.append(d)
	}
	t.Rows += o.Rows
	for _, note := range o.Notes {
		if !slices.Contains(t.Notes, note) {
			t.Notes = append(t.Notes, note)
		}
	}
	return nil
}

// append puts the rows of d, a column of the same kind, behind those of c.
func (c *Column) append(d *Column) {
	switch c.Kind.storage() {
	case Number:
		c.Numbers = append(c.Numbers, d.Numbers...)
		if c.Ignored == numbersRows || c.Ignored == noValues {
			c.Ignored = ""
			if !slices.ContainsFunc(c.Numbers, func(v float64) bool { return !math.IsNaN(v) }) {
				c.Ignored = noValues
			}
		}
	case Category:
		both := newDictionary()
		for _, codes := range []*Column{c, d} {
			for i, code := range codes.Codes {
				if code >= 0 {
					codes.Codes[i] = both.code(codes.Levels[code])
				}
			}
		}
		c.Codes = append(c.Codes, d.Codes...)
		c.Levels = both.sorted(c.Codes)
	case Image:
		c.Pixels = append(c.Pixels, d.Pixels...)
	case Sparse:
		c.appendEntries(d)
	default:
		c.Texts = append(c.Texts, d.Texts...)
	}
}
