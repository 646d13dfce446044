package train

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/data"
	"descent/model"
)

// How many rows a column is judged on: a few at first, which acquit nearly every
// column, then more. On the held-out rows a column must explain all but so
// large a part of what a constant leaves unexplained, and that must be a matter
// of at least so many rows.
const (
	leakScreen, leakRows   = 128, 2000
	leakRest, leakEvidence = 0.005, 20
)

// leaks are the columns that alone predict the target of rows that were held
// out. A model of several columns has no use for the others then, and such a
// column is usually known only after the target. Of several targets the first
// that is given away so is named.
func (p *plan) leaks() *Diagnosis {
	if p.spec.Kind == model.Formula || len(p.encoder.Features) < 2 {
		return nil
	}
	for j, target := range p.targets {
		if d := p.leaksOf(target, p.train.of(j, len(p.targets)), p.valid.of(j, len(p.targets))); d != nil {
			return d
		}
	}
	return nil
}

// of is the part with the values of target j of k alone.
func (p part) of(j, k int) part {
	if k == 1 || p.n() == 0 {
		return p
	}
	out := part{table: p.table, rows: p.rows, y: make([]float64, p.n())}
	for i := range out.y {
		out.y[i] = p.y[i*k+j]
	}
	return out
}

// leaksOf are the columns that give one target away.
func (p *plan) leaksOf(target *data.Target, learn, judge part) *Diagnosis {
	classes := target.Classes != nil
	few := func(n int) leakTest {
		if judge.n() > 0 {
			return newLeakTest(classes, learn.sample(n), judge.sample(n))
		}
		return newLeakTest(classes, learn.half(0, n), learn.half(1, n))
	}
	screen, test := few(leakScreen), few(leakRows)
	if !test.conclusive() {
		return nil
	}
	d := &Diagnosis{Kind: Leak, Count: test.judge.n()}
	worst := 0.0
	for _, f := range p.encoder.Features {
		if screen.rest(f.Column) > 0.1 {
			continue
		}
		if rest := test.rest(f.Column); rest <= leakRest {
			d.Columns = append(d.Columns, f.Column)
			worst = max(worst, rest)
		}
	}
	if d.Columns == nil {
		return nil
	}
	d.Share = 1 - worst
	verb, each, it, is := "predicts", "", "it", "it is"
	if len(d.Columns) > 1 {
		verb, each, it, is = "predict", "each ", "them", "they are"
	}
	d.Message = fmt.Sprintf("%s alone %s%s %s on %d held-out rows (%s of what a constant leaves unexplained): unless %s known when predictions are wanted, leave %s out with --types %s=ignore",
		columnList(d.Columns), each, verb, target.Column, d.Count, percent(d.Share), is, it, strings.Join(d.Columns[:min(len(d.Columns), 5)], "=ignore,"))
	return d
}

// half is at most n of every other row of a part from the first on, evenly spread.
func (p part) half(first, n int) part { return p.pick((p.n()-first+1)/2, n, first, 2) }

// sample is at most n rows of a part, evenly spread.
func (p part) sample(n int) part {
	if p.n() <= n {
		return p
	}
	return p.pick(p.n(), n, 0, 1)
}

// pick is at most n of the count rows first, first + step, …, evenly spread.
func (p part) pick(count, n, first, step int) part {
	n = min(n, count)
	out := part{table: p.table, rows: make([]int, n), y: make([]float64, n)}
	for i := range n {
		at := first + step*(i*count/n)
		out.rows[i], out.y[i] = p.rows[at], p.y[at]
	}
	return out
}

// leakTest learns the target from one column and judges what it learned.
type leakTest struct {
	classes      bool
	learn, judge part
	constant     float64 // the center of the rows that are learned from
	base         float64 // what it leaves of the rows that are judged
}

func newLeakTest(classes bool, learn, judge part) leakTest {
	l := leakTest{classes: classes, learn: learn, judge: judge}
	if learn.n() > 0 {
		l.constant = l.center()
		l.base = judge.left(func(int) float64 { return l.constant }, classes)
	}
	return l
}

// conclusive says whether the rows can prove anything: a constant must fail on
// enough of them.
func (l leakTest) conclusive() bool {
	if l.learn.n() < leakEvidence || l.judge.n() < leakEvidence {
		return false
	}
	return !l.classes || l.base >= leakEvidence
}

// center is the best constant for the rows that are learned from: the most
// frequent class, or the mean.
func (l leakTest) center() float64 {
	if l.learn.n() == 1 {
		return l.learn.y[0]
	}
	return centerOf(slices.Sorted(slices.Values(l.learn.y)), l.classes)
}

// left is what a prediction gets wrong: rows of the wrong class, or the sum of
// squared errors.
func (p part) left(predict func(i int) float64, classes bool) (sum float64) {
	for i, y := range p.y {
		if e := predict(i) - y; !classes {
			sum += e * e
		} else if e != 0 {
			sum++
		}
	}
	return sum
}

// rest is the part of the target that the column leaves unexplained, 1 where it
// explains no more than a constant does.
func (l leakTest) rest(name string) float64 {
	a, err := l.learn.table.Column(name)
	if err != nil {
		return 1
	}
	b, err := l.judge.table.Column(name)
	if err != nil || a.Kind != b.Kind {
		return 1
	}
	center, base := l.constant, l.base
	if base == 0 {
		return 1
	}
	switch {
	case a.Numbers != nil:
		near := l.neighbours(a, center)
		return l.judge.left(func(i int) float64 { return near.at(b.Numbers[l.judge.rows[i]]) }, l.classes) / base
	case a.Codes != nil:
		means := l.byLevel(a)
		return l.judge.left(func(i int) float64 {
			if v, known := means[b.Cell(l.judge.rows[i])]; known {
				return v
			}
			return center
		}, l.classes) / base
	}
	return 1
}

// byLevel is what each level of a category says about the target.
func (l leakTest) byLevel(c *data.Column) map[string]float64 {
	groups := map[string]*part{}
	for i, row := range l.learn.rows {
		key := c.Cell(row)
		if groups[key] == nil {
			groups[key] = &part{}
		}
		groups[key].rows, groups[key].y = append(groups[key].rows, row), append(groups[key].y, l.learn.y[i])
	}
	means := map[string]float64{}
	for key, g := range groups {
		means[key] = leakTest{classes: l.classes, learn: *g}.center()
	}
	return means
}

// neighbours predicts from the nearest values of a column: between two of them
// along a line, or the class of the nearer one.
type neighbours struct {
	x, y    []float64 // one entry for each value, ascending
	none    float64   // where the value is missing
	classes bool
}

func (l leakTest) neighbours(c *data.Column, center float64) neighbours {
	type pair struct{ x, y float64 }
	pairs, tie := make([]pair, 0, l.learn.n()), make([]float64, 0, l.learn.n())
	missing := leakTest{classes: l.classes}
	for i, row := range l.learn.rows {
		if v := c.Numbers[row]; math.IsNaN(v) {
			missing.learn.rows, missing.learn.y = append(missing.learn.rows, row), append(missing.learn.y, l.learn.y[i])
		} else {
			pairs = append(pairs, pair{v, l.learn.y[i]})
		}
	}
	out := neighbours{none: center, classes: l.classes}
	if missing.learn.n() > 0 {
		out.none = missing.center()
	}
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) })
	for lo, hi := 0, 0; lo < len(pairs); lo = hi {
		tie = tie[:0]
		for hi = lo; hi < len(pairs) && pairs[hi].x == pairs[lo].x; hi++ {
			tie = append(tie, pairs[hi].y)
		}
		out.x, out.y = append(out.x, pairs[lo].x), append(out.y, centerOf(tie, l.classes))
	}
	return out
}

// centerOf is the best constant for ascending values: the most frequent one, of
// several the least, or the mean.
func centerOf(y []float64, classes bool) (best float64) {
	if len(y) == 1 {
		return y[0]
	}
	most := 0
	for lo, hi := 0, 0; classes && lo < len(y); lo = hi {
		for hi = lo; hi < len(y) && y[hi] == y[lo]; hi++ {
		}
		if hi-lo > most {
			most, best = hi-lo, y[lo]
		}
	}
	for _, v := range y {
		if !classes {
			best += v / float64(len(y))
		}
	}
	return best
}

func (n neighbours) at(v float64) float64 {
	if math.IsNaN(v) || len(n.x) == 0 {
		return n.none
	}
	i, _ := slices.BinarySearch(n.x, v)
	switch {
	case i == len(n.x):
		return n.y[i-1]
	case i == 0:
		return n.y[0]
	}
	share := (v - n.x[i-1]) / (n.x[i] - n.x[i-1])
	switch {
	case !n.classes:
		return n.y[i-1] + share*(n.y[i]-n.y[i-1])
	case share < 0.5:
		return n.y[i-1]
	}
	return n.y[i]
}
