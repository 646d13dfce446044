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
	weight := func(i int) float64 {
		if w == nil {
			return 1
		}
		return w[i]
	}
	var all, whole, wrong, macro, labels float64
	micro := Confusion{{0, 0}, {0, 0}}
	for i := range n {
		right := true
		for j := range k {
			if (z[i*k+j] > 0) != (truth[i*k+j] == 1) {
				right = false
				wrong += weight(i)
			}
		}
		all += weight(i)
		if right {
			whole += weight(i)
		}
	}
	for j := range k {
		c := Confusion{{0, 0}, {0, 0}}
		for i := range n {
			at, pred := i*k+j, 0
			if z[at] > 0 {
				pred = 1
			}
			c[truth[at]][pred] += weight(i)
			micro[truth[at]][pred] += weight(i)
		}
		if f := c.F1(1); !math.IsNaN(f) {
			macro += f
			labels++
		}
	}
	var m Metrics
	m.add("subset_accuracy", whole/all)
	m.add("hamming_loss", wrong/(all*float64(k)))
	m.add("macro_f1", macro/labels)
	m.add("micro_f1", micro.F1(1))
	each := make([]float64, 0, len(z))
	for i := range n {
		for range k {
			each = append(each, weight(i))
		}
	}
	m.add("log_loss", LogLoss(z, truth, each, 2))
	return m
}
