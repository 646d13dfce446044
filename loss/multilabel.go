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
	n := len(truth) / k
	each := make([]float64, len(truth)) // weight of every label of every row
	for i := range each {
		each[i] = 1
		if w != nil {
			each[i] = w[i/k]
		}
	}
	var all, whole float64
	labels := make([]Confusion, k)
	for j := range labels {
		labels[j] = Confusion{{0, 0}, {0, 0}}
	}
	for i := range n {
		right := true
		for j := range k {
			at, pred := i*k+j, 0
			if z[at] > 0 {
				pred = 1
			}
			labels[j][truth[at]][pred] += each[at]
			right = right && truth[at] == pred
		}
		all += each[i*k]
		if right {
			whole += each[i*k]
		}
	}
	macro, micro := together(labels)
	var m Metrics
	m.add("subset_accuracy", whole/all)
	m.add("hamming_loss", 1-micro.Accuracy())
	m.add("macro_f1", macro)
	m.add("micro_f1", micro.F1(1))
	m.add("log_loss", LogLoss(z, truth, each, 2))
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
