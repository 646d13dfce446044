package train

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"descent/data"
	"descent/loss"
)

// tally gathers the metrics of rows that pass by, part after part. All of them
// are exact but for the ROC AUC, which counts scores in bins.
type tally struct {
	loss    loss.Loss
	classes []string
	mean    float64 // of the targets

	rows             int
	value            float64 // Σ w·loss
	weight           float64
	confusion        loss.Confusion
	logLoss          float64
	square, absolute float64 // Σ w·(z−y)², Σ w·|z−y|
	spread           float64 // Σ w·(y−mean)²
	deviance         float64
	pinball          float64
	auc              *binnedAUC
}

func newTally(l loss.Loss, classes []string, mean float64) *tally {
	t := &tally{loss: l, classes: classes, mean: mean}
	if len(classes) == 2 {
		t.auc = new(binnedAUC)
	}
	return t
}

// add takes outputs before the link, targets and weights of some rows. It
// overwrites z.
func (t *tally) add(z, y, w []float64) error {
	sum := 0.0
	for _, v := range w {
		sum += v
	}
	t.rows += len(y)
	if sum == 0 || len(y) == 0 {
		return nil
	}
	value, err := meanLoss(t.loss, z, y, w)
	if err != nil {
		return err
	}
	t.value += value * sum
	t.weight += sum
	if t.classes == nil {
		t.numbers(z, y, w, sum)
		return nil
	}
	truth := make([]int, len(y))
	for i, v := range y {
		truth[i] = int(v)
	}
	k := len(t.classes)
	c := loss.Confuse(loss.Decide(z, len(y), k), truth, w, k)
	if t.confusion == nil {
		t.confusion = c
	} else {
		for i := range c {
			for j := range c[i] {
				t.confusion[i][j] += c[i][j]
			}
		}
	}
	t.logLoss += loss.LogLoss(z, truth, w, k) * sum
	if t.auc != nil {
		t.auc.add(z, truth, w)
	}
	return nil
}

func (t *tally) numbers(z, y, w []float64, sum float64) {
	t.loss.Link().Apply(z, 1)
	for i, p := range z {
		e, d := p-y[i], y[i]-t.mean
		t.square += w[i] * e * e
		t.absolute += w[i] * math.Abs(e)
		t.spread += w[i] * d * d
	}
	switch t.loss.Name {
	case "poisson":
		t.deviance += loss.PoissonDeviance(z, y, w) * sum
	case "quantile":
		t.pinball += loss.Pinball(z, y, w, t.loss.Shape) * sum
	}
}

// evaluation is what the rows so far come to.
func (t *tally) evaluation() *Evaluation {
	e := &Evaluation{Rows: t.rows, Loss: Number(t.value / t.weight)}
	add := func(name string, v float64) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			e.Metrics = append(e.Metrics, loss.Metric{Name: name, Value: v})
		}
	}
	if t.classes == nil {
		switch t.loss.Name {
		case "poisson":
			add("poisson_deviance", t.deviance/t.weight)
		case "quantile":
			add("pinball", t.pinball/t.weight)
		}
		add("r2", 1-t.square/t.spread)
		add("rmse", math.Sqrt(t.square/t.weight))
		add("mae", t.absolute/t.weight)
		return e
	}
	c := t.confusion
	e.Confusion = &ConfusionTable{Classes: slices.Clone(t.classes), Counts: c}
	add("accuracy", c.Accuracy())
	add("balanced_accuracy", c.Balanced())
	add("macro_f1", c.MacroF1())
	add("log_loss", t.logLoss/t.weight)
	if t.auc != nil {
		area, within := t.auc.area()
		if add("roc_auc", area); within > 0 {
			e.Notes = append(e.Notes, fmt.Sprintf("roc_auc counts scores in bins; it is exact to %.1g", within))
		}
	}
	for i, name := range t.classes {
		add("f1_"+name, c.F1(i))
	}
	return e
}

// binnedAUC is the area under the ROC curve by the weights of both classes in
// bins of the score, whose edges are the first scores. Scores of one bin count
// as equal.
type binnedAUC struct {
	edges    []float64
	positive []float64 // weight of class 1 in the bin below each edge, on it, and above all
	negative []float64

	scores, weights []float64 // until there are enough for the edges
	class           []int
}

const aucEdges = 1 << 16

// add takes outputs of a model of two classes: one a row, or one for each class.
func (a *binnedAUC) add(z []float64, truth []int, w []float64) {
	for i, class := range truth {
		score := z[i*len(z)/len(truth)]
		if len(z) > len(truth) {
			score = z[2*i+1] - z[2*i]
		}
		if a.edges != nil {
			a.count(score, class, w[i])
			continue
		}
		a.scores, a.weights, a.class = append(a.scores, score), append(a.weights, w[i]), append(a.class, class)
		if len(a.scores) == aucEdges {
			a.settle()
		}
	}
}

// settle makes edges of the scores so far, and counts them.
func (a *binnedAUC) settle() {
	a.edges = slices.Clone(a.scores)
	slices.Sort(a.edges)
	a.edges = slices.Compact(a.edges)
	a.positive, a.negative = make([]float64, 2*len(a.edges)+1), make([]float64, 2*len(a.edges)+1)
	for i, score := range a.scores {
		a.count(score, a.class[i], a.weights[i])
	}
	a.scores, a.weights, a.class = nil, nil, nil
}

func (a *binnedAUC) count(score float64, class int, w float64) {
	at, on := slices.BinarySearch(a.edges, score) // an edge is a bin of its own
	if at *= 2; on {
		at++
	}
	if class == 1 {
		a.positive[at] += w
	} else {
		a.negative[at] += w
	}
}

// area is the AUC and how far it may be off; NaN where a class is missing.
func (a *binnedAUC) area() (area, within float64) {
	if a.edges == nil {
		a.settle()
	}
	var below, positive, tied float64
	for i, p := range a.positive {
		n := a.negative[i]
		area += p * (below + n/2)
		if i%2 == 0 { // on an edge all scores are equal
			tied += p * n / 2
		}
		below, positive = below+n, positive+p
	}
	return area / (below * positive), tied / (below * positive)
}

// tallies are the tally of each of several targets, and what they come to
// together.
type tallies struct {
	loss    loss.Loss
	targets []*data.Target
	each    []*tally
	labels  *loss.Labels // nil for numbers, and for one target
}

// newTallies judges rows of a part with these sums.
func (p *plan) newTallies(sums []targetSums) *tallies {
	t := &tallies{loss: p.loss, targets: p.targets}
	for j, y := range p.targets {
		t.each = append(t.each, newTally(p.loss, y.Classes, sums[j].mean))
	}
	if p.several() && p.target.Classes != nil {
		t.labels = loss.NewLabels(len(t.each))
	}
	return t
}

// add is tally.add for outputs and targets in rows.
func (t *tallies) add(z, y, w []float64) error {
	k := len(t.each)
	if k == 1 {
		return t.each[0].add(z, y, w)
	}
	if t.labels != nil {
		truth := make([]int, len(y))
		for i, v := range y {
			truth[i] = int(v)
		}
		t.labels.Add(z, truth, w)
	}
	for j, one := range t.each {
		if err := one.add(ofTarget(z, j, k), ofTarget(y, j, k), w); err != nil {
			return err
		}
	}
	return nil
}

// evaluation is what the rows so far come to, as measureTargets tells it.
func (t *tallies) evaluation() *Evaluation {
	if len(t.each) == 1 {
		return t.each[0].evaluation()
	}
	list := make([]*Evaluation, len(t.each))
	for j, one := range t.each {
		list[j] = one.evaluation()
	}
	e := joinTargets(t.loss, t.targets, list)
	if t.labels != nil {
		e.Metrics = append(t.labels.Metrics(), e.Metrics...)
	}
	return e
}

// constantStream is constant for rows that pass by; quantiles are of the rows
// counted alike.
func (p *plan) constantStream() (z []float64, rule string, err error) {
	src := p.train.source
	for j, target := range p.targets {
		sums := src.sums[j]
		share := slices.Clone(sums.shares)
		for c, f := range src.factor {
			share[c] *= f
		}
		outputs := 1
		if !p.several() {
			outputs = p.outputs()
		}
		one, each := p.constantOf(target, outputs, share, func() float64 { return sums.mean }, func(q float64) float64 {
			v, bad := data.Quantile(target.Column, q, func(visit func(*data.Table, []int) error) error {
				return src.pass(src.need, visit)
			})
			err = errors.Join(err, bad)
			return v
		})
		if z = append(z, one...); p.several() {
			each = target.Column + " " + each
		}
		if j > 0 {
			rule += "; "
		}
		rule += each
	}
	return z, rule, err
}

// verdicts are what rows that pass by say about a model and about a constant.
type verdicts struct {
	model, base *Evaluation
	rule        string // of the constant
	unseen      int    // cells with a level that training did not have
}

// judgeRows judges a model in one pass over the rows of a part.
func (p *plan) judgeRows(m *Model, src *supply) (v verdicts, err error) {
	z, rule, err := p.constantStream()
	if err != nil {
		return v, err
	}
	v.rule = rule
	model, base := p.newTallies(src.sums), p.newTallies(src.sums)
	var y, w []float64
	err = src.pass(src.read, func(t *data.Table, rows []int) error {
		if len(rows) == 0 {
			return nil
		}
		out, n, err := m.outputs(t, rows)
		if err != nil {
			return err
		}
		v.unseen += n
		n = len(rows) * len(p.names)
		y, w = slices.Grow(y[:0], n)[:n], slices.Grow(w[:0], len(rows))[:len(rows)]
		if err := src.values(p, t, rows, y, w); err != nil {
			return err
		}
		if err := base.add(slices.Repeat(z, len(rows)), y, w); err != nil {
			return err
		}
		if src.factor != nil {
			if err := src.weights(p.opts.Weight, t, rows, w); err != nil {
				return err
			}
		}
		return model.add(out, y, w)
	})
	v.model, v.base = model.evaluation(), base.evaluation()
	return v, err
}

// judgeStream is judge for rows that pass by.
func (r *Result) judgeStream(p *plan, on part) error {
	v, err := p.judgeRows(r.Model, on.source)
	if err != nil {
		return err
	}
	r.Metrics, r.Confusion, r.Targets = v.model.Metrics, v.model.Confusion, v.model.Targets
	p.notes = append(p.notes, v.model.Notes...)
	if on.source.part == aside {
		r.Loss.Validation = v.model.Loss
		p.notes = noteUnseen(p.notes, on.table, v.unseen)
	}
	r.Baseline, r.Loss.Baseline = Baseline{Rule: v.rule, Metrics: v.base.Metrics}, v.base.Loss
	for j := range r.Targets {
		r.Targets[j].Baseline = v.base.Targets[j].Metrics
	}
	return nil
}
