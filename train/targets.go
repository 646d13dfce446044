package train

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"descent/data"
	"descent/loss"
	"descent/model"
)

// A model may have several targets: several numbers, or several columns of two
// classes each (labels that a row has or has not). Each has an output of its
// own, and the loss of a row is the mean over them. Numbers count in units of
// their standard deviations, in the loss that is reported too: there is no other
// unit that they share.

// TargetNames are the columns of t that the text of a target names: one, or
// several with commas between them. The error names what is not there.
func TargetNames(t *data.Table, text string) ([]string, error) {
	if slices.Contains(t.Names(), text) || !strings.Contains(text, ",") {
		_, err := t.Column(text)
		return []string{text}, err
	}
	var names []string
	for _, name := range strings.Split(text, ",") {
		name = strings.TrimSpace(name)
		if slices.Contains(names, name) {
			return nil, fmt.Errorf("train: the target %q is named twice", name)
		}
		if _, err := t.Column(name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// several says whether there is more than one target.
func (p *plan) several() bool { return len(p.names) > 1 }

// learnTargets learns the targets from the training rows, and refuses those that
// one model cannot predict together.
func (p *plan) learnTargets(learn func(name string) (*data.Target, error)) error {
	p.targets = nil
	for _, name := range p.names {
		y, err := learn(name)
		if err != nil {
			return err
		}
		p.targets = append(p.targets, y)
	}
	p.target = p.targets[0]
	if !p.several() {
		return nil
	}
	if p.opts.ClassWeight != "" {
		return fmt.Errorf("train: class weights are for one target, and there are %d; leave them out, or fit one at a time", len(p.targets))
	}
	for _, y := range p.targets {
		switch n := len(y.Classes); {
		case (n == 0) != (p.target.Classes == nil):
			return fmt.Errorf("train: the targets are of different kinds: %s is %s, %s is %s; several targets are all numbers, or all of two classes",
				p.target.Column, p.target.Rule, y.Column, y.Rule)
		case n > 2:
			return fmt.Errorf("train: target %q has %d classes; of several targets each is a number or has two classes, so fit it by itself", y.Column, n)
		}
	}
	return nil
}

// scaleTargets is scaleTarget for several targets, each in units of its own.
func (p *plan) scaleTargets() error {
	p.scale, p.divide, p.factor, p.inner = 1, 1, 1, p.loss
	p.shifts, p.scales = make([]float64, len(p.targets)), slices.Repeat([]float64{1}, len(p.targets))
	for j, y := range p.targets {
		inner, factor, ok := p.loss.Rescale(y.SD)
		switch {
		case y.Classes != nil || !ok || !(y.SD > 0):
			continue
		case factor == 0 || math.IsInf(factor, 0):
			return fmt.Errorf("train: target %q has a standard deviation of %.3g, whose square no number can hold; give it in other units", y.Column, y.SD)
		case inner != p.loss:
			return fmt.Errorf("train: the number of %s has the unit of one target, and there are %d; use mse, mae or a quantile, or fit one at a time", p.loss, len(p.targets))
		}
		p.shifts[j], p.scales[j] = y.Mean, y.SD
	}
	return nil
}

// outputUnits gives an output its target's own units: y ↦ scale·y + shift.
func (p *plan) outputUnits(j int) (shift, scale float64) {
	if p.several() {
		return p.shifts[j], p.scales[j]
	}
	return p.shift, p.scale
}

// encodeTargets fills dst, row-major [rows, targets].
func encodeTargets(targets []*data.Target, t *data.Table, rows []int, dst []float64) error {
	if len(targets) == 1 {
		return targets[0].Encode(t, rows, dst)
	}
	one := make([]float64, len(rows))
	for j, y := range targets {
		if err := y.Encode(t, rows, one); err != nil {
			return err
		}
		for i, v := range one {
			dst[i*len(targets)+j] = v
		}
	}
	return nil
}

// ofTarget is column j of k in the row-major v.
func ofTarget(v []float64, j, k int) []float64 {
	one := make([]float64, 0, len(v)/k)
	for i := j; i < len(v); i += k {
		one = append(one, v[i])
	}
	return one
}

// TargetScore says how good a model of several targets is at one of them.
type TargetScore struct {
	Target   string       `json:"target"`
	Metrics  loss.Metrics `json:"metrics"`
	Baseline loss.Metrics `json:"baseline,omitempty"`
}

// measureTargets judges outputs, row-major [rows, targets], as measure does.
func measureTargets(l loss.Loss, targets []*data.Target, z, y, w []float64) (*Evaluation, error) {
	k := len(targets)
	if k == 1 {
		return measure(l, targets[0].Classes, z, y, w)
	}
	list := make([]*Evaluation, k)
	for j, target := range targets {
		one, err := measure(l, target.Classes, ofTarget(z, j, k), ofTarget(y, j, k), w)
		if err != nil {
			return nil, err
		}
		list[j] = one
	}
	e := joinTargets(l, targets, list)
	if targets[0].Classes != nil {
		truth := make([]int, len(y))
		for i, v := range y {
			truth[i] = int(v)
		}
		e.Metrics = append(loss.MultiLabel(z, truth, w, k), e.Metrics...)
	}
	return e, nil
}

// joinTargets is what the evaluations of several targets come to together.
func joinTargets(l loss.Loss, targets []*data.Target, list []*Evaluation) *Evaluation {
	e, k := &Evaluation{Rows: list[0].Rows}, len(targets)
	r2, all := 0.0, true
	for j, target := range targets {
		one := list[j]
		_, factor, ok := l.Rescale(target.SD)
		if !ok || !(target.SD > 0) {
			factor = 1
		}
		e.Loss += Number(float64(one.Loss) / factor / float64(k))
		e.Targets = append(e.Targets, TargetScore{Target: target.Column, Metrics: one.Metrics})
		for _, note := range one.Notes {
			e.Notes = append(e.Notes, target.Column+": "+note)
		}
		v, has := one.Metrics.Get("r2")
		r2, all = r2+v/float64(k), all && has
	}
	if all {
		e.Metrics = append(e.Metrics, loss.Metric{Name: "r2", Value: r2})
	}
	return e
}

// targets are the rules of all targets.
func (r *Recipe) targets() []*data.Target { return append([]*data.Target{r.Target}, r.More...) }

// checkTargets refuses targets that no fit writes together.
func (r *Recipe) checkTargets() error {
	for _, y := range r.targets() {
		if y == nil || len(y.Classes) != len(r.Target.Classes) || len(r.More) > 0 && len(y.Classes) != 0 && len(y.Classes) != 2 {
			return fmt.Errorf("the targets do not go together")
		}
	}
	switch {
	case len(r.More) > 0 && (r.Outputs != len(r.More)+1 || r.Loss.Link() == loss.Softmax || r.Model.Kind == model.Formula):
		return fmt.Errorf("%d outputs for %d targets", r.Outputs, len(r.More)+1)
	case len(r.More) == 0 && r.Outputs != 1 && r.Outputs != len(r.Target.Classes):
		return fmt.Errorf("%d outputs for %d classes", r.Outputs, len(r.Target.Classes))
	}
	return nil
}

// Targets names the columns that the model predicts.
func (m *Model) Targets() []string {
	var names []string
	for _, y := range m.Recipe.targets() {
		names = append(names, y.Column)
	}
	return names
}

// outputNames names the outputs: classes, or targets where there are several.
func (m *Model) outputNames() []string {
	if len(m.Recipe.More) > 0 {
		return m.Targets()
	}
	return m.Classes()
}
