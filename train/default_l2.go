package train

import (
	"descent/data"
	"descent/internal/numtext"
	"descent/model"
)

// spread is the variance of a logit that the default penalty takes for granted.
const spread = 10

// asL2 is the l2 penalty as a number.
func (o *Options) asL2() float64 {
	if o.L2 == NoPenalty {
		return 0
	}
	return o.L2
}

// chooseL2 settles the l2 penalty that was left open. A logistic or softmax
// model gets one where its features are standardised, since without it classes
// that a plane separates have no finite optimum, and nearly separable ones learn
// the rows by heart. The penalty is that of weights which are normal a priori
// with the variance spread/features, so that the logits vary by about 3:
//
//	λ = features / (spread · rows)
//
// A few features of many rows are hardly held back: their penalty vanishes
// beside the loss. Sparse columns count by their mean square (priorSquare). Other
// models, and fits with another penalty, get none.
func (p *plan) chooseL2() {
	o := &p.opts
	if o.L2 == NoPenalty {
		o.L2 = 0
		return
	}
	classifier := p.spec.Kind == model.Logistic || p.spec.Kind == model.Softmax
	scaled := o.Scale == "" || o.Scale == data.Standard
	for _, s := range o.Scales {
		scaled = scaled && (s == data.Standard || s == data.Robust || s == data.Log)
	}
	if o.L2 != 0 || o.L1 != 0 || o.WeightDecay != 0 || !classifier || !scaled {
		return
	}
	square, what := p.priorSquare()
	o.L2 = square / (spread * float64(p.train.n()*len(p.names))) // the loss is a mean over the targets
	p.note("the l2 penalty is %s, since none was asked for: %s / (%d · rows), which keeps the weights of a classifier finite; an l2 of 0 leaves it out",
		numtext.Short(o.L2, 3), what, spread)
}

// priorSquare is the squared length that a row of features may have, and what it
// is in words: a scaled number or a level counts as one, a pixel between 0 and 1
// as a tenth, and all those of a sparse column together as the mean square of its
// rows.
func (p *plan) priorSquare() (n float64, what string) {
	lengths, counts := false, false // measured by rows, counted by features
	for _, f := range p.encoder.Features {
		switch f.Kind {
		case data.Sparse:
			n, lengths = n+p.meanSquare(f), true
		case data.Text:
			n, lengths = n+1, true // a row has the length 1
		case data.Image:
			n, lengths, counts = n+float64(f.Width)/10, true, true
		default:
			n, counts = n+float64(f.Width), true
		}
	}
	switch {
	case !lengths:
		return n, "features"
	case counts:
		return n, "the square that a row may have"
	}
	return n, "the mean square of a row"
}

// meanSquare is the mean of Σ x² over the training rows of a sparse column.
func (p *plan) meanSquare(f data.Feature) float64 {
	e, sum := &data.Encoder{Features: []data.Feature{f}}, 0.0
	add := func(t *data.Table, rows []int) error {
		s, err := data.NewSparseEncoder[float64](e, t)
		if err == nil {
			sum, err = s.AddSquares(sum, rows)
		}
		return err
	}
	var err error
	if src := p.train.source; src != nil {
		err = src.pass([]string{f.Column}, add)
	} else {
		err = add(p.train.table, p.train.rows)
	}
	if err != nil {
		return 1 // encoding proper will say it
	}
	return sum / float64(p.train.n())
}
