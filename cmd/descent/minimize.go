package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"descent"
	"descent/data"
	"descent/expr"
	"descent/optim"
)

// minimizeFlags are the flags of minimize as they were typed.
type minimizeFlags struct {
	start, randomRange, method, rate   string
	set                                []string
	seed                               uint64
	starts, maxIter                    int
	gradTol                            float64
	limit                              time.Duration
	target                             float64
	data, trace, plot                  string
	explain, check, json, quiet, force bool
}

func (a *app) minimizeCommand() *cobra.Command {
	var f minimizeFlags
	cmd := &cobra.Command{
		Use:     "minimize FORMULA",
		Aliases: []string{"min", "minimise"},
		Short:   "Minimise a formula",
		Long: `Find a minimum of a formula. The gradient is derived, never approximated.

FORMULA is a formula such as '(1-x)^2 + 100*(y-x^2)^2', @FILE to read one from
a file, or - for standard input. Vectors are written x[i], sums
sum(i=1..9, (x[i+1]-x[i])^2). Quote the formula, so that the shell leaves it
alone.

Exit status: 0 a minimum was reached, 1 failed (diverged, unreadable data),
2 wrong usage, 3 stopped before the goal (budget spent, saddle reached).`,
		Example: `  descent minimize 'x^2 + x*y + y^2' --start x=3,y=-2 --method gd --lr 0.1 --explain
  descent minimize '(1-x)^2 + 100*(y-x^2)^2' --plot valley.svg
  descent minimize 'sum(i=1..99, 100*(x[i+1]-x[i]^2)^2 + (1-x[i])^2)' --start x=-1.2
  descent minimize 'mean((mpg - a - b*weight/1000)^2)' --data sample:mpg
  descent minimize '(x^2+y-11)^2 + (x+y^2-7)^2' --starts 100 --json`,
		Args: exactly(1, "a formula", `descent minimize 'x^2 + y^2'`),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.minimize(cmd.Context(), args[0], &f, cmd.Flags().Changed("target-value"))
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.start, "start", "", "first values, as in x=3,y=-2 or w=[1,2,3]; one number fills a vector; what is missing is random")
	fl.StringVar(&f.randomRange, "random-range", "-5:5", "where random starts are drawn from")
	fl.Uint64Var(&f.seed, "seed", 1, "seed of random starts")
	fl.IntVar(&f.starts, "starts", 1, "number of starts; every distinct minimum is reported")
	fl.StringVar(&f.method, "method", "auto", "auto, or a method of 'descent methods'")
	fl.StringVar(&f.rate, "lr", "auto", "learning rate: a number or auto")
	fl.StringArrayVar(&f.set, "set", nil, "any hyperparameter of the method, as in --set beta1=0.95")
	fl.IntVar(&f.maxIter, "max-iter", 10_000, "steps at most")
	fl.Float64Var(&f.gradTol, "grad-tol", 1e-8, "converged when the gradient is at most this long")
	fl.DurationVar(&f.limit, "time", 0, "time at most, as in 30s")
	fl.Float64Var(&f.target, "target-value", 0, "stop when the value is at most this")
	fl.StringVar(&f.data, "data", "", "a table whose columns may appear in the formula")
	fl.StringVar(&f.trace, "trace", "", "write every step to a CSV file")
	fl.StringVar(&f.plot, "plot", "", "draw the way to a .svg or .png file")
	fl.BoolVar(&f.explain, "explain", false, "show derivatives, the first steps and the curve of values")
	fl.BoolVar(&f.check, "check-gradient", false, "compare the gradient with differences before starting")
	fl.BoolVar(&f.json, "json", false, "print one JSON object")
	fl.BoolVar(&f.quiet, "quiet", false, "no progress on standard error")
	fl.BoolVar(&f.force, "force", false, "overwrite files of --trace and --plot")
	complete(cmd, "method", methodNames())
	return cmd
}

// minimize is the whole command.
func (a *app) minimize(ctx context.Context, text string, f *minimizeFlags, targeted bool) error {
	o, err := f.options()
	if err != nil {
		return usage(err)
	}
	if targeted {
		o.Target = &f.target
	}
	if err := f.checkFiles(); err != nil {
		return usage(err)
	}
	text, err = a.formulaText(text)
	if err != nil {
		return err
	}
	formula, err := f.parse(text, o.Start)
	if err != nil {
		return err
	}
	for _, h := range formula.Hints(keys(o.Start)...) {
		fmt.Fprintf(a.err, "note: %s\n", h)
	}
	if f.check {
		if err := a.checkGradient(formula, o); err != nil {
			return err
		}
	}
	rec := newRecorder(formula, f)
	bar := a.newProgress(f.quiet, "step")
	o.Observe = func(s *optim.State[float64]) {
		rec.observe(s)
		bar.step(s)
	}
	m, err := formula.Minimize(ctx, o)
	bar.clear()
	if err != nil {
		return usage(err)
	}
	if err := rec.write(f, m); err != nil {
		return err
	}
	a.status = exitStatus(m)
	if f.json {
		return a.minimizeJSON(text, formula, m, o.Seed)
	}
	return a.minimizeText(formula, m, rec, f)
}

func (f *minimizeFlags) options() (o descent.Options, err error) {
	o = descent.Options{Seed: f.seed, Starts: f.starts, Method: f.method, MaxIter: f.maxIter, GradTol: f.gradTol, Time: f.limit}
	if o.Start, err = parseStart(f.start); err != nil {
		return o, err
	}
	if o.Low, o.High, err = parseRange("--random-range", f.randomRange); err != nil {
		return o, err
	}
	if o.Rate, err = parseRate(f.rate); err != nil {
		return o, err
	}
	if o.Set, err = parseSettings(f.set); err != nil {
		return o, err
	}
	switch {
	case f.starts < 1:
		return o, fmt.Errorf("--starts: found %d, expected at least 1", f.starts)
	case f.maxIter < 1:
		return o, fmt.Errorf("--max-iter: found %d, expected at least 1", f.maxIter)
	case !(f.gradTol > 0):
		return o, fmt.Errorf("--grad-tol: found %g, expected a positive number", f.gradTol)
	case f.limit < 0:
		return o, fmt.Errorf("--time: found %s, expected a positive duration such as 30s", f.limit)
	case f.method != "auto":
		_, err = optim.Find[float64](f.method)
	}
	return o, err
}

// formulaText reads the formula that an argument stands for.
func (a *app) formulaText(arg string) (string, error) {
	var b []byte
	var err error
	switch path, file := strings.CutPrefix(arg, "@"); {
	case file:
		if b, err = os.ReadFile(path); err != nil {
			return "", err
		}
	case arg == "-":
		if b, err = io.ReadAll(io.LimitReader(a.in, maxFormula+1)); err != nil {
			return "", fmt.Errorf("reading the formula from standard input: %w", err)
		}
	default:
		return arg, nil
	}
	if len(b) > maxFormula {
		return "", fmt.Errorf("the formula in %s is longer than %d bytes", arg, maxFormula)
	}
	return string(b), nil
}

// maxFormula bounds a formula from a file or a pipe.
const maxFormula = 16 << 20

// parse reads the formula, with the columns of --data where it names some.
func (f *minimizeFlags) parse(text string, start map[string][]float64) (*descent.Formula, error) {
	in := descent.Inputs{Lengths: map[string]int{}}
	for name, v := range start {
		if len(v) > 1 {
			in.Lengths[name] = len(v)
		}
	}
	if f.data != "" {
		t, err := data.Read(f.data, data.ReadOptions{})
		if err != nil {
			return nil, err
		}
		if in.Columns, err = columnsOf(t, text); err != nil {
			return nil, err
		}
	}
	formula, err := descent.ParseFormula(text, in)
	if err != nil {
		return nil, usage(err)
	}
	return formula, nil
}

// columnsOf are the columns of a table that a formula names, over the rows in
// which none of them is missing.
func columnsOf(t *data.Table, text string) (map[string][]float64, error) {
	parsed, err := expr.Parse(text)
	if err != nil {
		return nil, usage(err)
	}
	columns := map[string][]float64{}
	var names []string
	for _, v := range parsed.Variables() {
		c, err := t.Column(v.Name)
		if err != nil {
			continue // a variable, not a column
		}
		if c.Kind != data.Number {
			return nil, usagef("column %s of %s is a %s, and a formula needs numbers", v.Name, t.Name, c.Kind)
		}
		names = append(names, v.Name)
	}
	if len(names) == 0 {
		return nil, usagef("the formula names no column of %s; the columns are %s", t.Name, strings.Join(t.Names(), ", "))
	}
	rows, _, err := t.Complete(names...)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		columns[name] = make([]float64, len(rows))
		if err := t.Values(name, rows, columns[name]); err != nil {
			return nil, err
		}
	}
	return columns, nil
}

// checkGradient compares the gradient with differences at the start.
func (a *app) checkGradient(formula *descent.Formula, o descent.Options) error {
	x, err := formula.StartPoint(o, 0)
	if err != nil {
		return usage(err)
	}
	p := formula.Problem()
	c, err := optim.CheckGradient(&p, x)
	if err != nil {
		return err
	}
	if !c.OK {
		return errors.New(c.Text)
	}
	fmt.Fprintln(a.err, c.Text)
	return nil
}

// exitStatus of a minimisation.
func exitStatus(m *descent.Minimum) int {
	switch {
	case m.Success():
		return exitDone
	case m.Status == optim.Diverged || m.Status == optim.Failed:
		return exitFailed
	}
	return exitShort
}
