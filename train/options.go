// Package train fits models to tables: it chooses what the user left open,
// turns columns into numbers and a model into a Problem, walks downhill in full
// batches or minibatches, watches a validation set, and keeps what it found in
// a run folder of plain files from which the model can be loaded again.
package train

import (
	"fmt"
	"math"
	"time"

	"descent/data"
	"descent/internal/numtext"
)

// Options says how a table is fitted. Only Target must be set; every other
// field has a useful zero value.
type Options struct {
	Target   string       // the column to predict, or several with commas between them
	Features []string     // columns to predict from, crosses such as "a*b", or "all"; nil: all others
	Scale    data.Scaling // of features; "" is standard, except that formulas see columns as they are
	Missing  data.Missing // what counts for a missing value; "" is by kind

	Scales   map[string]data.Scaling // of single columns, before Scale
	Missings map[string]data.Missing // of single columns, before Missing

	Model string // as model.Parse reads it; "" is auto
	Loss  string // as loss.Parse reads it; "" is the one that goes with model and target

	Method   string             // auto, or a name in the table of package optim
	Rate     float64            // learning rate; 0: the method's own
	Settings map[string]float64 // further settings of the method, by name
	Schedule string             // as optim.ParseCourses reads it: "cosine", "warmup:2ep,step:10ep,0.5"; "" is constant
	Wrap     string             // what goes around the rule, as optim.Wrap reads it: "ema:0.999; sam"
	Batch    int                // rows a step; 0: chosen, FullBatch: all
	Epochs   int                // passes over the training rows, or steps of a full-batch method; 0: chosen
	GradTol  float64            // full batch: stop when the gradient is at most this; 0: chosen
	Time     time.Duration      // stop after this long; 0: no limit

	L1          float64 // λ of the penalty λ·Σ|w|, on weights but not on biases; with L2, the elastic net
	L2          float64 // λ of the penalty (λ/2)·|w|², on weights but not on biases; 0: chosen, NoPenalty: none
	WeightDecay float64 // decoupled decay, times the rate; for rules
	Clip        float64 // longest gradient, as a Euclidean norm; for rules. 0: any length

	ClipRows float64 // longest gradient of a row by itself, before the mean of the batch; for rules. 0: any length

	Groups []Group  // settings of their own for some blocks of parameters; for rules
	Freeze []string // patterns of the names of blocks that stay as they start, as in layer1.*

	Accumulate  int // batches whose mean gradient makes a step; 0: 1
	SkipBatches int // batches in a row whose loss or gradient is not finite that are passed over; 0: the first ends the fit

	CheckGradient bool // compare the gradient with differences before the first step

	Weight      string // column of sample weights; "": every row counts the same
	ClassWeight string // "balanced": every class weighs the same; "": every row does

	Validation      float64     // fraction of rows set aside; 0: chosen, NoValidation: none
	ValidationTable *data.Table // rows to validate on instead
	ValidationCache *data.Cache `json:"-"` // the same, where rows pass by
	Folds           int         // of a cross-validation before the fit to all rows; 0: none
	Patience        int         // epochs without a better validation loss before stopping; 0: chosen, NoPatience: never

	Start map[string]float64 // where free parameters of a formula start; 1 where not named
	// Bounds are the least and the largest value of free parameters of a formula,
	// or of an entry such as "b[2]"; infinite where there is none.
	Bounds map[string][2]float64
	Seed   uint64

	// Memory is how many bytes the process may take; 0: as many as it needs. What
	// is read ahead, and so the order of the rows of a streamed fit, depends on it.
	Memory int64

	Threads int // 0: one for each processor; the result does not depend on it

	Checkpoints Checkpoints // to go on from where the process was killed, in Dir
	Resume      bool        // go on from the last checkpoint in Dir, which was written with the same options
	Command     []string    // kept in the checkpoints for whoever wants to go on
	Repeat      []string    // kept in config.json for whoever wants to make the same model again

	Dir   string // run folder; "": nothing is written
	Force bool   // replace the files of an existing run folder
}

// Values that switch off what the zero value leaves to be chosen.
const (
	FullBatch    = -1
	NoValidation = -1
	NoPatience   = -1
	NoPenalty    = -1
)

// check refuses values that make no sense whatever the data are.
func (o *Options) check() error {
	if o.Target == "" {
		return fmt.Errorf("train: no target column named")
	}
	for _, v := range []struct {
		name  string
		value float64
	}{
		{"rate", o.Rate}, {"l1", o.L1}, {"l2", o.asL2()}, {"weight decay", o.WeightDecay}, {"clip", o.Clip}, {"clip of rows", o.ClipRows}, {"gradient tolerance", o.GradTol},
	} {
		if !(v.value >= 0) || math.IsInf(v.value, 0) {
			return fmt.Errorf("train: the %s is %v; it must be a finite number of at least 0", v.name, v.value)
		}
	}
	switch {
	case o.Batch < FullBatch:
		return fmt.Errorf("train: a batch of %d rows; it must be at least 1", o.Batch)
	case o.Accumulate < 0 || o.SkipBatches < 0:
		return fmt.Errorf("train: %d batches to accumulate and %d to skip; neither may be negative", o.Accumulate, o.SkipBatches)
	case o.Epochs < 0:
		return fmt.Errorf("train: %d epochs; there must be at least 1", o.Epochs)
	case o.Folds < 0 || o.Folds == 1:
		return fmt.Errorf("train: a cross-validation with %s; there are at least 2", numtext.Count(o.Folds, "fold"))
	case o.Patience < NoPatience:
		return fmt.Errorf("train: a patience of %d epochs; it must be at least 1", o.Patience)
	case o.Validation != NoValidation && !(o.Validation >= 0 && o.Validation < 1):
		return fmt.Errorf("train: a validation fraction of %v; it must be at least 0 and below 1, as in 0.2", o.Validation)
	case o.ownValidation() && o.Validation > 0 || o.ValidationTable != nil && o.ValidationCache != nil:
		return fmt.Errorf("train: a validation fraction and a validation table; give one of them")
	case o.ClassWeight != "" && o.ClassWeight != "balanced":
		return fmt.Errorf("train: unknown class weight %q; there is balanced", o.ClassWeight)
	}
	return nil
}

// ownValidation says whether the rows to validate on are others than those of the
// fit.
func (o *Options) ownValidation() bool { return o.ValidationTable != nil || o.ValidationCache != nil }

// Progress is what an Observer sees.
type Progress struct {
	Fold, Folds   int // of a cross-validation, from 1; 0 in the fit to all rows
	Epoch, Epochs int // epochs begun, from 1; the most there will be
	Step, Steps   int // steps taken; the most there will be
	EpochEnd      bool
	Train         float64 // loss: mean over the batches of this epoch so far
	Validation    float64 // loss at the last end of an epoch; NaN without validation rows
	Best          bool    // at the end of an epoch: the best validation loss so far
	Rate          float64 // learning rate, or length factor of the step
	GradNorm      float64
	Elapsed       time.Duration
	RowsPerSecond float64 // training rows processed a second of training
	Seen          []Seen  // learning row by row: progressive losses that are new
}

// Observer is called after every step. It must not keep the Progress for
// longer than the call, and should be quick: training waits for it.
type Observer func(Progress)
