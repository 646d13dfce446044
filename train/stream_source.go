package train

import (
	"fmt"
	"math"

	"descent/data"
	"descent/internal/stream"
)

// supply is the rows of one part of a fit, training or validation, that lie in
// a cache and pass by group after group.
type supply struct {
	cache   *data.Cache
	target  string
	need    []string // columns without which a row is of no use, the target among them
	read    []string // all columns that are read
	seed    uint64
	share   float64 // of the rows that are set aside
	aside   bool    // this part is those
	few     *classes
	starts  []int // rows of the cache before each group
	counts  []int // rows of the part in each group
	rows    int   // of the part
	largest int   // rows of the largest group

	mean, total float64   // of the target and its weights
	shares      []float64 // weight of each class
	factor      []float64 // by which a class is weighed; nil: not
}

// classes counts the rows of each class on both sides of the split, so that a
// class without training rows can be kept from the other side.
type classes struct {
	number       map[float64]int // of numbers, while they may be classes
	train, aside []int
}

// class is the place of the row's class, -1 where it has none.
func (k *classes) class(c *data.Column, row int) int {
	if c.Codes != nil {
		return int(c.Codes[row])
	}
	v := c.Numbers[row]
	i, known := k.number[v]
	if !known {
		const most = 1000
		if len(k.number) >= most || v != math.Trunc(v) {
			return -1
		}
		i = len(k.number)
		k.number[v] = i
	}
	return i
}

func (k *classes) grow(class int) {
	for len(k.train) <= class {
		k.train, k.aside = append(k.train, 0), append(k.aside, 0)
	}
}

// strayed says whether all rows of a class would be set aside.
func (k *classes) strayed(class int) bool {
	return class >= 0 && class < len(k.train) && k.train[class] == 0
}

var splitPurpose = stream.Purpose("data/split")

// drawn says whether the split sets a row of the cache aside.
func (s *supply) drawn(row int) bool {
	return s.share > 0 && float64(stream.Word(s.seed, splitPurpose, uint64(row)))/(1<<64) < s.share
}

// split divides the usable rows of a cache in one pass over the columns that
// decide, and counts those that are of no use. valid is nil where nothing is to
// be set aside.
func splitCache(c *data.Cache, target string, need, read []string, seed uint64, share float64) (train, valid *supply, dropped int, err error) {
	train = &supply{cache: c, target: target, need: need, read: read, seed: seed, share: share}
	train.few = &classes{number: map[float64]int{}}
	r, err := c.Reader(need...)
	if err != nil {
		return nil, nil, 0, err
	}
	t, at := r.Table(), 0
	usable := 0
	for g := range c.Groups() {
		t.Reset()
		if err := r.Read(g, t); err != nil {
			return nil, nil, 0, err
		}
		train.starts = append(train.starts, at)
		train.largest = max(train.largest, t.Rows)
		n, err := train.countClasses(t, at)
		if err != nil {
			return nil, nil, 0, err
		}
		usable, at = usable+n, at+t.Rows
	}
	dropped = at - usable
	sides := []*supply{train}
	if share > 0 {
		other := *train
		other.aside = true
		valid = &other
		sides = append(sides, valid)
	}
	return train, valid, dropped, countSides(r, t, sides)
}

// countClasses counts the classes of a group on both sides, and its usable
// rows.
func (s *supply) countClasses(t *data.Table, at int) (usable int, err error) {
	columns, y, err := s.columns(t)
	if err != nil {
		return 0, err
	}
	for row := range t.Rows {
		if missing(columns, row) {
			continue
		}
		usable++
		k := s.few.class(y, row)
		if k < 0 {
			continue
		}
		s.few.grow(k)
		if s.drawn(at + row) {
			s.few.aside[k]++
		} else {
			s.few.train[k]++
		}
	}
	return usable, nil
}

// countSides counts the rows of each side in each group.
func countSides(r *data.CacheReader, t *data.Table, sides []*supply) error {
	var list []int
	for g := range sides[0].cache.Groups() {
		t.Reset()
		if err := r.Read(g, t); err != nil {
			return err
		}
		for _, s := range sides {
			var err error
			if list, err = s.pick(t, 0, g, list[:0]); err != nil {
				return err
			}
			s.counts = append(s.counts, len(list))
			s.rows += len(list)
		}
	}
	return nil
}

// columns finds the columns that decide about a row, and the target.
func (s *supply) columns(t *data.Table) (need []*data.Column, y *data.Column, err error) {
	for _, name := range s.need {
		c, err := t.Column(name)
		if err != nil {
			return nil, nil, err
		}
		if name == s.target {
			y = c
		}
		need = append(need, c)
	}
	if y.Codes == nil && y.Numbers == nil && t.Rows > 0 {
		return nil, nil, fmt.Errorf("train: target %q of %s is %v (%s), which cannot be predicted; read it as a category or a number", s.target, t.Name, y.Kind, y.Ignored)
	}
	return need, y, nil
}

func missing(columns []*data.Column, row int) bool {
	for _, c := range columns {
		if c.Missing(row) {
			return true
		}
	}
	return false
}

// pick appends to list the rows of t, from row from on, that belong to the part;
// they are those of a group.
func (s *supply) pick(t *data.Table, from, group int, list []int) ([]int, error) {
	need, y, err := s.columns(t)
	if err != nil {
		return list, err
	}
	first := s.starts[group] - from
	for row := from; row < t.Rows; row++ {
		if missing(need, row) {
			continue
		}
		aside := s.drawn(first+row) && !s.few.strayed(s.few.class(y, row))
		if aside == s.aside {
			list = append(list, row)
		}
	}
	return list, nil
}

// pass hands the rows of the part to visit, group after group.
func (s *supply) pass(names []string, visit func(t *data.Table, rows []int) error) error {
	for _, name := range s.need { // which pick looks at
		names = appendNew(names, name)
	}
	r, err := s.cache.Reader(names...)
	if err != nil {
		return err
	}
	t := r.Table()
	var list []int
	for g := range s.cache.Groups() {
		t.Reset()
		if err := r.Read(g, t); err != nil {
			return err
		}
		if list, err = s.pick(t, 0, g, list[:0]); err != nil {
			return err
		}
		if err := visit(t, list); err != nil {
			return err
		}
	}
	return nil
}

// appendNew appends a name that is not in the list.
func appendNew(names []string, name string) []string {
	for _, n := range names {
		if n == name {
			return names
		}
	}
	return append(names[:len(names):len(names)], name)
}
