package data

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
)

// Pass hands the training rows, part by part and always in the same order, to
// visit: some rows of a table that it may use again afterwards.
type Pass func(visit func(t *Table, rows []int) error) error

// Survey is what an Encoder and a Target learn from rows that are too many for
// the memory: it takes a few passes over them, and finds the same numbers, to
// the last bit, as NewEncoder and NewTarget do in a table.
type Survey struct {
	schema  *Table
	rows    int
	columns map[string]*surveyed
}

// surveyed is what is known about a column.
type surveyed struct {
	*Column
	number  *numberSurvey
	sparse  *sparseSurvey
	bytes   int   // of texts
	counts  []int // rows of each level
	missing int
	target  *targetFacts // nil for other columns
}

// NewSurvey passes over the rows of the named columns of schema. targets are
// those of them that are to be predicted.
func NewSurvey(schema *Table, names, targets []string, pass Pass) (*Survey, error) {
	s := &Survey{schema: schema, columns: map[string]*surveyed{}}
	list, err := s.add(names, targets, pass)
	if err != nil {
		return nil, err
	}
	return s, s.visit(list, pass)
}

// add makes what counts the values of the named columns.
func (s *Survey) add(names, targets []string, pass Pass) (list []*surveyed, err error) {
	for _, name := range names {
		c, err := s.schema.Column(name)
		if err != nil {
			return nil, err
		}
		v := &surveyed{Column: c, counts: make([]int, len(c.Levels))}
		if c.Kind.storage() == Number {
			v.number = newNumberSurvey()
			v.number.moment = c.Kind.moment()
		}
		if c.Kind == Sparse {
			v.sparse = newSparseSurvey(c, pass)
		}
		if slices.Contains(targets, name) {
			f := newTargetFacts(v.counts)
			v.target = &f
		}
		list = append(list, v)
		s.columns[name] = v
	}
	return list, nil
}

// visit goes through the rows until each column has what it wants of them.
func (s *Survey) visit(list []*surveyed, pass Pass) error {
	first := true
	for more := true; more; first = false {
		at := 0
		err := pass(func(t *Table, rows []int) error {
			if first {
				s.rows += len(rows)
			}
			err := visitColumns(list, t, rows, at, first)
			at += t.Rows
			return err
		})
		if err != nil {
			return err
		}
		if first && s.rows == 0 {
			return fmt.Errorf("data: no training rows in %s", s.schema.Name)
		}
		more = false
		for _, v := range list {
			if v.number != nil && v.number.settle() {
				more = true
			}
		}
	}
	return nil
}

// visitColumns shows rows to all columns, on several threads. at is the number
// of the table's first row.
func visitColumns(list []*surveyed, t *Table, rows []int, at int, first bool) error {
	threads := min(runtime.GOMAXPROCS(0), len(list))
	var group sync.WaitGroup
	faults := make([]error, threads)
	for k := range threads {
		group.Go(func() {
			for i := k; i < len(list); i += threads {
				c, err := t.Column(list[i].Name)
				if err != nil {
					faults[k] = err
					return
				}
				list[i].see(c, rows, at, first)
			}
		})
	}
	group.Wait()
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return nil
}

// see takes the rows of one table.
func (v *surveyed) see(c *Column, rows []int, at int, first bool) {
	switch {
	case v.number != nil:
		v.number.see(c.Numbers, rows, at)
		for _, row := range rows {
			if first && v.target != nil {
				v.target.tell(c.Numbers[row], at+row+1)
			}
		}
	case c.Kind == Text && first:
		for _, row := range rows {
			v.bytes += len(c.Texts[row])
		}
	case v.sparse != nil && first:
		v.sparse.see(c.Entries, rows)
	case c.Codes != nil && first:
		for _, row := range rows {
			if code := c.Codes[row]; code >= 0 {
				v.counts[code]++
			} else {
				v.missing++
			}
		}
	}
}

// numberSurvey finds the spread of a column in passes.
type numberSurvey struct {
	spread
	moments
	pass   int // that is under way, from 0
	stage  int // of the moments: 0 not begun, 1 adding, 2 added, 3 deviating, 4 done
	low    *search
	high   *search // where an even number has two values in the middle
	ended  bool
	moment bool // the numbers are dates
}

func newNumberSurvey() *numberSurvey {
	return &numberSurvey{spread: spread{lo: math.Inf(1), hi: math.Inf(-1)}, low: newSearch()}
}

// see takes values in a pass.
func (s *numberSurvey) see(numbers []float64, rows []int, at int) {
	if s.ended {
		return
	}
	if s.pass == 0 {
		s.count(numbers, rows, at)
		return
	}
	for _, row := range rows {
		v := numbers[row]
		if math.IsNaN(v) {
			continue
		}
		if s.stage == 1 || s.stage == 3 {
			s.one(v)
		}
		if !s.low.found {
			s.low.see(v)
		}
		if s.high != nil && !s.high.found {
			s.high.see(v)
		}
	}
}

// count is the first pass.
func (s *numberSurvey) count(numbers []float64, rows []int, at int) {
	for _, row := range rows {
		v := numbers[row]
		if math.IsNaN(v) {
			s.missing++
			continue
		}
		if math.IsInf(v, 0) && s.infinite == 0 {
			s.infinite, s.bad = at+row+1, v
		}
		s.present++
		s.lo, s.hi = min(s.lo, v), max(s.hi, v)
		if s.moment {
			s.dates.see(v)
		}
		s.low.see(v)
	}
}

// settle ends a pass and says whether another one is needed.
func (s *numberSurvey) settle() bool {
	if s.ended {
		return false
	}
	if s.pass++; s.pass == 1 {
		if s.present == 0 || s.infinite > 0 {
			s.ended, s.low = true, nil
			return false
		}
		s.start(s.present+s.missing, s.lo, s.hi)
		s.stage = 1
		s.low.rank = (s.present - 1) / 2
		if s.present%2 == 0 {
			s.high = s.low.fork(s.present / 2)
		}
	} else if s.stage == 1 || s.stage == 3 {
		s.stage++
	}
	s.low.settle()
	if s.high != nil {
		s.high.settle()
	}
	known := s.low.found && (s.high == nil || s.high.found)
	if known {
		if s.spread.median = s.low.value + 0; s.high != nil {
			s.spread.median = s.low.value/2 + s.high.value/2 + 0
		}
	}
	if s.stage == 2 && (known || s.missing == 0) {
		s.repeat(s.spread.median, s.missing)
		s.turn(s.lo, s.hi)
		s.stage = 3
	}
	if s.stage == 4 && known {
		s.repeat(s.spread.median, s.missing)
		s.spread.mean, s.spread.sd = s.moments.end()
		s.ended, s.low, s.high = true, nil, nil
	}
	return !s.ended
}

// Rows is the number of training rows.
func (s *Survey) Rows() int { return s.rows }

// Quantile is the least value of a column of numbers at or below which lies a
// share q of the values; 0 where there are none.
func Quantile(column string, q float64, pass Pass) (float64, error) {
	s := newSearch()
	for first, n := true, 0; !s.found; first = false {
		err := pass(func(t *Table, rows []int) error {
			c, err := t.Column(column)
			if err != nil {
				return err
			}
			for _, row := range rows {
				if v := c.Numbers[row]; !math.IsNaN(v) {
					s.see(v)
					if first {
						n++
					}
				}
			}
			return nil
		})
		if err != nil || n == 0 {
			return 0, err
		}
		if first {
			s.rank = min(max(int(math.Ceil(q*float64(n)))-1, 0), n-1)
		}
		s.settle()
	}
	return s.value, nil
}

// Encoder learns the rule of every feature column, as NewEncoder does.
func (s *Survey) Encoder(opts FeatureOptions) (*Encoder, error) {
	return newEncoder(s.schema, opts, lessons{
		rows:   s.rows,
		spread: func(c *Column) spread { return s.columns[c.Name].number.spread },
		values: func(c *Column) ([]float64, error) {
			return nil, fmt.Errorf("its scaling sorts all rows, which are too many for the memory; scale it by standard, minmax, maxabs or none")
		},
		levels: func(c *Column) (counts []int, missing int) {
			v := s.columns[c.Name]
			return v.counts, v.missing
		},
		sparse: func(c *Column, scale Scaling) (Feature, error) { return s.columns[c.Name].sparse.learn(scale) },
		length: func(c *Column) float64 { return float64(s.columns[c.Name].bytes) / float64(s.rows) },
	})
}

// Target learns a target, as NewTarget does; it is one of those of NewSurvey.
func (s *Survey) Target(name string, task Task) (*Target, error) {
	v := s.columns[name]
	if v == nil || v.target == nil {
		return nil, fmt.Errorf("data: the survey of %s has no target %q", s.schema.Name, name)
	}
	missing := v.missing
	if v.number != nil {
		missing = v.number.missing
		v.target.moments = func() (mean, sd float64) { return v.number.spread.mean, v.number.spread.sd }
	}
	if missing > 0 {
		return nil, fmt.Errorf("data: target %q is missing in %s of %s; leave such rows out", name, plural(missing, "row"), s.schema.Name)
	}
	return newTarget(s.schema, v.Column, task, func() targetFacts { return *v.target })
}

// ClassesOf learns in one pass whether a target has classes, and which: what
// NewTarget says of them. Of the numbers of another target it tells nothing.
func ClassesOf(schema *Table, name string, task Task, pass Pass) (*Target, error) {
	c, err := schema.Column(name)
	if err != nil {
		return nil, err
	}
	facts := newTargetFacts(make([]int, len(c.Levels)))
	facts.moments = func() (mean, sd float64) { return 0, 0 }
	v, at, rows := &surveyed{Column: c, target: &facts, counts: facts.counts}, 0, 0
	if c.Kind.storage() == Number {
		v.number = newNumberSurvey()
		v.number.ended = true // which leaves the facts
	}
	err = pass(func(t *Table, list []int) error {
		c, err := t.Column(name)
		if err != nil {
			return err
		}
		v.see(c, list, at, true)
		at, rows = at+t.Rows, rows+len(list)
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case rows == 0:
		return nil, fmt.Errorf("data: no training rows in %s", schema.Name)
	case v.missing > 0:
		return nil, fmt.Errorf("data: target %q is missing in %s of %s; leave such rows out", name, plural(v.missing, "row"), schema.Name)
	}
	return newTarget(schema, c, task, func() targetFacts { return facts })
}
