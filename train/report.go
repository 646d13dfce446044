package train

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"descent/internal/numtext"
	"descent/optim"
)

// report prints Markdown; the first error of the writer sticks.
type report struct {
	w   io.Writer
	err error
}

func (r *report) line(format string, args ...any) {
	if r.err == nil {
		_, r.err = fmt.Fprintf(r.w, format+"\n", args...)
	}
}

// row is a line of a table; bars and line ends inside cells would break it.
func (r *report) row(cells ...string) {
	for i, c := range cells {
		cells[i] = strings.NewReplacer("|", `\|`, "\n", " ").Replace(c)
	}
	r.line("| %s |", strings.Join(cells, " | "))
}

// writeReport writes the short account of a run for people.
func writeReport(w io.Writer, p *plan, res *Result) error {
	r := &report{w: w}
	r.line("# %s predicts %s", res.ModelName, p.opts.Target)
	r.line("")
	r.line("%s", verdict(res))
	for _, d := range res.Diagnoses {
		r.line("")
		r.line("Diagnosis: %s.", d.Message)
	}
	for _, n := range res.Notes {
		r.line("")
		r.line("Note: %s.", n)
	}
	if res.Gap != nil {
		r.line("")
		r.line("The objective, %.10g, is at most %.2g above its minimum (duality gap).", float64(res.Loss.Objective), float64(*res.Gap))
	}
	r.data(p, res)
	r.line("")
	r.line("## Model")
	r.line("")
	r.line("%s with %s from %s; loss %s; %s; seed %d.", res.ModelName, numtext.Count(res.Parameters, "parameter"), numtext.Count(res.Features, "feature"), res.LossName, res.Method, res.Seed)
	r.curve(res)
	r.folds(res.CV)
	r.metrics(res)
	r.weights(res)
	r.line("")
	r.line("## Use")
	r.line("")
	r.line("```")
	r.line("descent predict %s DATA      # rows in, predictions out, order kept", res.Run)
	r.line("descent evaluate %s DATA     # metrics on rows whose %s is known", res.Run, p.opts.Target)
	r.line("```")
	return r.err
}

// verdict says in a sentence or two how the fit ended and what it is worth.
func verdict(res *Result) string {
	how := map[optim.Status]string{
		optim.Converged: "The fit is done", optim.Interrupted: "The fit was interrupted", optim.Diverged: "The fit diverged",
		optim.Budget: "The fit ended with its budget", optim.Time: "The fit ended with its time",
		optim.NoProgress: "The fit ended where it made no more progress",
	}[res.Status]
	if how == "" {
		how = "The fit ended as " + string(res.Status)
	}
	return fmt.Sprintf("%s: %s. On %s the loss is %.6g; that of the baseline (%s) is %.6g.",
		how, res.Reason, res.judgedOn(), float64(lossOn(res)), res.Baseline.Rule, float64(res.Loss.Baseline))
}

// judgedOn names the rows that metrics and baseline are of.
func (r *Result) judgedOn() string {
	if r.Validation > 0 {
		return fmt.Sprintf("the %d validation rows", r.Validation)
	}
	return fmt.Sprintf("the %d training rows", r.Rows)
}

func (r *report) data(p *plan, res *Result) {
	r.line("")
	r.line("## Data")
	r.line("")
	r.line("%s: %s to train on, %d set aside for validation, %d left out.", p.train.table.Name, numtext.Count(res.Rows, "row"), res.Validation, res.Dropped)
	r.line("")
	r.row("column", "kind", "rule")
	r.row("---", "---", "---")
	for _, y := range p.targets {
		r.row(y.Column+" (target)", y.Kind.String(), y.Rule)
	}
	for _, f := range p.encoder.Features {
		r.row(f.Column, f.Kind.String(), f.Rule)
	}
	if p.opts.Weight != "" {
		r.row(p.opts.Weight+" (weight)", "number", "how much the row counts")
	}
}

// curve prints about a dozen epochs, the first and the last among them.
func (r *report) curve(res *Result) {
	if len(res.Curve) == 0 {
		return
	}
	r.line("")
	r.line("## Loss")
	r.line("")
	r.row("epoch", "training", "validation")
	r.row("---:", "---:", "---:")
	every := max(1, (len(res.Curve)+11)/12)
	for i, e := range res.Curve {
		if i%every != 0 && i != len(res.Curve)-1 && e.Epoch != res.Best {
			continue
		}
		epoch := fmt.Sprint(e.Epoch)
		if e.Epoch == res.Best {
			epoch += " (kept)"
		}
		r.row(epoch, cell(e.Train), cell(e.Validation))
	}
}

func cell(v float64) string {
	if Number(v).IsZero() {
		return ""
	}
	return fmt.Sprintf("%.6g", v)
}

// folds prints the metrics of a cross-validation.
func (r *report) folds(c *CrossValidation) {
	if c == nil {
		return
	}
	r.line("")
	r.line("## Cross-validation")
	r.line("")
	r.line("The rows were dealt into %d folds, and each was judged by a model fitted to all others; the model of this run was then fitted to all rows.", c.Folds)
	for _, n := range c.Notes {
		r.line("")
		r.line("Note: %s.", n)
	}
	r.line("")
	header, rule := []string{"metric", "mean", "sd", "baseline"}, []string{"---", "---:", "---:", "---:"}
	for i := range c.PerFold {
		header, rule = append(header, fmt.Sprintf("fold %d", i+1)), append(rule, "---:")
	}
	r.row(header...)
	r.row(rule...)
	rows := make([]string, 0, c.Folds+2)
	for _, f := range c.PerFold {
		rows = append(rows, fmt.Sprint(f.HeldOut))
	}
	r.row(append([]string{"rows held out", "", "", ""}, rows...)...)
	for i, m := range c.Mean {
		cells := []string{m.Name, cell(m.Value), cell(c.SD[i].Value), ""}
		if v, ok := c.Baseline.Get(m.Name); ok {
			cells[3] = cell(v)
		}
		for _, f := range c.PerFold {
			v, _ := f.Metrics.Get(m.Name)
			cells = append(cells, cell(v))
		}
		r.row(cells...)
	}
}

func (r *report) metrics(res *Result) {
	r.line("")
	r.line("## Metrics")
	r.line("")
	r.line("On %s; the baseline is %s.", res.judgedOn(), res.Baseline.Rule)
	r.line("")
	r.row("metric", "model", "baseline")
	r.row("---", "---:", "---:")
	for _, m := range res.Metrics {
		base := ""
		if v, ok := res.Baseline.Metrics.Get(m.Name); ok {
			base = cell(v)
		}
		r.row(m.Name, cell(m.Value), base)
	}
	r.targets(res.Targets)
	if c := res.Confusion; c != nil && len(c.Classes) <= 20 {
		r.line("")
		r.row(append([]string{"true \\ predicted"}, c.Classes...)...)
		r.row(slices.Repeat([]string{"---:"}, len(c.Classes)+1)...)
		for i, counts := range c.Counts {
			cells := []string{c.Classes[i]}
			for _, n := range counts {
				cells = append(cells, fmt.Sprintf("%g", n))
			}
			r.row(cells...)
		}
	}
}

// targets prints the metrics of each of several targets.
func (r *report) targets(list []TargetScore) {
	if len(list) == 0 {
		return
	}
	r.line("")
	r.row("target", "metric", "model", "baseline")
	r.row("---", "---", "---:", "---:")
	for _, t := range list {
		for _, m := range t.Metrics {
			base, _ := t.Baseline.Get(m.Name)
			r.row(t.Target, m.Name, cell(m.Value), cell(base))
		}
	}
}

func (r *report) weights(res *Result) {
	if res.Weights == nil {
		return
	}
	r.line("")
	r.line("## Weights")
	r.line("")
	header, rule := []string{"name", "value"}, []string{"---", "---:"}
	if res.Raw != nil {
		header[1] = "of scaled features"
		header, rule = append(header, "in the columns' own units"), append(rule, "---:")
	}
	r.row(header...)
	r.row(rule...)
	for _, name := range slices.Sorted(maps.Keys(res.Weights)) {
		cells := []string{name, fmt.Sprintf("%.8g", res.Weights[name])}
		if res.Raw != nil {
			cells = append(cells, fmt.Sprintf("%.8g", res.Raw[name]))
		}
		r.row(cells...)
	}
}
