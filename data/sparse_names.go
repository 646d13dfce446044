package data

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// appendName is what a feature of a namespace is called: "space|name", and "name"
// in the one without a name. No part of it has a bar, so it stands for one pair.
func appendName(dst []byte, space, name string) []byte {
	if space != "" {
		dst = append(append(dst, space...), '|')
	}
	return append(dst, name...)
}

// toNames gives up the numbers of the columns for names, in order of appearance.
// The entries of a row are out of order then.
func (r *sparseRows) toNames() {
	if r.names == nil {
		r.names = newDictionary()
		nameColumns(&r.CSR, r.space, r.names)
	}
}

// settle sorts the names, where there are any, and the rows by them.
func (r *sparseRows) settle() {
	if r.names != nil {
		names, place := mergeNames([][]string{r.names.levels})
		r.rename(place[0], len(names))
		r.names = &dictionary{levels: names}
	}
}

// nameColumns replaces the columns of all entries, which are numbers in a
// namespace, by those of their names.
func nameColumns(m *CSR[float64], space string, names *dictionary) {
	var key, digits []byte
	for k, j := range m.Index {
		digits = strconv.AppendInt(digits[:0], int64(j), 10)
		key = appendName(key[:0], space, view(digits))
		m.Index[k] = names.code(view(key))
	}
}

// mergeNames sorts the names of several lists, and says for each list where its
// names are among them.
func mergeNames(lists [][]string) (names []string, place [][]int32) {
	all := newDictionary()
	place = make([][]int32, len(lists))
	for i, list := range lists {
		place[i] = make([]int32, len(list))
		for k, name := range list {
			place[i][k] = all.code(name)
		}
	}
	names = slices.Clone(all.levels)
	slices.Sort(names)
	rank := make([]int32, len(names))
	for i, name := range names {
		rank[all.index[name]] = int32(i)
	}
	for _, p := range place {
		for k, code := range p {
			p[k] = rank[code]
		}
	}
	return names, place
}

// rename replaces column j of every entry by place[j], of so many columns, and
// sorts the rows.
func (m *CSR[T]) rename(place []int32, cols int) {
	for k, j := range m.Index {
		m.Index[k] = place[j]
	}
	var order rowSorter[T]
	for i := range m.Rows() {
		order.sort(m.Row(i)) // no column is there twice
	}
	m.Cols = cols
}

// appendEntries puts the rows of d behind those of c, by names where the columns
// of the two are not numbers in one namespace.
func (c *Column) appendEntries(d *Column) {
	if c.EntryNames != nil || d.EntryNames != nil || c.space != d.space {
		lists := make([][]string, 2)
		for i, part := range []*Column{c, d} {
			if part.EntryNames == nil {
				names := newDictionary()
				nameColumns(part.Entries, part.space, names)
				part.EntryNames = names.levels
			}
			lists[i] = part.EntryNames
		}
		names, place := mergeNames(lists)
		c.Entries.rename(place[0], len(names))
		d.Entries.rename(place[1], len(names))
		c.EntryNames, c.space = names, ""
	}
	c.Entries.append(d.Entries)
}

// rowSorter sorts the entries of rows; its memory is used again.
type rowSorter[T ~float32 | ~float64] struct{ pairs []rowEntry[T] }

type rowEntry[T ~float32 | ~float64] struct {
	index int32
	value T
}

// sort brings the entries of a row into the order of their columns and adds up
// those of one column, in the order in which they stood. It returns how many are
// left.
func (s *rowSorter[T]) sort(index []int32, value []T) int {
	increasing := true
	for k := 1; k < len(index) && increasing; k++ {
		increasing = index[k-1] < index[k]
	}
	if increasing {
		return len(index)
	}
	s.pairs = s.pairs[:0]
	for k, j := range index {
		s.pairs = append(s.pairs, rowEntry[T]{j, value[k]})
	}
	slices.SortStableFunc(s.pairs, func(a, b rowEntry[T]) int { return cmp.Compare(a.index, b.index) })
	n := 0
	for _, e := range s.pairs {
		if n > 0 && index[n-1] == e.index {
			value[n-1] += e.value
			continue
		}
		index[n], value[n] = e.index, e.value
		n++
	}
	return n
}

// entryReader reads the rows of a sparse column as a feature numbers its columns.
type entryReader struct {
	f     *Feature
	m     *CSR[float64]
	place []int // of the columns, -1 for one that training did not have; nil: they are the same
	order rowSorter[float64]
	index []int32
	value []float64
}

// reader is what reads column c for the feature, with place as places makes it.
func (f *Feature) reader(c *Column, place []int) *entryReader {
	return &entryReader{f: f, m: c.Entries, place: place}
}

// row is the part of a row that training had, in increasing columns: index f.First
// is the first feature.
func (r *entryReader) row(i int) (index []int32, value []float64) {
	if r.place == nil {
		return r.f.known(r.m, i)
	}
	r.index, r.value = r.index[:0], r.value[:0]
	index, value = r.m.Row(i)
	for k, j := range index {
		if int(j) < len(r.place) && r.place[j] >= 0 {
			r.index, r.value = append(r.index, int32(r.place[j])), append(r.value, value[k])
		}
	}
	n := r.order.sort(r.index, r.value)
	return r.index[:n], r.value[:n]
}

// entryPlaces says which column of the feature each column of c is, -1 for none;
// nil where both count them by the same numbers.
func (f *Feature) entryPlaces(c *Column) []int {
	switch {
	case f.Names == nil && c.EntryNames == nil && f.Space == c.space:
		return nil
	case f.Names == nil && c.EntryNames == nil:
		return []int{} // numbers of another namespace
	case f.Names == nil:
		place := make([]int, len(c.EntryNames))
		for j, name := range c.EntryNames {
			if place[j] = numberIn(name, f.Space); place[j] < f.First || place[j] >= f.First+f.Width {
				place[j] = -1
			}
		}
		return place
	case c.EntryNames == nil:
		place := []int{} // not nil, whatever is found: the numbers mean nothing to the feature
		for k, name := range f.Names {
			if j := numberIn(name, c.space); j >= 0 && j < c.Entries.Cols {
				for len(place) <= j {
					place = append(place, -1)
				}
				place[j] = k
			}
		}
		return place
	}
	return f.namePlaces(c.EntryNames)
}

// namePlaces says which of the feature's names each of a list is, -1 for none; nil
// where they are the same. Both are sorted: the names of a block are few among those
// of a model, so each is looked for beyond the last, in steps that double.
func (f *Feature) namePlaces(names []string) []int {
	place, same := make([]int, len(names)), len(names) == len(f.Names)
	rest, at := f.Names, 0
	for j, name := range names {
		step := 1
		for step < len(rest) && rest[step] < name {
			step *= 2
		}
		k, found := slices.BinarySearch(rest[:min(step+1, len(rest))], name)
		rest, at = rest[k:], at+k
		if place[j] = -1; found {
			place[j] = at
		}
		same = same && found
	}
	if same {
		return nil
	}
	return place
}

// numberIn is the number that a name is in a namespace, -1 where it is none.
func numberIn(name, space string) int {
	at := 0
	if space != "" {
		if !strings.HasPrefix(name, space) || len(name) == len(space) || name[len(space)] != '|' {
			return -1
		}
		at = len(space) + 1
	}
	if at == len(name) {
		return -1
	}
	_, n := wholeNumber(name[at:])
	return n
}
