package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"descent"
	"descent/optim"
)

// minimizeFlags are the flags of minimize as they were typed.
type minimizeFlags struct {
	start, randomRange, method, rate   string
	bounds                             string
	set, schedule, wrap                []string
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
  descent minimize '(x^2+y-11)^2 + (x+y^2-7)^2' --starts 100 --json
  descent minimize '(x-3)^2 + x*y + y^2' --bounds x=0:2,y=0:`,
		Args:              exactly(1, "a formula", `descent minimize 'x^2 + y^2'`),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.minimize(cmd.Context(), args[0], &f, cmd.Flags().Changed("target-value"))
		},
	}
	f.register(cmd)
	return cmd
}

func (f *minimizeFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.start, "start", "", "first `VALUES`, as in x=3,y=-2 or w=[1,2,3] or w=0,w[2]=1\nor W=[[1,2],[3,4]] or W=@FILE; one number fills a vector or\na matrix, and what is missing is random")
	fl.StringVar(&f.randomRange, "random-range", "-5:5", "draw random starts from this `LOW:HIGH`")
	fl.StringVar(&f.bounds, "bounds", "", "keep variables within `BOUNDS`, as in x=0:5,y=0: or w=-1:1,w[2]=0:")
	fl.Uint64Var(&f.seed, "seed", 1, "seed of random starts, a whole `NUMBER`")
	fl.IntVar(&f.starts, "starts", 1, "try this `NUMBER` of starts and report every distinct minimum")
	fl.StringVar(&f.method, "method", "auto", "the `NAME` of a method of 'descent methods', or auto")
	fl.StringVar(&f.rate, "lr", "auto", "learning `RATE`, a number or auto")
	fl.StringArrayVar(&f.set, "set", nil, "a hyperparameter of the method, `NAME=VALUE`, as in beta1=0.95")
	fl.StringArrayVar(&f.schedule, "schedule", nil, "`COURSE` of the rate, as in cosine or warmup:50,step:every=100,by=0.5;\nof another hyperparameter: beta=cosine ('descent methods' lists them)")
	fl.StringArrayVar(&f.wrap, "wrap", nil, "put `SOMETHING` around the method, as in ema:0.99 or clip:1\n('descent methods' lists them)")
	fl.IntVar(&f.maxIter, "max-iter", 10_000, "at most this `NUMBER` of steps")
	fl.Float64Var(&f.gradTol, "grad-tol", 1e-8, "converged when the gradient is at most this `LENGTH`")
	fl.DurationVar(&f.limit, "time", 0, "at most this `DURATION`, as in 30s")
	fl.Float64Var(&f.target, "target-value", 0, "stop when the value is at most this `NUMBER`")
	fl.StringVar(&f.data, "data", "", "a `FILE` or sample:NAME with columns that the formula names")
	fl.StringVar(&f.trace, "trace", "", "write every step to this CSV `FILE`")
	fl.StringVar(&f.plot, "plot", "", "draw the way to this `FILE`, .svg or .png")
	fl.BoolVar(&f.force, "force", false, "overwrite the files of --trace and --plot")
	fl.BoolVar(&f.explain, "explain", false, "show derivatives, the first steps and the curve of values")
	fl.BoolVar(&f.check, "check-gradient", false, "compare the gradient with differences before starting")
	fl.BoolVar(&f.json, "json", false, "print one JSON object")
	fl.BoolVar(&f.quiet, "quiet", false, "no progress on standard error")
	complete(cmd, "method", methodNames())
	complete(cmd, "schedule", optim.ScheduleNames())
	complete(cmd, "wrap", optim.WrapNames())
	complete(cmd, "lr", []string{"auto", "0.1", "0.01", "0.001"})
	completeBy(cmd, "set", completeSettings)
	completeBy(cmd, "data", completeTable)
	completeBy(cmd, "plot", completePictures)
	for _, flag := range []string{"start", "random-range", "bounds", "seed", "starts", "max-iter", "grad-tol", "time", "target-value"} {
		completeBy(cmd, flag, cobra.NoFileCompletions)
	}
}

// minimize is the whole command.
func (a *app) minimize(ctx context.Context, arg string, f *minimizeFlags, targeted bool) error {
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
	text, err := a.formulaText(arg)
	if err != nil {
		return err
	}
	formula, err := a.parseFormula(text, f.data, &o)
	if err == nil && f.check {
		err = a.checkGradient(formula, o)
	}
	if err != nil {
		return err
	}
	rec, err := newRecorder(formula, f)
	if err != nil {
		return err
	}
	defer rec.close()
	m, err := a.descend(ctx, formula, o, f, rec)
	if err != nil {
		return usage(err)
	}
	a.status = exitStatus(m)
	failed := rec.write(f, m)
	if f.json {
		err = a.minimizeJSON(text, formula, m, o.Seed)
	} else {
		err = a.minimizeText(formula, m, rec, o, f.explain)
	}
	return cmp.Or(failed, err)
}

// descend runs the minimisation and remembers what the table, the trace and the
// picture need.
func (a *app) descend(ctx context.Context, formula *descent.Formula, o descent.Options, f *minimizeFlags, rec *recorder) (*descent.Minimum, error) {
	bar := a.newMinimizeProgress(f)
	o.Forecast = o.Starts == 1
	o.Observe = func(s *optim.State[float64]) {
		if o.Starts == 1 {
			rec.observe(s)
		}
		bar.step(s)
	}
	m, err := formula.Minimize(ctx, o)
	bar.clear()
	seen := o.Starts == 1 && m != nil && m.Before == nil
	if err != nil || seen || !f.explain && f.trace == "" && f.plot == "" {
		return m, err
	}
	// Of several starts, and of two methods, the best is to be seen: the same
	// steps once more.
	if err := rec.restart(f); err != nil {
		return nil, err
	}
	again := o
	if m.Before != nil {
		again.Method = m.Method
	}
	again.Starts, again.Start, again.Time, again.MaxIter = 1, formula.Values(m.Start), 0, max(1, m.Steps)
	again.Observe, again.Forecast = rec.observe, true
	best, err := formula.Minimize(context.WithoutCancel(ctx), again)
	if err == nil {
		m.Forecast = best.Forecast
	}
	return m, err
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
