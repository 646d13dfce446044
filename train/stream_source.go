package train

import (
	"descent/data"
)

// supply is the rows of one part of a fit that lie in a cache and pass by group
// after group.
type supply struct {
	*deal
	part   role
	read   []string // all columns that are read
	counts []int    // rows of the part in each group
	rows   int      // of the part

	sums   []targetSums // of each target
	total  float64      // of the weights
	factor []float64    // by which a class is weighed; nil: not
}

// targetSums is what all rows of a part say about a target.
type targetSums struct {
	mean   float64
	shares []float64 // weight of each class
}

// supplies are the rows of the parts of a deal, counted in one pass.
func (d *deal) supplies(read []string, parts ...role) ([]*supply, error) {
	var list []*supply
	for _, part := range parts {
		list = append(list, &supply{deal: d, part: part, read: read, counts: make([]int, d.cache.Groups())})
	}
	err := d.pass(d.need, func(t *data.Table, group int) error {
		var counts [3]int
		if err := d.roles(t, 0, group, func(_ int, s role) { counts[s]++ }); err != nil {
			return err
		}
		for _, s := range list {
			s.counts[group] = counts[s.part]
			s.rows += counts[s.part]
		}
		return nil
	})
	return list, err
}

// pick appends to list the rows of t, from row from on, that belong to the part;
// they are those of a group.
func (s *supply) pick(t *data.Table, from, group int, list []int) ([]int, error) {
	err := s.roles(t, from, group, func(row int, of role) {
		if of == s.part {
			list = append(list, row)
		}
	})
	return list, err
}

// pass hands the rows of the part to visit, group after group.
func (s *supply) pass(names []string, visit func(t *data.Table, rows []int) error) error {
	var list []int
	return s.deal.pass(names, func(t *data.Table, group int) (err error) {
		if list, err = s.pick(t, 0, group, list[:0]); err != nil {
			return err
		}
		return visit(t, list)
	})
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
