package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"descent/data"
	"descent/loss"
	"descent/optim"
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
	everyGiven                bool   // on the command line, beside --resume
	resumed                   bool   // by --resume, from the flags in its checkpoint
	named                     string // the data file, as it was called when the fit began

	blockFlags
}

func (f *fitFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.SortFlags = false
	f.registerData(cmd, fl)
	f.registerModel(fl)
	f.registerMethod(fl)
	f.registerPenalties(fl)
	f.registerJudging(fl)
	f.registerRun(fl)
	f.complete(cmd)
}

// registerData is for the rows and columns.
func (f *fitFlags) registerData(cmd *cobra.Command, fl *pflag.FlagSet) {
	fl.StringVar(&f.target, "target", "", "the column to predict; several numbers, or several columns of two classes, with commas")
	fl.StringSliceVar(&f.features, "features", nil, "columns to predict from, and products of them, as in a,b,a*b or all,a*b (default: all others)")
	fl.StringSliceVar(&f.types, "types", nil, "kinds of columns, as in year=category,when=date:dmy,row=ignore\n("+strings.Join(data.KindNames(), ", ")+")")
	f.table.register(cmd)
}

// registerModel is for the model and the loss.
func (f *fitFlags) registerModel(fl *pflag.FlagSet) {
	fl.StringVar(&f.model, "model", "auto", "auto, linear, logistic, softmax, poisson, mlp:64 or a formula")
	fl.StringVar(&f.start, "start", "", "first values of a formula's parameters, as in a=1,b=0.1")
	fl.StringVar(&f.bounds, "bounds", "", "keep a formula's parameters within bounds, as in a=0:5,b=0:")
	fl.StringVar(&f.loss, "loss", "auto", "auto, or one of mse, mae, huber:1, quantile:0.5, …\n("+strings.Join(loss.Names(), ", ")+")")
}

// registerMethod is for how the parameters move.
func (f *fitFlags) registerMethod(fl *pflag.FlagSet) {
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
}

// registerPenalties is for what shrinks weights and gradients, and what each row weighs.
func (f *fitFlags) registerPenalties(fl *pflag.FlagSet) {
	fl.Float64Var(&f.l1, "l1", 0, "penalty λ·|w| on the same weights as --l2; with it, the elastic net")
	fl.StringVar(&f.l2, "l2", "auto", "penalty λ/2·|w|² on all weights, those between layers among them, but on no bias: a number,\nor auto (features / (10·rows) for logistic and softmax on scaled columns, otherwise none)")
	fl.Float64Var(&f.weightDecay, "weight-decay", 0, "decay of the weights: the method's own where it has one, as adamw does, or else decoupled")
	fl.Float64Var(&f.clip, "clip", 0, "shorten gradients that are longer than this")
	f.blockFlags.register(fl)
	fl.StringVar(&f.classWeight, "class-weight", "none", "none, or balanced: every class weighs the same")
	fl.StringVar(&f.sampleWeight, "sample-weight", "", "column that says how much each row counts")
}

// registerJudging is for how the model is judged, and how columns are prepared.
func (f *fitFlags) registerJudging(fl *pflag.FlagSet) {
	fl.StringVar(&f.validation, "validation", "auto", "a fraction such as 0.2, a file, none or auto")
	fl.IntVar(&f.cv, "cv", 0, "judge the model by so many folds, each unseen by a fit to the others, before the fit to all rows")
	fl.StringVar(&f.patience, "patience", "auto", "epochs to wait for a better validation loss: a number, none or auto")
	fl.StringSliceVar(&f.scale, "scale", nil, "how number columns are scaled, all of them or one by one, as in standard,age=log\n("+strings.Join(scalings, ", ")+")")
	fl.StringSliceVar(&f.missing, "missing", nil, "what counts for a missing value, in all columns or one by one, as in mean,age=40,sex=drop\n("+strings.Join(missings, ", ")+", or a value of the column)")
}

// registerRun is for the run: what it may take, and what it leaves.
func (f *fitFlags) registerRun(fl *pflag.FlagSet) {
	fl.Uint64Var(&f.seed, "seed", 1, "seed of the split, the first weights and the order of rows")
	fl.IntVar(&f.threads, "threads", 0, "processors to use (default: all); the model does not depend on it")
	fl.StringVar(&f.memory, "memory", "auto", "memory for the whole process, as in 512MB (default: three quarters of the machine's)")
	fl.StringVar(&f.cache, "cache", "", "folder that keeps the rows of files as binary columns for the next fit")
	fl.StringVar(&f.out, "out", "", "run folder (default runs/DATA-TARGET, numbered)")
	fl.StringVar(&f.every, "checkpoint-every", "1m", "write down in the run folder all it takes to go on: a time, a number of steps, or never")
	fl.StringVar(&f.resume, "resume", "", "go on with the fit in this run folder from its last checkpoint, with the flags it was begun with;\na run that is finished is left as it is, with exit status 0")
	fl.BoolVar(&f.force, "force", false, "replace an existing run folder or picture")
	fl.StringVar(&f.plot, "plot", "", "draw the loss curves to a .svg or .png file")
	fl.BoolVar(&f.check, "check-gradient", false, "compare the gradient with differences before the first step")
	fl.BoolVar(&f.dryRun, "dry-run", false, "show types, missing values, encodings and the size of the model; train and write nothing")
	fl.BoolVar(&f.json, "json", false, "print one JSON object")
	fl.BoolVar(&f.quiet, "quiet", false, "no progress on standard error")
}

// complete offers values of flags in the shell.
func (f *fitFlags) complete(cmd *cobra.Command) {
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
