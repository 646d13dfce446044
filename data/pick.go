package data

import "strings"

// Pick appends rows of o to t, whose columns are o's, in the same order and with
// the same levels: as tables of one reader of a cache are.
func (t *Table) Pick(o *Table, rows []int) {
	for i, c := range t.Columns {
		d := o.Columns[i]
		for _, row := range rows {
			switch c.Kind.storage() {
			case Number:
				c.Numbers = append(c.Numbers, d.Numbers[row])
			case Category:
				c.Codes = append(c.Codes, d.Codes[row])
			case Image:
				n := c.Height * c.Width
				c.Pixels = append(c.Pixels, d.Pixels[row*n:(row+1)*n]...)
			case Sparse:
				index, value := d.Entries.Row(row)
				c.Entries.Index, c.Entries.Value = append(c.Entries.Index, index...), append(c.Entries.Value, value...)
				c.Entries.EndRow()
			default:
				c.Texts = append(c.Texts, strings.Clone(d.Texts[row])) // not all of the chunk it is part of
			}
		}
	}
	t.Rows += len(rows)
}
