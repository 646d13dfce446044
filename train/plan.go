package train

import (
	"encoding/json"
	"fmt"
	"slices"

	"descent/data"
	"descent/loss"
	"descent/model"
	"descent/optim"
)

// plan is a fit with every choice made and every column turned into numbers,
// before the element type is settled.
type plan struct {
	opts    Options
	asked   json.RawMessage // the options before any choice was made
	spec    model.Spec
	loss    loss.Loss
	encoder *data.Encoder
	names   []string       // of the targets
	targets []*data.Target // what they are
	target  *data.Target   // the first of them
	params  []model.Free   // of a formula

	sparse bool // the features are a sparse matrix
	lazy   bool // whose rows are learned one at a time
	byRows bool // whose batches touch few of the first weights

	train, valid part
	dropped      int
	notes        []string
	diagnoses    []Diagnosis // of the rows, before training
	ownEpochs    bool        // the number of epochs was left to us
	aside        []string    // notes that are not for the report: it is the same after a resume

	// Training sees the target as (y − shift)/scale and the loss inner of it
	// divided by divide; its loss values are worth factor times as much in the
	// target's own units.
	shift, scale, divide, factor float64
	inner                        loss.Loss
	shifts, scales               []float64 // of each of several targets

	method optim.Method[float64]
	stream *streamed // nil where the rows are in memory
	hand   *atHand   // of a streamed fit, for the doctor

	fold   int              // of a cross-validation, from 1; 0: this is the fit to all rows
	across *CrossValidation // what is known of the folds so far; nil without
}

// part is a set of rows of a table with targets and weights.
type part struct {
	table  *data.Table
	rows   []int
	y, w   []float64
	source *supply // of rows that pass by: the table is without rows, and y and w are nil
	unseen int     // cells with a level that training did not have

	numbers []int // of the rows in their file, from 0, where the table is a sample; nil: rows
}

func (p part) n() int {
	if p.source != nil {
		return p.source.rows
	}
	return len(p.rows)
}

// note records a sentence about what was decided or noticed.
func (p *plan) note(format string, args ...any) {
	p.notes = append(p.notes, fmt.Sprintf(format, args...))
}

// minRowsToSplit is how many rows it takes to set some aside unasked: below,
// the validation loss of a fifth of them says next to nothing.
const minRowsToSplit = 40

// newPlan makes the choices that the table and the options leave open. The rows
// named in without, if any, are not learned from.
func newPlan(t *data.Table, opts Options, without map[int]bool) (*plan, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	asked, err := opts.asked()
	if err != nil {
		return nil, fmt.Errorf("train: the options: %w", err)
	}
	p := &plan{opts: opts, asked: asked}
	if err := p.chooseSpec(t); err != nil {
		return nil, err
	}
	rows, err := p.usable(t, true)
	if err != nil {
		return nil, err
	}
	if len(without) > 0 {
		rows = slices.DeleteFunc(rows, func(row int) bool { return without[row] })
	}
	if err := p.split(t, rows); err != nil {
		return nil, err
	}
	if err := p.learnColumns(t); err != nil {
		return nil, err
	}
	p.chooseL2()
	if err := p.fillParts(); err != nil {
		return nil, err
	}
	return p, p.scaleTarget()
}

// chooseSpec parses model and loss and reads the task from them.
func (p *plan) chooseSpec(t *data.Table) (err error) {
	text := p.opts.Model
	if text == "" {
		text = string(model.Auto)
	}
	if p.spec, err = model.Parse(text); err != nil {
		return err
	}
	if p.opts.Loss != "" {
		if p.loss, err = loss.Parse(p.opts.Loss); err != nil {
			return err
		}
	}
	if p.names, err = TargetNames(t, p.opts.Target); err != nil {
		return err
	}
	if err := p.refuseBounds(); err != nil {
		return err
	}
	if p.spec.Kind != model.Formula {
		if len(p.opts.Start) > 0 {
			return fmt.Errorf("train: start values are for the parameters of a formula; %s starts by itself", p.spec)
		}
		return nil
	}
	return p.readFormula(t)
}

// task says how to read the target where model or loss settle it.
func (p *plan) task(t *data.Table) data.Task {
	switch {
	case p.spec.Kind == model.Linear || p.spec.Kind == model.Poisson:
		return data.Regression
	case p.spec.Kind == model.Logistic || p.spec.Kind == model.Softmax || p.loss.Classes():
		return data.Classification
	case p.loss != loss.Loss{}:
		return data.Regression
	case p.spec.Kind == model.Formula:
		if c, err := t.Column(p.opts.Target); err == nil && c.Kind == data.Number {
			return data.Regression // two values are no reason to call a formula a logit
		}
	}
	return data.AutoTask
}
