package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/loss"
	"descent/optim"
	"descent/plot"
	"descent/train"
)

// fitFlags are the flags of fit as they were typed.
type fitFlags struct {
	table                     tableFlags
	target                    string
	features, types           []string
	model, loss, method, rate string
	set                       []string
	schedule, wrap            []string
	batch                     string
	accumulate, skipBatches   int
	epochs                    int
	gradTol                   float64
	limit                     time.Duration
	l1, weightDecay, clip     float64
	l2                        string
	bounds                    string
	classWeight, sampleWeight string
	validation, patience      string
	scale, missing            []string
	cv                        int
	start                     string
	seed                      uint64
	threads                   int
	out, plot                 string
	force, check, json, quiet bool
	findRate, dryRun          bool
	every, resume             string
	memory, cache             string
	resumed                   bool   // by --resume, from the flags in its checkpoint
	named                     string // the data file, as it was called when the fit began

	blockFlags
}

func (a *app) fitCommand() *cobra.Command {
	f := new(fitFlags)
	cmd := &cobra.Command{
		Use:   "fit DATA --target COLUMN",
		Short: "Fit a model to a data file",
		Long: `Train a model on the rows of a file and save it in a run folder.

DATA is a table of text (CSV, TSV, lines of JSON objects; packed with gzip or
Zstandard or not), a Parquet file, a NumPy array (.npy, .npz), - for standard
input, sample:penguins, sample:iris or sample:mpg, MNIST-like images
(…-images-idx3-…, with the labels file beside it as column "label"), or a
pattern in quotes such as 'part-*.csv'. Types of
columns are guessed and shown; numbers are scaled, categories become one feature
per level, missing values are filled: all by rules that the training rows alone
settle, and that the saved model keeps.

--model is auto (linear for numbers, logistic or softmax for classes), linear,
logistic, softmax, poisson, mlp:64,64 (hidden layers; with an activation, layer
norm and dropout mlp:64,64:tanh:layer-norm:dropout=0.2), or a formula in columns
and free parameters such as 'a*exp(-b*x) + c'.

A fifth of the rows is set aside to judge the model, unless there are fewer than
40, the model is a formula, or --validation says otherwise. --cv 5 judges the model on all rows instead: it is
fitted five times, each time without a fifth that it is then judged on, and last
to all of them, which is the model that is kept. Ctrl-C ends training
early and saves the model as it is.

--memory bounds the whole process. A table of text that does not fit is read
once, into a cache of binary columns in the run folder, from which its rows pass
by, epoch after epoch; batches come from groups of rows that are shuffled
together. The cache goes when the fit is done, and stays where the fit was
interrupted or killed and can be resumed; --cache DIR keeps it in a folder for
the next fit to the same file.

Exit status: 0 the fit converged, or all its epochs are done; 1 failed
(diverged, unreadable data); 2 wrong usage; 3 stopped before the goal (steps or
time spent, no more progress, interrupted), with a usable model saved.`,
		Example: `  descent fit sample:penguins --target species
  descent fit houses.csv --target price --features area,rooms,city --l2 0.01
  descent fit data.csv --target y --model 'a*exp(-b*x) + c' --start a=1,b=0.1
  descent fit train-images-idx3-ubyte.gz --target label --model mlp:128 --out digits
  descent fit clicks.tsv --target clicked --model mlp:64,32 --epochs 20 --plot loss.png`,
		ValidArgsFunction: completeTable,
	}
	one := exactly(1, "a data file", "descent fit sample:penguins --target species")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if f.resume != "" {
			return f.checkResume(cmd, args)
		}
		return one(cmd, args)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if f.resume != "" {
			return a.resumeFit(cmd.Context(), f)
		}
		return a.fit(cmd.Context(), args[0], f)
	}
	f.register(cmd)
	return cmd
}

func (f *fitFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.target, "target", "", "the column to predict; several numbers, or several columns of two classes, with commas")
	fl.StringSliceVar(&f.features, "features", nil, "columns to predict from, and products of them, as in a,b,a*b or all,a*b (default: all others)")
	fl.StringSliceVar(&f.types, "types", nil, "kinds of columns, as in year=category,when=date:dmy,row=ignore\n("+strings.Join(data.KindNames(), ", ")+")")
	f.table.register(cmd)
	fl.StringVar(&f.model, "model", "auto", "auto, linear, logistic, softmax, poisson, mlp:64 or a formula")
	fl.StringVar(&f.start, "start", "", "first values of a formula's parameters, as in a=1,b=0.1")
	fl.StringVar(&f.bounds, "bounds", "", "keep a formula's parameters within bounds, as in a=0:5,b=0:")
	fl.StringVar(&f.loss, "loss", "auto", "auto, or one of mse, mae, huber:1, quantile:0.5, …\n("+strings.Join(loss.Names(), ", ")+")")
	fl.StringVar(&f.method, "method", "auto", "auto, or a method of 'descent methods'")
	fl.StringVar(&f.rate, "lr", "auto", "learning rate: a number or auto")
	fl.StringArrayVar(&f.set, "set", nil, "any hyperparameter of the method, as in --set beta1=0.95")
	fl.BoolVar(&f.findRate, "find-lr", false, "test the rates from 1e-7 up, one step each, and suggest one; fits no model\n(--plot draws the test)")
	fl.StringArrayVar(&f.schedule, "schedule", nil, scheduleHelp)
	fl.StringArrayVar(&f.wrap, "wrap", nil, wrapHelp)
	fl.StringVar(&f.batch, "batch", "auto", "rows a step: a number, full or auto")
	fl.IntVar(&f.accumulate, "accumulate", 0, "take each step on the mean gradient of so many batches")
	fl.IntVar(&f.skipBatches, "skip-batches", 0, "pass over so many batches in a row whose loss is not finite")
	fl.IntVar(&f.epochs, "epochs", 0, "passes over the rows at most; steps for a full batch (default: chosen)")
	fl.Float64Var(&f.gradTol, "grad-tol", 0, "full batch: converged when the gradient is at most this long (default 1e-8)")
	fl.DurationVar(&f.limit, "time", 0, "time at most, as in 30s")
	fl.Float64Var(&f.l1, "l1", 0, "penalty λ·|w| on the weights; with --l2, the elastic net")
	fl.StringVar(&f.l2, "l2", "auto", "penalty λ/2·|w|² on the weights: a number, or auto (for classifiers alone:\nfeatures / (10·rows))")
	fl.Float64Var(&f.weightDecay, "weight-decay", 0, "decay of the weights: the method's own where it has one, as adamw does, or else decoupled")
	fl.Float64Var(&f.clip, "clip", 0, "shorten gradients that are longer than this")
	f.blockFlags.register(fl)
	fl.StringVar(&f.classWeight, "class-weight", "none", "none, or balanced: every class weighs the same")
	fl.StringVar(&f.sampleWeight, "sample-weight", "", "column that says how much each row counts")
	fl.StringVar(&f.validation, "validation", "auto", "a fraction such as 0.2, a file, none or auto")
	fl.IntVar(&f.cv, "cv", 0, "judge the model by so many folds, each unseen by a fit to the others, before the fit to all rows")
	fl.StringVar(&f.patience, "patience", "auto", "epochs to wait for a better validation loss: a number, none or auto")
	fl.StringSliceVar(&f.scale, "scale", nil, "how number columns are scaled, all of them or one by one, as in standard,age=log\n("+strings.Join(scalings, ", ")+")")
	fl.StringSliceVar(&f.missing, "missing", nil, "what counts for a missing value, in all columns or one by one, as in mean,age=40,sex=drop\n("+strings.Join(missings, ", ")+", or a value of the column)")
	fl.Uint64Var(&f.seed, "seed", 1, "seed of the split, the first weights and the order of rows")
	fl.IntVar(&f.threads, "threads", 0, "processors to use (default: all); the model does not depend on it")
	fl.StringVar(&f.memory, "memory", "auto", "memory for the whole process, as in 512MB (default: three quarters of the machine's)")
	fl.StringVar(&f.cache, "cache", "", "folder that keeps the rows of files as binary columns for the next fit")
	fl.StringVar(&f.out, "out", "", "run folder (default runs/DATA-TARGET, numbered)")
	fl.StringVar(&f.every, "checkpoint-every", defaultEvery, "write down in the run folder all it takes to go on: a time, a number of steps, or never")
	fl.StringVar(&f.resume, "resume", "", "go on with the fit in this run folder from its last checkpoint, with the flags it was begun with;\na run that is finished is left as it is, with exit status 0")
	fl.BoolVar(&f.force, "force", false, "replace an existing run folder or picture")
	fl.StringVar(&f.plot, "plot", "", "draw the loss curves to a .svg or .png file")
	fl.BoolVar(&f.check, "check-gradient", false, "compare the gradient with differences before the first step")
	fl.BoolVar(&f.dryRun, "dry-run", false, "show types, missing values, encodings and the size of the model; train and write nothing")
	fl.BoolVar(&f.json, "json", false, "print one JSON object")
	fl.BoolVar(&f.quiet, "quiet", false, "no progress on standard error")
	for flag, values := range map[string][]string{
		"model": modelNames, "loss": append([]string{"auto"}, lossNames()...), "method": methodNames(),
		"schedule": optim.ScheduleNames(), "wrap": optim.WrapNames(), "batch": {"auto", "full"}, "class-weight": classWeights,
		"scale": scalings, "missing": missings, "validation": {"auto", "none"}, "patience": {"auto", "none"},
	} {
		complete(cmd, flag, values)
	}
	for _, flag := range []string{"target", "features", "sample-weight"} {
		completeBy(cmd, flag, completeColumns)
	}
	completeBy(cmd, "threads", completeThreads)
	completeBy(cmd, "set", completeSettings)
	completeBy(cmd, "plot", completePictures)
}

// completeColumns offers the columns of the data file.
func completeColumns(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 || args[0] == "-" {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	t, err := data.Read(args[0], data.ReadOptions{})
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return t.Names(), cobra.ShellCompDirectiveNoFileComp
}

// fit is the whole command.
func (a *app) fit(ctx context.Context, path string, f *fitFlags) error {
	o, read, err := f.options()
	if err != nil {
		return usage(err)
	}
	limit, err := f.memoryLimit()
	if err != nil {
		return usage(err)
	}
	sample, err := a.tooLarge(path, f, o, read, limit)
	switch {
	case err != nil:
		return err
	case sample != nil:
		return a.fitStream(ctx, path, f, o, read, sample, limit)
	case f.memory != "auto":
		defer train.BoundMemory(limit)()
	}
	t, err := a.readTable(path, read)
	if err != nil {
		return err
	}
	if f.named != "" {
		t.Name = f.named
	}
	f.defaultTarget(t, &o)
	if err := f.checkColumns(t); err != nil {
		return usage(err)
	}
	if rows, _, err := t.Complete(f.target); err == nil && len(rows) == 0 {
		return fmt.Errorf("%s: no row has a value in the target column %s", t.Name, f.target)
	}
	if err := a.readValidation(t, f, &o); err != nil {
		return err
	}
	if !f.quiet {
		a.notes(strangers(t, f.model, o.Start))
	}
	if ctx.Err() != nil {
		fmt.Fprintln(a.err, "descent: interrupted before training began; nothing is saved")
		a.status = exitShort
		return nil
	}
	if f.dryRun {
		return a.preview(t, o, f)
	}
	if f.findRate {
		return a.findRate(ctx, t, o, f)
	}
	if o.Checkpoints, err = f.checkpoints(); err != nil {
		return usage(err)
	}
	o.Resume, o.Command = f.resumed, a.args
	folder, err := newFolder(f.out, path, f.target)
	if err != nil {
		return err
	}
	o.Dir = folder.dir
	bar := a.newFitProgress(f.quiet)
	r, err := train.Fit(ctx, t, o, bar.observe)
	bar.clear()
	if err != nil {
		folder.drop()
		if errors.Is(err, context.Canceled) {
			return a.interrupted(err, o)
		}
		return fitError(err)
	}
	return a.fitResult(t, r, f)
}

// fitResult prints what a fit came to.
func (a *app) fitResult(t *data.Table, r *train.Result, f *fitFlags) (err error) {
	a.status = fitStatus(r)
	if f.json {
		err = writeJSON(a.out, r)
	} else {
		a.fitText(t, r, f)
	}
	// Last: a picture that cannot be written must not cost the result.
	return errors.Join(err, f.draw(r))
}

// checkColumns refuses columns that the table does not have. Without a target
// it lists what there is.
func (f *fitFlags) checkColumns(t *data.Table) error {
	if f.target == "" {
		return fmt.Errorf("--target is missing: which column of %s is to be predicted? The columns are %s", t.Name, listNames(t.Names()))
	}
	targets, err := train.TargetNames(t, f.target)
	if err != nil {
		return fmt.Errorf("--target: %w", err)
	}
	if f.sampleWeight != "" {
		if _, err := t.Column(f.sampleWeight); err != nil {
			return fmt.Errorf("--sample-weight: %w", err)
		}
	}
	for _, name := range f.features {
		columns, err := data.FeatureColumns(t, name)
		if err != nil {
			return fmt.Errorf("--features: %w", err)
		}
		for _, c := range columns {
			if slices.Contains(targets, c) {
				return fmt.Errorf("--features: %s is the target; it cannot predict itself", c)
			}
		}
	}
	return nil
}

// listNames lists at most thirty names.
func listNames(names []string) string {
	const most = 30
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// fitError tells choices that do not go together, which is wrong usage, from
// data and files that fail.
func fitError(err error) error {
	var fault *data.Error
	var path *fs.PathError
	var system syscall.Errno
	if errors.As(err, &fault) || errors.As(err, &path) || errors.As(err, &system) {
		return err
	}
	return usage(err)
}

// fitStatus is the exit status of a fit that left a model.
func fitStatus(r *train.Result) int {
	switch r.Status {
	case optim.Converged:
		return exitDone
	case optim.Diverged, optim.Failed:
		return exitFailed
	case optim.Budget:
		if allEpochs(r) {
			return exitDone
		}
	}
	return exitShort
}

// allEpochs reports whether a fit that spent its budget went through all the
// epochs it was to take, in minibatches. With full batches the steps are a
// limit, not a goal.
func allEpochs(r *train.Result) bool { return r.Status == optim.Budget && r.Epochs < r.Steps }

// draw writes the picture of the loss curves.
func (f *fitFlags) draw(r *train.Result) error {
	if f.plot == "" {
		return nil
	}
	ch := lossChart(r, f.target)
	picture, err := plot.Losses(ch)
	if err != nil {
		return err
	}
	return writePicture(f.plot, picture)
}
