package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/optim"
	"descent/plot"
	"descent/train"
)

func (a *app) fitCommand() *cobra.Command {
	f := new(fitFlags)
	cmd := &cobra.Command{
		Use:               "fit DATA --target COLUMN",
		Short:             "Fit a model to a data file",
		Long:              fitHelp,
		Example:           fitExamples,
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

const fitHelp = `Train a model on the rows of a file and save it in a run folder.

DATA is a table of text (CSV, TSV, lines of JSON objects; packed with gzip or
Zstandard or not), rows of LIBSVM or Vowpal Wabbit, a Parquet file, a NumPy
array (.npy, .npz), - for standard input, sample:penguins, sample:iris or
sample:mpg, MNIST-like images (…-images-idx3-…, with the labels file beside it
as column "label"), or a pattern in quotes such as 'part-*.csv'. Types of columns
are guessed and shown; numbers are scaled, categories become one feature per
level, missing values are filled: all by rules that the training rows alone
settle, and that the saved model keeps.

--model is auto (linear for numbers, logistic or softmax for classes), linear,
logistic, softmax, poisson, mlp:64,64 (hidden layers; with an activation, layer
norm and dropout mlp:64,64:tanh:layer-norm:dropout=0.2), or a formula in columns
and free parameters such as 'a*exp(-b*x) + c'.

A fifth of the rows is set aside to judge the model, unless there are fewer than
40, the model is a formula, or --validation says otherwise. --cv 5 judges the
model on all rows instead: it is fitted five times, each time without a fifth
that it is then judged on, and last to all of them, which is the model that is
kept. Ctrl-C ends training early and saves the model as it is.

--memory bounds the whole process. A table that does not fit is read once, into
a cache of binary columns in the run folder, from which its rows pass by, epoch
after epoch; batches come from groups of rows that are shuffled together. Rows
set aside and folds of --cv are the same as in memory, and sparse rows stay
sparse. The cache goes when the fit is done, and stays where the fit was
interrupted or killed and can be resumed; --cache DIR keeps it in a folder for
the next fit to the same file.

Exit status: 0 the fit converged, or all its epochs are done; 1 failed
(diverged, unreadable data); 2 wrong usage; 3 stopped before the goal (steps or
time spent, no more progress, interrupted), with a usable model saved.`

const fitExamples = `  descent fit sample:penguins --target species
  descent fit houses.csv --target price --features area,rooms,city --l2 0.01
  descent fit data.csv --target y --model 'a*exp(-b*x) + c' --start a=1,b=0.1
  descent fit train-images-idx3-ubyte.gz --target label --model mlp:128 --out digits
  descent fit clicks.tsv --target clicked --model mlp:64,32 --epochs 20 --plot loss.png`

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
	t, err := a.fitRows(path, f, &o, read)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(a.err, "descent: interrupted before training began; nothing is saved")
		a.status = exitShort
		return nil
	case err != nil:
		return err
	case f.dryRun:
		return a.preview(t, o, f)
	case f.findRate:
		return a.findRate(ctx, t, o, f)
	}
	return a.fitTable(ctx, path, t, o, f)
}

// fitRows reads the rows to train on and to judge by, and refuses what cannot be
// trained on.
func (a *app) fitRows(path string, f *fitFlags, o *train.Options, read data.ReadOptions) (*data.Table, error) {
	t, err := a.readTable(path, read)
	if err != nil {
		return nil, err
	}
	if f.named != "" {
		t.Name = f.named
	}
	f.defaultTarget(t, o)
	if err := f.checkColumns(t); err != nil {
		return nil, usage(err)
	}
	if rows, _, err := t.Complete(f.target); err == nil && len(rows) == 0 {
		return nil, fmt.Errorf("%s: no row has a value in the target column %s", t.Name, f.target)
	}
	if err := a.readValidation(t, f, o); err != nil {
		return nil, err
	}
	if !f.quiet {
		a.notes(strangers(t, f.model, o.Start))
	}
	return t, nil
}

// fitTable trains on rows in memory.
func (a *app) fitTable(ctx context.Context, path string, t *data.Table, o train.Options, f *fitFlags) error {
	folder, err := a.runFolder(path, f, &o)
	if err != nil {
		return err
	}
	bar := a.newFitProgress(f.quiet)
	r, err := train.Fit(ctx, t, o, bar.observe)
	bar.clear()
	if err != nil {
		return a.noModel(err, folder, o)
	}
	return a.fitResult(t, r, f)
}

// runFolder finds or makes the run folder, and says in the options what is to be
// written there.
func (a *app) runFolder(path string, f *fitFlags, o *train.Options) (folder *folder, err error) {
	if o.Checkpoints, err = f.checkpoints(); err != nil {
		return nil, usage(err)
	}
	if folder, err = newFolder(f.out, path, f.target); err != nil {
		return nil, err
	}
	o.Resume, o.Command, o.Repeat, o.Dir = f.resumed, a.args, repeatable(a.args), folder.dir
	return folder, nil
}

// noModel is the end of a fit that left none.
func (a *app) noModel(err error, folder *folder, o train.Options) error {
	folder.drop()
	if errors.Is(err, context.Canceled) {
		return a.interrupted(err, o)
	}
	return fitError(err)
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
		return fmt.Errorf("--target: %w%s", err, nameless(t))
	}
	if f.sampleWeight != "" {
		if _, err := t.Column(f.sampleWeight); err != nil {
			return fmt.Errorf("--sample-weight: %w", err)
		}
	}
	for _, name := range f.features {
		columns, err := data.FeatureColumns(t, name)
		if err != nil {
			return fmt.Errorf("--features: %w%s", err, nameless(t))
		}
		for _, c := range columns {
			if slices.Contains(targets, c) {
				return fmt.Errorf("--features: %s is the target; it cannot predict itself", c)
			}
		}
	}
	return nil
}

// nameless says what to do about columns that have no names of their own, where
// that is so.
func nameless(t *data.Table) string {
	if !slices.ContainsFunc(t.Notes, func(note string) bool { return strings.HasPrefix(note, "the first line is data") }) {
		return ""
	}
	return "; the first line is data like the others, so give names (--names a,b,...), or say that it names them (--header yes)"
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
	switch {
	case errors.As(err, &fault) || errors.As(err, &path) || errors.As(err, &system):
		return err
	case strings.Contains(err.Error(), "set the kind of a column that was left out"):
		return usage(fmt.Errorf("%w (--features a,b,..., --types COLUMN=text)", err))
	case strings.Contains(err.Error(), "which is none of the classes"):
		return usage(fmt.Errorf("%w; have a row of each class among those to train on, or predict a number (--model linear) if it is one", err))
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
