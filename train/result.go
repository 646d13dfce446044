package train

import (
	"descent/data"
	"descent/loss"
	"descent/optim"
)

// Result is what a fit came to. Its JSON is what `fit --json` prints.
type Result struct {
	ModelName  string  `json:"model"`
	LossName   string  `json:"loss_name"`
	Method     string  `json:"method"`
	Rows       int     `json:"rows"`            // trained on
	Validation int     `json:"validation_rows"` // set aside
	Dropped    int     `json:"dropped_rows"`    // left out: without target, or without a column of the formula
	Features   int     `json:"features"`
	Parameters int     `json:"parameters"`
	Seed       uint64  `json:"seed"`
	L2         float64 `json:"l2,omitempty"` // the penalty, asked for or chosen

	Status optim.Status `json:"status"`
	Reason string       `json:"reason"`
	Epochs int          `json:"epochs"`
	Steps  int          `json:"steps"`
	Best   int          `json:"best_epoch,omitempty"` // whose weights were kept, where early stopping chose

	Loss     Losses             `json:"loss"`
	Metrics  loss.Metrics       `json:"metrics"`
	Baseline Baseline           `json:"baseline"`
	Targets  []TargetScore      `json:"targets,omitempty"`     // of several targets, each
	Weights  map[string]float64 `json:"weights,omitempty"`     // at most 100 of them, in the space of the features
	Raw      map[string]float64 `json:"raw_weights,omitempty"` // of linear models: in the units of the columns

	// GradNorm is the length of the gradient of the objective where a full-batch
	// method ended, in units of training; of the shortest subgradient with l1.
	GradNorm *Number `json:"gradient_norm,omitempty"`
	// Gap bounds how far the objective lies above its minimum, for convex models
	// with a penalty.
	Gap *Number `json:"duality_gap,omitempty"`

	CV *CrossValidation `json:"cv,omitempty"` // of the same model, fitted to the rows but a fold at a time

	Progressive []Seen `json:"progressive,omitempty"` // learning row by row: losses of the first pass, each before the row was learned

	AtBounds []AtBound `json:"at_bounds,omitempty"`

	RowsPerSecond float64 `json:"rows_per_second"` // of training alone
	PeakMemory    uint64  `json:"peak_memory_bytes"`
	Run           string  `json:"run,omitempty"`
	Seconds       float64 `json:"seconds"`

	Diagnoses []Diagnosis     `json:"diagnoses,omitempty"` // faults in data or training
	Notes     []string        `json:"notes,omitempty"`     // what was decided or noticed, in sentences
	Confusion *ConfusionTable `json:"confusion,omitempty"`
	Curve     []EpochLog      `json:"-"` // one entry an epoch
	Model     *Model          `json:"-"`
	Encoder   *data.Encoder   `json:"-"` // columns and their rules
}

// Losses are the values of the loss, without penalties: on the training rows,
// on the validation rows, and of the baseline on the rows the metrics are of.
type Losses struct {
	Train      Number `json:"train,omitzero"`
	Validation Number `json:"validation,omitzero"`
	Baseline   Number `json:"baseline,omitzero"`
	Objective  Number `json:"objective,omitzero"` // training loss plus penalties: what was minimised
}

// Baseline is what a model that knows only the target would reach.
type Baseline struct {
	Rule    string       `json:"rule"` // "always the most frequent class, Adelie"
	Metrics loss.Metrics `json:"metrics"`
}

// ConfusionTable is a table of confusions with the names of its classes: rows
// are true classes, columns predicted ones.
type ConfusionTable struct {
	Classes []string       `json:"classes"`
	Counts  loss.Confusion `json:"counts"`
}

// EpochLog is one line of metrics.csv.
type EpochLog struct {
	Epoch, Step       int
	Train, Validation float64 // losses; Validation is NaN without validation rows
	Rate, GradNorm    float64
	Seconds           float64
}
