package train

import (
	"fmt"
	"slices"

	"descent/data"
	"descent/internal/numtext"
	"descent/loss"
	"descent/model"
)

// judgement is what a model says about rows whose target is known: row-major outputs
// before the link, targets, and weights.
type judgement struct {
	z, y, w []float64 // w is nil where there are no weights
	sum     float64   // of the weights

	dropped int // rows without a target, or another column that a row needs
	unseen  int
	overlap data.Overlap
}

// needs lists the columns without which a row is not judged.
func (m *Model) needs() []string {
	need := m.Targets()
	if m.Recipe.Model.Kind == model.Formula {
		for _, f := range m.Recipe.Encoder.Features {
			need = append(need, f.Column)
		}
	}
	return append(need, dropped(m.Recipe.Encoder)...)
}

// judge predicts the rows of t that have all that they need.
func (m *Model) judge(run outputs, need []string, t *data.Table) (*judgement, error) {
	rows, dropped, err := t.Complete(need...)
	if err != nil {
		return nil, fmt.Errorf("train: evaluation needs the target and the columns of the model: %w", err)
	}
	j := &judgement{dropped: dropped, y: make([]float64, len(rows)*(len(m.Recipe.More)+1))}
	if err := encodeTargets(m.Recipe.targets(), t, rows, j.y); err != nil {
		return nil, err
	}
	return j, m.score(j, run, t, rows)
}

// score fills in outputs and weights of some rows.
func (m *Model) score(j *judgement, run outputs, t *data.Table, rows []int) (err error) {
	if j.z, j.unseen, err = run(t, rows); err != nil {
		return err
	}
	j.overlap = m.Recipe.Encoder.Overlap(t, rows)
	if m.Recipe.Weight == "" {
		return nil
	}
	if c, err := t.Column(m.Recipe.Weight); err == nil && c.Kind == data.Number {
		j.w = make([]float64, len(rows))
		j.sum, err = t.WeightsOf(m.Recipe.Weight, rows, j.w)
		return err
	}
	return nil
}

// evaluation measures what was judged of t.
func (m *Model) evaluation(j *judgement, t *data.Table, need []string) (*Evaluation, error) {
	if len(j.y) == 0 {
		return nil, fmt.Errorf("train: no row of %s has a value in %s", t.Name, allOf(need))
	}
	if j.w != nil {
		if err := t.CheckWeights(m.Recipe.Weight, len(j.w), j.sum); err != nil {
			return nil, err
		}
	}
	e, err := measureTargets(m.Recipe.Loss, m.Recipe.targets(), j.z, j.y, j.w)
	if err != nil {
		return nil, err
	}
	return e, m.describe(e, j, t, need)
}

// describe adds the notes to an evaluation, and refuses one of nothing.
func (m *Model) describe(e *Evaluation, j *judgement, t *data.Table, need []string) error {
	e.Notes = noteBeyond(noteUnseen(e.Notes, t, j.unseen), t, m.Recipe.Encoder, j.overlap)
	measured := func(t TargetScore) bool { return len(t.Metrics) > 0 } // one row of several targets has no joint R²
	if len(e.Metrics) == 0 && !slices.ContainsFunc(e.Targets, measured) {
		return fmt.Errorf("train: nothing can be measured on %s: the model has no finite value in some rows, as its predictions show; correct or leave out those rows", t.Name)
	}
	if j.dropped > 0 {
		e.Notes = append(e.Notes, fmt.Sprintf("%s of %s left out: no value in %s", numtext.Count(j.dropped, "row"), t.Name, anyOf(need)))
	}
	return nil
}

// kept is what is kept of rows that are judged as they pass by.
type kept struct {
	*Model
	judgement
	most   int       // rows that are kept; 0: all
	passed *tallies  // of the rows, where they are more
	offset []float64 // Σ w·(y − mean) of each target, for the mean of the rows that were kept
}

// newKept keeps all that fits into memory bytes with the rest.
func newKept(m *Model, memory int64) *kept {
	k := &kept{Model: m}
	if memory > 0 {
		const others = 14 // numbers a row: targets, weights, and what metrics are made from
		row := 8 * int64(3*m.Recipe.Outputs+others)
		k.most = max(1, int((memory-m.scoringNeeds(1))/2/row))
	}
	return k
}

// take keeps the rows of a block.
func (k *kept) take(j *judgement) error {
	k.dropped, k.unseen, k.sum = k.dropped+j.dropped, k.unseen+j.unseen, k.sum+j.sum
	k.overlap.Add(j.overlap)
	if k.passed != nil {
		return k.pass(j.z, j.y, j.w)
	}
	k.z, k.y = append(k.z, j.z...), append(k.y, j.y...)
	if j.w != nil {
		k.w = append(k.w, j.w...)
	}
	targets := len(k.Recipe.More) + 1
	if k.most == 0 || len(k.y)/targets <= k.most {
		return nil
	}
	k.begin()
	z, y, w := k.z, k.y, k.w
	k.z, k.y, k.w = nil, nil, nil
	return k.pass(z, y, w)
}

// begin begins the sums, with the means of the targets so far.
func (k *kept) begin() {
	k.passed = &tallies{loss: k.Recipe.Loss, targets: k.Recipe.targets()}
	n := len(k.passed.targets)
	k.offset = make([]float64, n)
	for j, target := range k.passed.targets {
		mean := 0.0
		for i := j; i < len(k.y); i += n {
			mean += k.y[i] / float64(len(k.y)/n)
		}
		k.passed.each = append(k.passed.each, newTally(k.Recipe.Loss, target.Classes, mean))
	}
	if n > 1 && k.Recipe.Target.Classes != nil {
		k.passed.labels = loss.NewLabels(n)
	}
}

// pass adds rows to the sums.
func (k *kept) pass(z, y, w []float64) error {
	n := len(k.offset)
	if w == nil {
		w = slices.Repeat([]float64{1}, len(y)/n)
	}
	for i, v := range y {
		k.offset[i%n] += w[i/n] * (v - k.passed.each[i%n].mean)
	}
	return k.passed.add(z, y, w)
}

// evaluation is what all rows come to.
func (k *kept) evaluation(t *data.Table, need []string) (*Evaluation, error) {
	if k.passed == nil {
		return k.Model.evaluation(&k.judgement, t, need)
	}
	for j, one := range k.passed.each {
		if k.Recipe.Weight != "" && one.weight == 0 {
			return nil, t.CheckWeights(k.Recipe.Weight, one.rows, 0)
		}
		one.spread -= k.offset[j] * k.offset[j] / one.weight
	}
	e := k.passed.evaluation()
	return e, k.describe(e, &k.judgement, t, need)
}
