package loss

import "math"

// MultiLabel is what is worth knowing about the logits z of k labels, row-major
// [rows, k], each of which a row has (truth 1) or has not (0):
// subset_accuracy, the share of rows all of whose labels are right;
// hamming_loss, the share of labels that are wrong; macro_f1, the mean of the
// F1 of the labels that occur or were predicted; micro_f1, the F1 of all labels
// taken together; log_loss, the mean over rows and labels. Weights, one a row,
// may be nil for ones.
func MultiLabel(z []float64, truth []int, w []float64, k int) Metrics {
	l := NewLabels(k)
	l.Add(z, truth, w)
	return l.Metrics()
}

// Labels is MultiLabel of rows that come in portions.
type Labels struct {
	each       []Confusion // of each label
	all, right float64     // weight of all rows, and of those whose labels are all right
	log, terms float64     // log loss, summed, and the weight of its terms
}

// NewLabels counts rows of k labels.
func NewLabels(k int) *Labels {
	l := &Labels{each: make([]Confusion, k)}
	for j := range l.each {
		l.each[j] = Confusion{{0, 0}, {0, 0}}
	}
	return l
}

// Add takes some rows, as MultiLabel does.
func (l *Labels) Add(z []float64, truth []int, w []float64) {
	k := len(l.each)
	each := make([]float64, len(truth)) // weight of every label of every row
	for i := range each {
		each[i] = 1
		if w != nil {
			each[i] = w[i/k]
		}
	}
	terms := 0.0
	for i := range len(truth) / k {
		right := true
		for j := range k {
			at, pred := i*k+j, 0
			if z[at] > 0 {
				pred = 1
			}
			l.each[j][truth[at]][pred] += each[at]
			right = right && truth[at] == pred
			terms += each[at]
		}
		l.all += each[i*k]
		if right {
			l.right += each[i*k]
		}
	}
	if terms > 0 {
		l.log += LogLoss(z, truth, each, 2) * terms
		l.terms += terms
	}
}

// Metrics is what the rows so far come to.
func (l *Labels) Metrics() Metrics {
	macro, micro := together(l.each)
	var m Metrics
	m.add("subset_accuracy", l.right/l.all)
	m.add("hamming_loss", 1-micro.Accuracy())
	m.add("macro_f1", macro)
	m.add("micro_f1", micro.F1(1))
	m.add("log_loss", l.log/l.terms)
	return m
}

// together is the mean of the F1 of the labels that occur or were predicted, and
// the sum of their confusions.
func together(labels []Confusion) (macro float64, micro Confusion) {
	micro = Confusion{{0, 0}, {0, 0}}
	var n float64
	for _, c := range labels {
		for i := range c {
			for j := range c[i] {
				micro[i][j] += c[i][j]
			}
		}
		if f := c.F1(1); !math.IsNaN(f) {
			macro += f
			n++
		}
	}
	return macro / n, micro
}
