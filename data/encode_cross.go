package data

import (
	"fmt"
	"slices"
	"strings"

	"descent/internal/kernel"
)

// crossSign stands between the columns of a cross.
const crossSign = "*"

// allColumns among the names of features stands for all that would be features
// if none were named.
const allColumns = "all"

// maxCross bounds the features of a cross.
const maxCross = 1 << 24

// crossed finds the columns of a feature by its name: one column, or those of a
// cross such as "a*b".
func crossed(t *Table, name string) ([]*Column, error) {
	c, err := t.Column(name)
	if err == nil || !strings.Contains(name, crossSign) {
		return []*Column{c}, err
	}
	var columns []*Column
	for part := range strings.SplitSeq(name, crossSign) {
		c, err := t.Column(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("%w (in the cross %q)", err, name)
		}
		if slices.Contains(columns, c) {
			return nil, fmt.Errorf("data: the cross %q has the column %q twice", name, c.Name)
		}
		if k := c.Kind.storage(); k != Number && k != Category {
			return nil, fmt.Errorf("data: column %q is of kind %v, which cannot be crossed with others", c.Name, c.Kind)
		}
		columns = append(columns, c)
	}
	return columns, nil
}

// FeatureColumns lists the columns that a feature of this name reads: the column
// of that name, or those of the cross "a*b".
func FeatureColumns(t *Table, name string) ([]string, error) {
	if name == allColumns && !slices.Contains(t.Names(), name) {
		return nil, nil
	}
	columns, err := crossed(t, name)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return names, nil
}

// FeatureNames lists the names that columns may have which features of these names
// read, whatever the table; nil where they may have any.
func FeatureNames(features []string) (names []string) {
	for _, name := range features {
		if name == allColumns {
			return nil
		}
		names = append(names, name)
		for part := range strings.SplitSeq(name, crossSign) {
			names = append(names, strings.TrimSpace(part))
		}
	}
	return names
}

// cross makes the rule of a product of features: one for each combination of the
// features of its parts, the last part counting fastest.
func cross(parts []Feature) (Feature, error) {
	f := Feature{Kind: Cross, Width: 1, Parts: parts}
	var names, rules []string
	for _, p := range parts {
		if f.Width *= p.Width; f.Width > maxCross {
			return f, fmt.Errorf("data: the cross of %s has more than %d features; cross columns with fewer levels", p.Column, maxCross)
		}
		names, rules = append(names, p.Column), append(rules, p.Rule)
	}
	f.Column = strings.Join(names, crossSign)
	f.Rule = "products of: " + strings.Join(rules, "; times: ")
	return f, nil
}

// columnsOf finds the columns of a cross, as one that holds them.
func columnsOf(f *Feature, t *Table) (*Column, error) {
	c := &Column{Name: f.Column, Kind: Cross}
	for i := range f.Parts {
		part, err := column(&f.Parts[i], t)
		if err != nil {
			return nil, err
		}
		c.parts = append(c.parts, part)
	}
	return c, nil
}

// encodeCross fills the products of the features of all parts.
func encodeCross[T kernel.Float](f *Feature, c *Column, rows []int, dst []T, stride int) (unseen int, err error) {
	cells := make([][]T, len(f.Parts))
	for k := range f.Parts {
		p := &f.Parts[k]
		cells[k] = make([]T, len(rows)*p.Width)
		var place []int
		if p.Kind == Category {
			place = p.places(c.parts[k])
		}
		n, err := encode(p, c.parts[k], place, rows, cells[k], p.Width)
		if err != nil {
			return 0, err
		}
		unseen += n
	}
	for i := range rows {
		row := dst[i*stride : i*stride+f.Width]
		for j := range row {
			v, each := T(1), f.Width
			for k := range f.Parts {
				w := f.Parts[k].Width
				each /= w
				v *= cells[k][i*w+j/each%w]
			}
			row[j] = v
		}
	}
	return unseen, nil
}

// crossPart appends the products that are not zero.
func crossPart[T kernel.Float](f *Feature, c *Column, offset int, unseen *int) (sparsePart[T], error) {
	adds, rows := make([]sparsePart[T], len(f.Parts)), make([]*CSR[T], len(f.Parts))
	for k := range f.Parts {
		var err error
		if adds[k], err = sparsePartOf[T](&f.Parts[k], c.parts[k], 0, unseen); err != nil {
			return nil, err
		}
		rows[k] = NewCSR[T](f.Parts[k].Width, 1, 4)
	}
	return func(row int, m *CSR[T]) error {
		for k, add := range adds {
			rows[k].Index, rows[k].Value = rows[k].Index[:0], rows[k].Value[:0]
			if err := add(row, rows[k]); err != nil {
				return err
			}
		}
		products(rows, offset, 1, m)
		return nil
	}, nil
}

// products appends v times the products of the entries of all rows; at is the
// place of those chosen so far.
func products[T kernel.Float](rows []*CSR[T], at int, v T, m *CSR[T]) {
	if len(rows) == 0 {
		m.Add(at, v)
		return
	}
	rest := 1
	for _, r := range rows[1:] {
		rest *= r.Cols
	}
	for k, j := range rows[0].Index {
		products(rows[1:], at+int(j)*rest, v*rows[0].Value[k], m)
	}
}

// crossNames lists the combinations.
func crossNames(parts []Feature) []string {
	names := []string{""}
	for i := range parts {
		var next []string
		for _, before := range names {
			for _, name := range parts[i].names() {
				if before != "" {
					name = before + crossSign + name
				}
				next = append(next, name)
			}
		}
		names = next
	}
	return names
}
