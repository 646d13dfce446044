package train

import (
	"descent/data"
)

// doctorRows is how many rows of each part of a streamed fit the doctor looks at.
const doctorRows = 16384

// atHand are rows of a streamed fit that stay in memory for the doctor, at equal
// distances among the training rows and among those that are set aside.
type atHand struct {
	train, valid part
	trained      int         // training rows in all
	twins        *twinSearch // among all training rows; nil where nothing was set aside
}

// sampler takes rows at equal distances as they pass by.
type sampler struct {
	part
	all, seen int // rows of the part; those that have passed
	want      int
	list      []int
}

// newSampler takes want rows of a part, or all there are.
func newSampler(table *data.Table, all, want int) *sampler {
	return &sampler{part: part{table: table}, all: all, want: min(all, want)}
}

// see takes its share of some rows of t; first is the number of the table's first
// row among those of the cache.
func (s *sampler) see(t *data.Table, rows []int, first int) {
	s.list = s.list[:0]
	for _, row := range rows {
		if at := len(s.numbers); at < s.want && s.seen == at*s.all/s.want {
			s.list = append(s.list, row)
			s.numbers, s.rows = append(s.numbers, first+row), append(s.rows, at)
		}
		s.seen++
	}
	s.table.Pick(t, s.list)
}

// sampled wraps a pass over the training rows: its first run takes samples of all
// parts, too.
func (p *plan) sampled(names []string) data.Pass {
	src := p.train.source
	return func(visit func(*data.Table, []int) error) error {
		if p.hand != nil || src.fold > 0 { // folds are not looked at
			return src.pass(names, visit)
		}
		return p.takeSamples(names, visit)
	}
}

// takeSamples is a pass over the training rows that takes samples.
func (p *plan) takeSamples(names []string, visit func(*data.Table, []int) error) error {
	src := p.train.source
	for _, name := range src.read {
		names = appendNew(names, name)
	}
	for _, name := range src.need {
		names = appendNew(names, name)
	}
	r, err := src.cache.Reader(names...)
	if err != nil {
		return err
	}
	want := p.stream.sampleRows()
	train, valid := newSampler(r.Table(), src.rows, want), newSampler(r.Table(), p.valid.n(), want)
	together := p.valid.source != nil && p.valid.source.deal == src.deal
	var lists [3][]int
	err = src.deal.pass(names, func(t *data.Table, group int) error {
		for i := range lists {
			lists[i] = lists[i][:0]
		}
		if err := src.roles(t, 0, group, func(row int, r role) { lists[r] = append(lists[r], row) }); err != nil {
			return err
		}
		train.see(t, lists[learned], src.starts[group])
		if together {
			valid.see(t, lists[aside], src.starts[group])
		}
		return visit(t, lists[learned])
	})
	p.hand = &atHand{train: train.part, trained: src.rows}
	if own := p.valid.source; own != nil && !together && err == nil {
		if valid, err = own.sample(want); err != nil {
			return err
		}
	}
	p.hand.valid = valid.part
	return err
}

// sample takes rows of a part in a pass of its own.
func (s *supply) sample(want int) (*sampler, error) {
	names := s.read
	for _, name := range s.need {
		names = appendNew(names, name)
	}
	r, err := s.cache.Reader(names...)
	if err != nil {
		return nil, err
	}
	out, first := newSampler(r.Table(), s.rows, want), 0
	return out, s.pass(names, func(t *data.Table, rows []int) error {
		out.see(t, rows, first)
		first += t.Rows
		return nil
	})
}

// sampleRows is how many rows of a part stay in memory: a few hundredths of what
// is allowed, whatever their width.
func (s *streamed) sampleRows() int {
	const share = 48
	rows := 1
	for g := range s.cache.Groups() {
		rows = max(rows, s.cache.GroupRows(g))
	}
	perRow := max(1, s.cache.GroupBytes()/int64(rows))
	return int(min(max(s.limit/share/perRow, 64), doctorRows))
}

// fillSamples encodes the targets of the rows at hand. Without them the doctor
// has nothing to look at.
func (p *plan) fillSamples() {
	if p.hand == nil {
		return
	}
	parts := []*part{&p.hand.train}
	if p.valid.source != nil {
		parts = append(parts, &p.hand.valid)
	}
	for _, s := range parts {
		if s.n() > 0 && p.fillPart(s) != nil {
			p.hand = nil
			return
		}
	}
	p.hand.twins = p.look().newTwinSearch()
}

// search looks for twins among the rows of a part, if it is that of training rows.
func (h *atHand) search(src *supply) *twinSearch {
	if h == nil || src.part != learned {
		return nil
	}
	return h.twins
}

// look is the plan as the doctor sees it: with rows that are in memory.
func (p *plan) look() *plan {
	if p.hand == nil {
		return p
	}
	q := *p
	if q.train = p.hand.train; p.valid.source != nil {
		q.valid = p.hand.valid
	}
	return &q
}

// look is the session as the doctor sees it: with an objective of all training
// rows that are in memory.
func (s *session[T]) look() *session[T] {
	if s.plan.hand == nil {
		return s
	}
	t := *s
	t.plan = s.plan.look()
	set, err := t.rowSet(&t.plan.train)
	if err != nil {
		return s
	}
	if t.whole, err = t.objective(set, t.chunkRows(set.n), 1/set.total, false); err != nil {
		return s
	}
	return &t
}

// number is the number of row i of the part in its file, from 0.
func (p part) number(i int) int {
	if p.numbers != nil {
		return p.numbers[i]
	}
	return p.rows[i]
}
