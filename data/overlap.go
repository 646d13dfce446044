package data

import (
	"fmt"
	"slices"
	"strconv"
)

// Overlap counts the entries of sparse columns that features know, and those that
// training did not have.
type Overlap struct {
	Known, Beyond int
	Stranger      string // the first of those that training did not have
}

// Add takes the entries of further rows.
func (o *Overlap) Add(p Overlap) {
	if o.Beyond == 0 {
		o.Stranger = p.Stranger
	}
	o.Known, o.Beyond = o.Known+p.Known, o.Beyond+p.Beyond
}

// Overlap counts the entries of sparse columns in the given rows.
func (e *Encoder) Overlap(t *Table, rows []int) (o Overlap) {
	for i := range e.Features {
		f := &e.Features[i]
		if f.Kind != Sparse {
			continue
		}
		c, err := column(f, t)
		if err != nil {
			continue // encoding will say it
		}
		place := f.entryPlaces(c)
		r := f.reader(c, place)
		for _, row := range rows {
			all, _ := c.Entries.Row(row)
			known, _ := r.row(row)
			if o.Beyond == 0 && len(known) < len(all) {
				o.Stranger = c.entryName(f.stranger(all, place))
			}
			o.Known, o.Beyond = o.Known+len(known), o.Beyond+len(all)-len(known)
		}
	}
	return o
}

// stranger is the first of the columns that the feature does not know.
func (f *Feature) stranger(index []int32, place []int) int32 {
	k := slices.IndexFunc(index, func(j int32) bool {
		if place == nil {
			return int(j) < f.First || int(j) >= f.First+f.Width
		}
		return int(j) >= len(place) || place[j] < 0
	})
	return index[max(k, 0)]
}

// entryName is what a column of sparse rows is called.
func (c *Column) entryName(j int32) string {
	if c.EntryNames != nil {
		return quoteShort(c.EntryNames[j])
	}
	return string(appendName(nil, c.space, strconv.Itoa(int(j))))
}

// Span says which entries of sparse columns the features know, by the first and the
// last: "1 to 4", in quotes where they are names; "" where there is no sparse column.
func (e *Encoder) Span() string {
	for i := range e.Features {
		f := &e.Features[i]
		switch {
		case f.Kind != Sparse:
		case f.Names != nil:
			return fmt.Sprintf("%s to %s", quoteShort(f.Names[0]), quoteShort(f.Names[len(f.Names)-1]))
		default:
			space := ""
			if f.Space != "" {
				space = f.Space + "|"
			}
			return fmt.Sprintf("%s%d to %s%d", space, f.First, space, f.First+f.Width-1)
		}
	}
	return ""
}
