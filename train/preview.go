package train

import (
	"math"
	"slices"

	"descent/data"
)

// Preview is what a fit would do, before it takes a step.
type Preview struct {
	Model      string  `json:"model"`
	Loss       string  `json:"loss_name"`
	Method     string  `json:"method"`
	Rows       int     `json:"rows"`            // to train on
	Validation int     `json:"validation_rows"` // set aside
	Dropped    int     `json:"dropped_rows"`
	Features   int     `json:"features"`
	Parameters int     `json:"parameters"`
	L2         float64 `json:"l2,omitempty"`

	Columns []PreviewColumn `json:"columns"`

	ParameterBytes int  `json:"parameter_bytes"` // of the parameters alone
	FeatureBytes   int  `json:"feature_bytes"`   // of the matrix of features, training and validation rows together
	Sparse         bool `json:"sparse"`          // the matrix keeps only what is not zero

	Notes   []string      `json:"notes,omitempty"`
	Encoder *data.Encoder `json:"-"`
	Targets []string      `json:"-"`
}

// PreviewColumn is what becomes of a column.
type PreviewColumn struct {
	Name     string    `json:"name"`
	Kind     data.Kind `json:"kind"`
	Missing  int       `json:"missing"`
	Features int       `json:"features"`
	Rule     string    `json:"rule,omitempty"` // how it is encoded, or why it is left out
}

// PreviewFit makes every choice that Fit would make and trains nothing; it writes
// no file.
func PreviewFit(t *data.Table, opts Options) (*Preview, error) {
	opts.Dir, opts.Resume = "", false
	p, err := newPlan(t, opts, nil)
	if err != nil {
		return nil, err
	}
	net, err := p.layout()
	if err != nil {
		return nil, err
	}
	dim := net.Layout.Dim()
	if err := p.chooseMethod(dim); err != nil {
		return nil, err
	}
	if err := p.checkBlocks(net); err != nil {
		return nil, err
	}
	if !p.lazy {
		if _, err := newSolver[float64](p, net, p.plannedSteps()); err != nil {
			return nil, err
		}
	}
	size := 8
	if p.single() {
		size = 4
	}
	v := &Preview{
		Model: p.spec.String(), Loss: p.loss.String(), Method: p.methodText(),
		Rows: p.train.n(), Validation: p.valid.n(), Dropped: p.dropped,
		Features: p.encoder.Width(), Parameters: dim, L2: p.opts.L2,
		ParameterBytes: size * dim, Sparse: p.keepSparse(), Notes: p.notes, Encoder: p.encoder, Targets: p.names,
	}
	v.FeatureBytes, err = p.featureBytes(size)
	v.Columns = p.previewColumns(t)
	return v, err
}

// featureBytes is what the matrix of features takes.
func (p *plan) featureBytes(size int) (int, error) {
	sum := 0.0
	for _, s := range []*part{&p.train, &p.valid} {
		if s.table == nil {
			continue
		}
		cells := float64(s.n()) * float64(p.encoder.Width())
		pixels, err := p.encoder.Pixels(s.table)
		switch {
		case err != nil:
			return 0, err
		case pixels != nil:
			sum += cells // bytes, as they are
		case p.keepSparse():
			sum += float64(s.n()) * p.encoder.Entries() * float64(size+4)
		default:
			sum += cells * float64(size)
		}
	}
	return int(math.Min(sum, math.MaxInt64/2)), nil
}

// previewColumns lists what becomes of all columns, then the crosses.
func (p *plan) previewColumns(t *data.Table) (list []PreviewColumn) {
	rules := map[string]data.Feature{}
	for _, f := range p.encoder.Features {
		rules[f.Column] = f
	}
	for _, s := range t.Ranges() {
		c := PreviewColumn{Name: s.Name, Kind: s.Kind, Missing: s.Missing}
		switch f, ok := rules[s.Name]; {
		case ok && f.Kind != data.Cross:
			c.Features, c.Rule = f.Width, f.Rule
		case slices.Contains(p.names, s.Name):
			c.Rule = "target: " + p.target.Rule
		case s.Name == p.opts.Weight:
			c.Rule = "weight of the row"
		case slices.Contains(p.encoder.Reads(), s.Name):
			c.Rule = "in crosses"
		default:
			c.Rule = "left out"
			if s.Ignored != "" {
				c.Rule += ": " + s.Ignored
			}
		}
		list = append(list, c)
	}
	for _, f := range p.encoder.Features {
		if f.Kind == data.Cross {
			list = append(list, PreviewColumn{Name: f.Column, Kind: f.Kind, Features: f.Width, Rule: f.Rule})
		}
	}
	return list
}
