package train

import (
	"fmt"
	"strings"
	"sync"

	"descent/internal/numtext"
	"descent/optim"
)

// Ailment is a kind of Diagnosis.
type Ailment string

// What the doctor knows.
const (
	ConstantColumn Ailment = "constant_column"     // a column that teaches nothing
	Unscaled       Ailment = "unscaled_features"   // columns of very different size
	Leak           Ailment = "target_leak"         // one column alone predicts the target
	Twins          Ailment = "duplicated_rows"     // validation rows that are training rows, too
	Separable      Ailment = "separable_classes"   // no finite optimum
	RateTooHigh    Ailment = "diverging_rate"      // the loss rose to infinity or far above its start
	DeadUnits      Ailment = "dead_units"          // rectified units that are 0 for every row
	SaturatedUnits Ailment = "saturated_units"     // bounded units at their bounds for nearly every row
	Overconfident  Ailment = "saturated_outputs"   // wrong with certainty
	Stalled        Ailment = "loss_stopped_moving" // long before the end
)

// Diagnosis is something wrong with data or training that was noticed: a
// sentence that says what it is and what to do, and its numbers.
type Diagnosis struct {
	Kind    Ailment  `json:"kind"`
	Message string   `json:"message"`
	Columns []string `json:"columns,omitempty"` // that it is about
	Rows    []int    `json:"rows,omitempty"`    // data rows, from 1: examples
	Count   int      `json:"count,omitempty"`   // of rows or units
	Share   float64  `json:"share,omitempty"`   // of all rows, units or the gradient
	Step    int      `json:"step,omitempty"`    // at which it was noticed
	Rate    float64  `json:"rate,omitempty"`    // to try
}

// examine looks at the rows before training. What it costs is bounded: columns
// are read to the first value that differs, and the rest is judged on samples.
func (p *plan) examine() (found []Diagnosis) {
	if p.fold > 0 {
		return nil // the fit to all rows says it once
	}
	q := p.look()
	if q.train.source != nil {
		return nil
	}
	looks := []func() *Diagnosis{p.constants, q.unscaled, q.leaks, q.twins}
	if d := p.sameRows(); d != nil {
		alone := *q // no row is held out
		alone.valid = part{}
		looks, found = []func() *Diagnosis{p.constants, alone.unscaled, alone.leaks}, []Diagnosis{*d}
	}
	seen := make([]*Diagnosis, len(looks))
	var all sync.WaitGroup
	for i, look := range looks {
		all.Go(func() { seen[i] = look() })
	}
	all.Wait()
	for _, d := range seen {
		if d != nil {
			found = append(found, *d)
		}
	}
	return found
}

// examine looks at a finished fit.
func (s *session[T]) examine(r *Result) (found []Diagnosis) {
	if s.plan.fold > 0 {
		return nil
	}
	all := s
	if s = s.look(); s.plan.train.source != nil {
		return nil
	}
	looks := []func(*Result) *Diagnosis{s.tooFast, func(r *Result) *Diagnosis { return s.separable(r, all.plan) }, s.overconfident, s.stalled}
	broken := r.Status == optim.Diverged || r.Status == optim.Failed
	if broken {
		looks = looks[:1] // the rest is a consequence
	}
	for _, look := range looks {
		if d := look(r); d != nil {
			found = append(found, *d)
		}
	}
	if broken {
		return found
	}
	return append(found, s.units(r)...)
}

// evenly is at most n of the rows, evenly spread.
func evenly(rows []int, n int) []int {
	if len(rows) <= n {
		return rows
	}
	out := make([]int, n)
	for i := range out {
		out[i] = rows[i*len(rows)/n]
	}
	return out
}

// columnList names one column or several as the subject of a sentence: "column
// a", "the columns a, b and 3 more".
func columnList(names []string) string {
	const most = 5
	switch n := len(names); {
	case n == 1:
		return "column " + names[0]
	case n <= most:
		return "the columns " + strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	default:
		return fmt.Sprintf("the columns %s and %d more", strings.Join(names[:most], ", "), n-most)
	}
}

// percent is a share for people.
func percent(share float64) string { return numtext.Short(100*share, 3) + " %" }
