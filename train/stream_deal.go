package train

import (
	"fmt"
	"slices"

	"descent/data"
	"descent/internal/stream"
)

// role is the part of a fit that a row belongs to.
type role uint8

const (
	learned role = iota // training rows
	aside               // validation rows
	judged              // the fold that a cross-validation holds out
)

// deal says which rows of a cache belong to which part of a fit. Where a few
// bytes a row fit in memory, they are the rows that a fit in memory deals;
// beyond, a hash of the seed and the number of the row decides.
type deal struct {
	cache  *data.Cache
	need   []string // columns without which a row is of no use
	names  []string // of the targets
	seed   uint64
	limit  int64    // bytes that dealing may take
	starts []int    // rows of the cache before each group
	before []int    // usable rows before each group, and of all
	folds  *folds   // nil without
	fold   int      // that is held out, from 1; 0: none
	rest   []int    // rows before each group that are usable and not held out
	split  *holdout // nil: no rows are set aside
}

// folds are the parts of a cross-validation.
type folds struct {
	of     []uint16 // of each usable row, from 1; 0: always learned from. nil: the hash decides
	k      int
	spared map[int]bool // rows of the cache that are always learned from, where the hash decides
}

// holdout is rows that are set rows aside.
type holdout struct {
	all    bool     // every row is
	held   []uint64 // a bit for each row that is usable and not held out; nil: the hash decides
	share  float64
	spared map[int]bool // rows of the cache that are learned from, where the hash decides
}

var (
	splitPurpose = stream.Purpose("data/split")
	foldsPurpose = stream.Purpose("data/folds")
)

// foldOf is the fold of a row: the i-th of the usable ones.
func (d *deal) foldOf(i, row int) int {
	f := d.folds
	switch {
	case f == nil || f.spared[row]:
		return 0
	case f.of != nil:
		return int(f.of[i])
	}
	return 1 + int(stream.Word(d.seed, foldsPurpose, uint64(row))%uint64(f.k))
}

// isAside says whether a row is set aside: the i-th of those that are usable and
// not held out.
func (d *deal) isAside(i, row int) bool {
	s := d.split
	switch {
	case s == nil || s.spared[row]:
		return false
	case s.all:
		return true
	case s.held != nil:
		return s.held[i/64]>>(i%64)&1 == 1
	}
	return float64(stream.Word(d.seed, splitPurpose, uint64(row)))/(1<<64) < s.share
}

// newDeal counts the usable rows of each group in one pass over the columns
// that decide.
func newDeal(c *data.Cache, names, need []string, seed uint64, limit int64) (*deal, error) {
	d := &deal{cache: c, need: need, names: names, seed: seed, limit: limit}
	r, err := c.Reader(need...)
	if err != nil {
		return nil, err
	}
	t, at, usable := r.Table(), 0, 0
	for g := range c.Groups() {
		t.Reset()
		if err := r.Read(g, t); err != nil {
			return nil, err
		}
		columns, err := d.columns(t)
		if err != nil {
			return nil, err
		}
		d.starts, d.before = append(d.starts, at), append(d.before, usable)
		for row := range t.Rows {
			if !missing(columns, row) {
				usable++
			}
		}
		at += t.Rows
	}
	d.before = append(d.before, usable)
	d.rest = d.before
	return d, nil
}

// usable is the number of rows that can be learned from.
func (d *deal) usable() int { return d.before[len(d.before)-1] }

// columns finds the columns that decide about a row.
func (d *deal) columns(t *data.Table) (need []*data.Column, err error) {
	for _, name := range d.need {
		c, err := t.Column(name)
		if err != nil {
			return nil, err
		}
		need = append(need, c)
	}
	for _, name := range d.names {
		if y, err := t.Column(name); err == nil && y.Codes == nil && y.Numbers == nil && t.Rows > 0 {
			return nil, fmt.Errorf("train: target %q of %s is %v (%s), which cannot be predicted; read it as a category or a number", name, t.Name, y.Kind, y.Ignored)
		}
	}
	return need, nil
}

func missing(columns []*data.Column, row int) bool {
	for _, c := range columns {
		if c.Missing(row) {
			return true
		}
	}
	return false
}

// roles hands every usable row of t, from row from on, to visit; they are those
// of a group.
func (d *deal) roles(t *data.Table, from, group int, visit func(row int, s role)) error {
	need, err := d.columns(t)
	if err != nil {
		return err
	}
	first := d.starts[group] - from
	at, rest := d.before[group], d.rest[group]
	for row := from; row < t.Rows; row++ {
		if missing(need, row) {
			continue
		}
		s := learned
		if d.fold > 0 && d.foldOf(at, first+row) == d.fold {
			s = judged
		} else {
			if d.isAside(rest, first+row) {
				s = aside
			}
			rest++
		}
		at++
		visit(row, s)
	}
	return nil
}

// without is the deal that holds a fold out, and sets no rows aside.
func (d *deal) without(fold int) (*deal, error) {
	out := *d
	out.fold, out.split, out.rest = fold, nil, nil
	total := 0
	err := out.pass(d.need, func(t *data.Table, group int) error {
		out.rest = append(out.rest, total)
		need, err := out.columns(t)
		if err != nil {
			return err
		}
		at := out.before[group]
		for row := range t.Rows {
			if missing(need, row) {
				continue
			}
			if out.foldOf(at, out.starts[group]+row) != fold {
				total++
			}
			at++
		}
		return nil
	})
	out.rest = append(out.rest, total)
	return &out, err
}

// pass reads the named columns, group after group.
func (d *deal) pass(names []string, visit func(t *data.Table, group int) error) error {
	for _, name := range d.need { // which roles looks at
		names = appendNew(names, name)
	}
	r, err := d.cache.Reader(names...)
	if err != nil {
		return err
	}
	t := r.Table()
	for g := range d.cache.Groups() {
		t.Reset()
		if err := r.Read(g, t); err != nil {
			return err
		}
		if err := visit(t, g); err != nil {
			return err
		}
	}
	return nil
}

// dealable is a pass over the rows that are usable and not held out.
func (d *deal) dealable(names []string) data.Pass {
	var list []int
	return func(visit func(*data.Table, []int) error) error {
		return d.pass(names, func(t *data.Table, group int) error {
			list = list[:0]
			err := d.roles(t, 0, group, func(row int, s role) {
				if s != judged {
					list = append(list, row)
				}
			})
			if err != nil {
				return err
			}
			return visit(t, list)
		})
	}
}

// strata are the classes of the rows that are usable and not held out.
type strata struct {
	target *data.Target // nil where the target is a number, or where there are several
	of     []uint16     // class of each row; nil without classes, or where they do not fit in memory
	exact  bool         // rows are dealt as in memory
}

// streamStrata finds the classes of the rows.
func (p *plan) streamStrata(d *deal) (s strata, err error) {
	n := d.rest[len(d.rest)-1]
	const folded = 2 // bytes more, of folds
	s.exact = int64(n)*(data.DealBytes+folded) <= d.limit
	if p.several() || n == 0 {
		return s, nil
	}
	pass, schema := d.dealable(p.names), d.cache.Table()
	target, err := data.ClassesOf(schema, p.opts.Target, p.task(schema), pass)
	if err != nil || target.Classes == nil {
		return s, err
	}
	s.target = target
	if s.exact = s.exact && len(target.Classes) <= 1<<16; !s.exact {
		return s, nil
	}
	s.of = make([]uint16, 0, n)
	var y []float64
	return s, pass(func(t *data.Table, rows []int) error {
		y = slices.Grow(y[:0], len(rows))[:len(rows)]
		err := target.Encode(t, rows, y)
		for _, class := range y {
			s.of = append(s.of, uint16(class))
		}
		return err
	})
}

// setAside sets a share of the rows aside.
func (p *plan) setAside(d *deal, share float64) error {
	s, err := p.streamStrata(d)
	if err != nil {
		return err
	}
	d.split = &holdout{share: share}
	if s.exact {
		n := d.rest[len(d.rest)-1]
		d.split.held = make([]uint64, (n+63)/64)
		return data.SetAside(n, share, d.seed, s.of, func(i int) { d.split.held[i/64] |= 1 << (i % 64) })
	}
	d.split.spared, err = d.strays(s.target, func(_ int, s role) int { return int(s) }, func(roles map[int]bool) bool { return !roles[int(learned)] })
	return err
}

// dealFolds deals the rows into k folds, and counts the classes of a single row.
func (p *plan) dealFolds(d *deal, k int) (lone int, err error) {
	s, err := p.streamStrata(d)
	if err != nil {
		return 0, err
	}
	f := &folds{k: k}
	if !s.exact || k >= 1<<16 {
		d.folds = f
		f.spared, err = d.strays(s.target, func(row int, _ role) int { return d.foldOf(0, row) }, func(folds map[int]bool) bool { return len(folds) == 1 })
		return 0, err
	}
	f.of = make([]uint16, d.usable())
	dealt := f.of // by number among those that are dealt
	var classes []uint16
	size := map[uint16]int{}
	for _, c := range s.of {
		size[c]++
	}
	for _, c := range s.of {
		if size[c] > 1 {
			classes = append(classes, c)
		}
	}
	if s.of != nil {
		dealt = make([]uint16, len(classes))
		lone = len(s.of) - len(classes)
	}
	if err := data.Deal(len(dealt), k, d.seed, classes, func(i, fold int) { dealt[i] = uint16(fold + 1) }); err != nil {
		return 0, err
	}
	at := 0
	for i, c := range s.of {
		if size[c] > 1 {
			f.of[i] = dealt[at]
			at++
		}
	}
	d.folds = f
	return lone, nil
}

// strays are the rows of classes whose rows fall into parts that are not to have
// all of them.
func (d *deal) strays(target *data.Target, part func(row int, s role) int, stray func(parts map[int]bool) bool) (map[int]bool, error) {
	if target == nil {
		return nil, nil
	}
	parts := make([]map[int]bool, len(target.Classes))
	for i := range parts {
		parts[i] = map[int]bool{}
	}
	err := d.classes(target, func(class, row int, s role) { parts[class][part(row, s)] = true })
	if err != nil {
		return nil, err
	}
	strayed, rows := make([]bool, len(parts)), map[int]bool{}
	for i := range parts {
		strayed[i] = stray(parts[i])
	}
	return rows, d.classes(target, func(class, row int, s role) {
		if strayed[class] {
			rows[row] = true
		}
	})
}

// classes hands the class, the number in the cache and the role of every row
// that is not held out to visit.
func (d *deal) classes(target *data.Target, visit func(class, row int, s role)) error {
	var list []int
	var roles []role
	var y []float64
	return d.pass(d.names, func(t *data.Table, group int) error {
		list, roles = list[:0], roles[:0]
		err := d.roles(t, 0, group, func(row int, s role) {
			if s != judged {
				list, roles = append(list, row), append(roles, s)
			}
		})
		if err != nil {
			return err
		}
		y = slices.Grow(y[:0], len(list))[:len(list)]
		if err := target.Encode(t, list, y); err != nil {
			return err
		}
		for i, class := range y {
			visit(int(class), d.starts[group]+list[i], roles[i])
		}
		return nil
	})
}
