package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"descent/data"
	"descent/expr"
	"descent/internal/nearname"
	"descent/loss"
	"descent/model"
	"descent/optim"
	"descent/plot"
	"descent/train"
)

// What the flags of fit may say.
var (
	modelNames   = []string{"auto", "linear", "logistic", "softmax", "poisson", "mlp:64"}
	classWeights = []string{"none", "balanced"}
	scalings     = append([]string{"auto"}, words(data.Scalings)...)
	missings     = append([]string{"auto"}, words(data.Missings)...)
)

func lossNames() []string { return loss.Names() }

// options turns flags into what train understands; everything that can be
// judged without the data is judged here.
func (f *fitFlags) options() (o train.Options, read data.ReadOptions, err error) {
	if read, err = f.table.options(); err != nil {
		return o, read, err
	}
	if read.Types, err = parseTypes(f.types); err != nil {
		return o, read, err
	}
	o = train.Options{
		Target: f.target, Features: f.features, Epochs: f.epochs, GradTol: f.gradTol, Time: f.limit,
		Folds: f.cv, L1: f.l1, WeightDecay: f.weightDecay, Clip: f.clip, Weight: f.sampleWeight, Seed: f.seed, Threads: f.threads, Force: f.force,
	}
	read.Needed = f.needed(read.Types)
	for _, parse := range []func(*train.Options) error{
		f.ranges, f.chooseL2, f.chooseModel, f.chooseMethod, f.chooseBlocks, f.chooseBatch, f.chooseValidation, f.chooseWeights, f.startValues, f.outputs,
	} {
		if err := parse(&o); err != nil {
			return o, read, err
		}
	}
	return o, read, nil
}

// ranges refuses numbers out of range.
func (f *fitFlags) ranges(*train.Options) error {
	for _, v := range []struct {
		flag  string
		value float64
	}{
		{"--grad-tol", f.gradTol}, {"--l1", f.l1}, {"--weight-decay", f.weightDecay}, {"--clip", f.clip}, {"--clip-rows", f.clipRows},
		{"--epochs", float64(f.epochs)}, {"--time", f.limit.Seconds()}, {"--threads", float64(f.threads)},
		{"--cv", float64(f.cv)}, {"--accumulate", float64(f.accumulate)}, {"--skip-batches", float64(f.skipBatches)},
	} {
		if !(v.value >= 0) || math.IsInf(v.value, 0) {
			return fmt.Errorf("%s: found %g, expected a number that is not negative", v.flag, v.value)
		}
	}
	return nil
}

// chooseL2 reads the l2 penalty.
func (f *fitFlags) chooseL2(o *train.Options) error {
	if f.l2 == "auto" {
		return nil
	}
	v, err := strconv.ParseFloat(f.l2, 64)
	if err != nil || !(v >= 0) || math.IsInf(v, 0) {
		return fmt.Errorf("--l2: found %s, expected a number that is not negative, or auto", f.l2)
	}
	if o.L2 = v; v == 0 {
		o.L2 = train.NoPenalty
	}
	return nil
}

// chooseModel reads model, loss and scaling.
func (f *fitFlags) chooseModel(o *train.Options) error {
	spec, err := model.Parse(f.model)
	if err != nil {
		return fmt.Errorf("--model: %w%s", err, nearname.Hint(f.model, modelNames))
	}
	if name, _, found := strings.Cut(f.model, ":"); found && spec.Kind == model.Formula && !strings.ContainsAny(f.model, "()+*/^ ") {
		return fmt.Errorf("--model: found %q, expected %s%s", f.model, "auto, linear, logistic, softmax, poisson, mlp:64,64 or a formula", nearname.Hint(name, []string{"mlp"}))
	}
	o.Model = f.model
	if f.loss != "auto" {
		if _, err := loss.Parse(f.loss); err != nil {
			name, _, _ := strings.Cut(f.loss, ":")
			return fmt.Errorf("--loss: %w%s", err, nearname.Hint(name, loss.Names()))
		}
		o.Loss = f.loss
	}
	return f.chooseRules(o, spec.Kind == model.Formula)
}

// chooseMethod reads the method, its settings and the course of its rate.
func (f *fitFlags) chooseMethod(o *train.Options) (err error) {
	o.Method = f.method
	if f.method != "auto" {
		if _, err := optim.Find[float64](f.method); err != nil {
			return fmt.Errorf("--method: %w", err)
		}
	}
	if o.Rate, err = parseRate(f.rate); err != nil {
		return err
	}
	if o.Settings, err = parseSettings(f.set); err != nil {
		return err
	}
	o.Accumulate, o.SkipBatches, o.CheckGradient = f.accumulate, f.skipBatches, f.check
	o.Schedule, o.Wrap, err = parseAround(f.schedule, f.wrap)
	return err
}

func (f *fitFlags) chooseBatch(o *train.Options) (err error) {
	switch f.batch {
	case "auto":
	case "full":
		o.Batch = train.FullBatch
	default:
		if o.Batch, err = strconv.Atoi(f.batch); err != nil || o.Batch < 1 {
			return fmt.Errorf("--batch: found %q, expected a number of rows, full or auto", f.batch)
		}
	}
	return nil
}

// chooseValidation reads fraction and patience; a file is read later.
func (f *fitFlags) chooseValidation(o *train.Options) (err error) {
	switch v, err := strconv.ParseFloat(f.validation, 64); {
	case f.validation == "auto":
	case f.validation == "none" || err == nil && v == 0:
		o.Validation = train.NoValidation
	case err == nil && v > 0 && v < 1:
		o.Validation = v
	case err == nil:
		return fmt.Errorf("--validation: found %s, expected a fraction between 0 and 1 such as 0.2, a file, none or auto", f.validation)
	case !strings.HasPrefix(f.validation, "sample:"):
		if _, err := os.Stat(f.validation); errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("--validation: there is no file %s; expected a fraction between 0 and 1 such as 0.2, a file, none or auto", f.validation)
		}
	}
	if f.cv == 1 {
		return fmt.Errorf("--cv: found 1, expected at least 2 folds; 5 or 10 are usual")
	}
	switch f.patience {
	case "auto":
	case "none":
		o.Patience = train.NoPatience
	default:
		if o.Patience, err = strconv.Atoi(f.patience); err != nil || o.Patience < 1 {
			return fmt.Errorf("--patience: found %q, expected a number of epochs, none or auto", f.patience)
		}
		if o.Validation == train.NoValidation {
			return fmt.Errorf("--patience %d waits for the validation loss, but --validation is none", o.Patience)
		}
	}
	return nil
}

// readValidation reads the rows of --validation FILE, with the kinds of the
// training columns.
func (a *app) readValidation(t *data.Table, f *fitFlags, o *train.Options) error {
	if !f.validationFile() {
		return nil
	}
	read, err := f.table.options()
	if err != nil {
		return usage(err)
	}
	read.Needed, read.Expect = f.needed(nil), map[string]data.Kind{}
	for _, c := range t.Columns {
		read.Expect[c.Name] = c.Kind
	}
	o.ValidationTable, err = a.readTable(f.validation, read)
	if err != nil {
		return fmt.Errorf("--validation: %w", err)
	}
	return nil
}

// validationFile says whether --validation names a file.
func (f *fitFlags) validationFile() bool {
	_, err := strconv.ParseFloat(f.validation, 64)
	return err != nil && f.validation != "auto" && f.validation != "none"
}

func (f *fitFlags) chooseWeights(o *train.Options) error {
	switch f.classWeight {
	case "none":
	case "balanced":
		o.ClassWeight = f.classWeight
	default:
		return notAmong("--class-weight", f.classWeight, classWeights)
	}
	return nil
}

func (f *fitFlags) startValues(o *train.Options) error {
	start, err := parseStart(f.start)
	if err != nil {
		return err
	}
	for name, v := range start.values {
		if len(v) != 1 {
			return fmt.Errorf("--start: found %d values for %s, expected one number", len(v), name)
		}
		if o.Start == nil {
			o.Start = map[string]float64{}
		}
		o.Start[name] = v[0]
	}
	bounds, err := parseBounds(f.bounds)
	for name, b := range bounds {
		if o.Bounds == nil {
			o.Bounds = map[string][2]float64{}
		}
		o.Bounds[name] = [2]float64{b.Low, b.High}
	}
	return err
}

// strangers are notes on the free parameters of a formula whose names look like
// those of columns: a slip of the hand makes a parameter of a column.
func strangers(t *data.Table, text string, start map[string]float64) []string {
	spec, err := model.Parse(text)
	if err != nil || spec.Kind != model.Formula {
		return nil
	}
	formula, err := expr.Parse(spec.Formula)
	if err != nil {
		return nil // the fit says so
	}
	const shortest = 4 // x1 is near b1, and both are meant
	var notes []string
	for _, v := range formula.Variables() {
		_, meant := start[v.Name]
		near := nearname.Of(v.Name, t.Names())
		if !meant && len(v.Name) >= shortest && near != "" && near != v.Name {
			notes = append(notes, fmt.Sprintf("%s is no column of %s, so it is a parameter to fit; did you mean the column %s?", v.Name, t.Name, near))
		}
	}
	return notes
}

// outputs refuses run folders and pictures that cannot be written.
func (f *fitFlags) outputs(*train.Options) error {
	if f.plot != "" {
		if _, err := plot.Format(f.plot); err != nil {
			return fmt.Errorf("--plot: %w", err)
		}
		if info, err := os.Stat(filepath.Dir(f.plot)); err != nil || !info.IsDir() {
			return fmt.Errorf("--plot: there is no folder %s", filepath.Dir(f.plot))
		}
	}
	if f.force {
		return nil
	}
	if err := absent("--plot", f.plot); err != nil {
		return err
	}
	if f.out == "" || f.resumed {
		return nil
	}
	if train.Vacant(f.out) {
		return nil
	}
	if _, _, err := train.Unfinished(f.out); err == nil {
		return fmt.Errorf("--out: %s exists and holds a fit that is not finished; go on with it (descent fit --resume %s), choose another name, or add --force to overwrite it", f.out, quoteShell(f.out))
	}
	return absent("--out", f.out)
}

// parseTypes reads column=kind pairs.
func parseTypes(pairs []string) (map[string]data.Kind, error) {
	types := map[string]data.Kind{}
	for _, p := range pairs {
		name, kind, found := strings.Cut(p, "=")
		if !found {
			return nil, fmt.Errorf("--types: found %q, expected column=kind, as in year=category", p)
		}
		k, err := data.ParseKind(strings.TrimSpace(kind))
		if err != nil {
			return nil, fmt.Errorf("--types: %w", err)
		}
		if name = strings.TrimSpace(name); name == "" {
			return nil, fmt.Errorf("--types: found %q, expected column=kind, as in year=category", p)
		}
		if former, twice := types[name]; twice && former != k {
			return nil, fmt.Errorf("--types: %s is given twice, as %s and as %s; leave one out", name, former, k)
		}
		types[name] = k
	}
	return types, nil
}

// folder is the run folder of a fit.
type folder struct {
	dir  string
	made bool // by us, and still empty
}

// newFolder takes the folder that was asked for, or makes runs/DATA-TARGET,
// with the first number that makes it new.
func newFolder(asked, path, target string) (*folder, error) {
	if asked != "" {
		return &folder{dir: asked}, nil
	}
	if err := os.MkdirAll("runs", 0o777); err != nil {
		return nil, err
	}
	stem := filepath.Join("runs", folderName(path)+"-"+plainName(target))
	for n := 1; ; n++ {
		dir := stem
		if n > 1 {
			dir = fmt.Sprintf("%s-%d", stem, n)
		}
		err := os.Mkdir(dir, 0o777) // fails where another fit was faster
		if err == nil {
			return &folder{dir: dir, made: true}, nil
		}
		if !errors.Is(err, os.ErrExist) {
			return nil, fmt.Errorf("cannot make a run folder: %w; name one with --out", err)
		}
	}
}

// drop removes the folder of a fit that failed; a folder with something in it
// stays.
func (f *folder) drop() {
	if f.made {
		_ = os.Remove(f.dir)
		_ = os.Remove(filepath.Dir(f.dir)) // runs, where this was to be the first
	}
}

// folderName is the name of a data file without folders and endings.
func folderName(path string) string {
	if path == "-" {
		return "stdin"
	}
	path = strings.TrimPrefix(path, "sample:")
	name := filepath.Base(path)
	for _, end := range []string{".gz", ".csv", ".tsv", ".txt", ".data", ".dat", ".libsvm", ".svm", ".vw"} {
		name = strings.TrimSuffix(name, end)
	}
	return plainName(name)
}

// plainName keeps the letters and digits of a name that any file system takes.
func plainName(name string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '_'
	}, name)
	plain = strings.Trim(plain, ".")
	if plain == "" {
		return "data"
	}
	return plain[:min(len(plain), 60)]
}
