package train

import (
	"fmt"
	"slices"

	"descent/data"
	"descent/internal/numtext"
	"descent/loss"
)

// Prediction is what a model says about the rows of a table, in their order.
type Prediction struct {
	Target  string        // the column predicted
	Several []*Prediction // of a model of several targets, each; then the fields below are empty, but for the notes

	Number []float64 // models of numbers: the prediction of each row

	Classes     []string  // models of classes: their names
	Class       []int     // the most likely class of each row
	Probability []float64 // row-major [rows, len(Classes)]

	Notes []string // what was noticed, in sentences
}

// Predict predicts every row of t. Columns that the model does not know are
// ignored, and the target need not be there.
func (m *Model) Predict(t *data.Table) (*Prediction, error) {
	rows := everyRow(t)
	z, unseen, err := m.outputs(t, rows)
	if err != nil {
		return nil, err
	}
	p := m.interpret(z, len(rows))
	p.Notes = noteBeyond(noteUnseen(nil, t, unseen), t, m.Recipe.Encoder, m.Recipe.Encoder.Overlap(t, rows))
	return p, nil
}

func noteUnseen(notes []string, t *data.Table, unseen int) []string {
	if unseen == 0 {
		return notes
	}
	return append(notes, fmt.Sprintf("%s of %s with a value that training did not have, taken for <other>", numtext.Count(unseen, "cell"), t.Name))
}

// noteBeyond says how many entries of sparse columns no weight belongs to: words
// where a column that e encodes has names, indices elsewhere. Where none of the
// entries has a weight, the file is hardly one of those that the model is for.
func noteBeyond(notes []string, t *data.Table, e *data.Encoder, o data.Overlap) []string {
	n := o.Beyond
	if n == 0 {
		return notes
	}
	named := slices.ContainsFunc(e.Features, func(f data.Feature) bool { return f.Names != nil })
	what := "index:value pair"
	if named {
		what = "feature"
	}
	if o.Known == 0 {
		rest := "no prediction depends on them"
		if len(e.Features) == 1 {
			rest = "every prediction is that of a row without any"
		}
		return append(notes, fmt.Sprintf("not one of the %s of %s is known to the model: the first is %s, training had %s, so %s; give it rows with the features it was trained on, or fit it to rows like these",
			numtext.Count(n, what), t.Name, o.Stranger, e.Span(), rest))
	}
	if named {
		return append(notes, fmt.Sprintf("%s of %s that training did not have, passed over", numtext.Count(n, what), t.Name))
	}
	return append(notes, fmt.Sprintf("%s of %s with an index that training did not have, passed over", numtext.Count(n, what), t.Name))
}

// interpret turns outputs into predictions; it overwrites z.
func (m *Model) interpret(z []float64, n int) *Prediction {
	if targets := len(m.Recipe.More) + 1; targets > 1 {
		all := &Prediction{}
		for j, y := range m.Recipe.targets() {
			one := *m
			one.Recipe.Target, one.Recipe.More, one.Recipe.Outputs = y, nil, 1
			all.Several = append(all.Several, one.interpret(ofTarget(z, j, targets), n))
		}
		return all
	}
	k := len(m.Classes())
	if k == 0 {
		m.Link().Apply(z, 1)
		return &Prediction{Target: m.Recipe.Target.Column, Number: z}
	}
	p := &Prediction{Target: m.Recipe.Target.Column, Classes: m.Classes(), Class: loss.Decide(z, n, k)}
	m.Link().Apply(z, m.Recipe.Outputs)
	p.Probability = z
	if m.Recipe.Outputs == 1 {
		p.Probability = make([]float64, 2*n)
		for i, v := range z {
			p.Probability[2*i], p.Probability[2*i+1] = 1-v, v
		}
	}
	return p
}

// Evaluation says how good a model is on rows whose target is known.
type Evaluation struct {
	Rows      int             `json:"rows"`
	Metrics   loss.Metrics    `json:"metrics"`
	Loss      Number          `json:"-"`                 // what training minimised, without penalties
	Targets   []TargetScore   `json:"targets,omitempty"` // of several targets, each
	Confusion *ConfusionTable `json:"-"`                 // models of one target of classes
	Notes     []string        `json:"-"`                 // what was noticed, in sentences
}

// Evaluate compares predictions with the target column of t. Rows without a
// target are left out.
func (m *Model) Evaluate(t *data.Table) (*Evaluation, error) {
	run, err := m.program()
	if err != nil {
		return nil, err
	}
	need := m.needs()
	j, err := m.judge(run, need, t)
	if err != nil {
		return nil, err
	}
	return m.evaluation(j, t, need)
}

// evaluate is Evaluate on rows that are known to be complete.
func (m *Model) evaluate(t *data.Table, rows []int) (*Evaluation, error) {
	y := make([]float64, len(rows)*(len(m.Recipe.More)+1))
	if err := encodeTargets(m.Recipe.targets(), t, rows, y); err != nil {
		return nil, err
	}
	return m.compare(t, rows, y)
}

// compare judges the predictions for some rows by their targets y, encoded.
func (m *Model) compare(t *data.Table, rows []int, y []float64) (*Evaluation, error) {
	run, err := m.program()
	if err != nil {
		return nil, err
	}
	j := &judgement{y: y}
	if err := m.score(j, run, t, rows); err != nil {
		return nil, err
	}
	if j.w != nil {
		if err := t.CheckWeights(m.Recipe.Weight, len(rows), j.sum); err != nil {
			return nil, err
		}
	}
	e, err := measureTargets(m.Recipe.Loss, m.Recipe.targets(), j.z, y, j.w)
	if err != nil {
		return nil, err
	}
	e.Notes = noteBeyond(noteUnseen(e.Notes, t, j.unseen), t, m.Recipe.Encoder, j.overlap)
	return e, nil
}

// measure judges the outputs z of a model, before the link, against the targets
// y; w may be nil. It overwrites z.
func measure(l loss.Loss, classes []string, z, y, w []float64) (*Evaluation, error) {
	value, err := meanLoss(l, z, y, w)
	if err != nil {
		return nil, err
	}
	e := &Evaluation{Rows: len(y), Loss: Number(value)}
	if classes == nil {
		l.Link().Apply(z, 1)
		e.Metrics = loss.Regression(z, y, w)
		switch l.Name {
		case "poisson":
			e.Metrics = loss.Counts(z, y, w)
		case "quantile":
			e.Metrics = append(loss.Metrics{{Name: "pinball", Value: loss.Pinball(z, y, w, l.Shape)}}, e.Metrics...)
		}
		return e, nil
	}
	truth := make([]int, len(y))
	for i, v := range y {
		truth[i] = int(v)
	}
	var c loss.Confusion
	e.Metrics, c = loss.Classification(z, truth, w, classes)
	e.Confusion = &ConfusionTable{Classes: slices.Clone(classes), Counts: c}
	return e, nil
}
