package loss

import (
	"math"
	"slices"

	"descent/internal/kernel"
)

// Confusion counts rows by true class (first index) and predicted class
// (second), each row with its weight.
type Confusion [][]float64

// Confuse counts k classes; pred and truth hold class numbers 0..k−1. Weights
// may be nil for ones.
func Confuse(pred, truth []int, w []float64, k int) Confusion {
	c := make(Confusion, k)
	for i := range c {
		c[i] = make([]float64, k)
	}
	for i, t := range truth {
		if w == nil {
			c[t][pred[i]]++
		} else {
			c[t][pred[i]] += w[i]
		}
	}
	return c
}

// Accuracy is the share of rows whose class was predicted; NaN without rows.
func (c Confusion) Accuracy() float64 {
	var right, all float64
	for i := range c {
		right += c[i][i]
		all += c.rows(i)
	}
	return right / all
}

// Balanced is the mean, over the classes that occur, of the share of their rows
// that were recognised; NaN without rows.
func (c Confusion) Balanced() float64 {
	var sum, n float64
	for i := range c {
		if all := c.rows(i); all > 0 {
			sum += c[i][i] / all
			n++
		}
	}
	return sum / n
}

// F1 is 2·TP/(2·TP + FP + FN) of one class; NaN for a class that neither
// occurs nor was predicted.
func (c Confusion) F1(class int) float64 {
	return 2 * c[class][class] / (c.rows(class) + c.predicted(class))
}

// MacroF1 is the mean of F1 over the classes that occur or were predicted; NaN
// without rows.
func (c Confusion) MacroF1() float64 {
	var sum, n float64
	for i := range c {
		if f := c.F1(i); !math.IsNaN(f) {
			sum += f
			n++
		}
	}
	return sum / n
}

// rows is the weight of the rows of a true class.
func (c Confusion) rows(class int) float64 {
	var sum float64
	for _, v := range c[class] {
		sum += v
	}
	return sum
}

// predicted is the weight of the rows that were given a class.
func (c Confusion) predicted(class int) float64 {
	var sum float64
	for i := range c {
		sum += c[i][class]
	}
	return sum
}

// AUC is the area under the ROC curve: the chance that a row of the positive
// class has a higher score than one of the other, ties counting half
// (Mann-Whitney). Weights may be nil for ones. It is NaN unless both classes
// occur and every score is a number.
func AUC(score []float64, positive []bool, w []float64) float64 {
	if slices.ContainsFunc(score, math.IsNaN) {
		return math.NaN()
	}
	if w == nil {
		return pairsWon(score, positive)
	}
	order := ascending(score)
	var below, area, pos float64 // weight of negatives passed, pairs won, weight of positives
	for lo := 0; lo < len(order); {
		var tiedPos, tiedNeg float64
		hi := lo
		for ; hi < len(order) && score[order[hi]] == score[order[lo]]; hi++ {
			weight := 1.0
			if w != nil {
				weight = w[order[hi]]
			}
			if positive[order[hi]] {
				tiedPos += weight
			} else {
				tiedNeg += weight
			}
		}
		area += tiedPos * (below + tiedNeg/2)
		below += tiedNeg
		pos += tiedPos
		lo = hi
	}
	return area / (pos * below)
}

// pairsWon is AUC without weights: the scores of each class are sorted, and merged.
func pairsWon(score []float64, positive []bool) float64 {
	keys := split{make([]uint64, 0, len(score)), make([]uint64, 0, len(score))}
	for i, v := range score {
		c := 0
		if positive[i] {
			c = 1
		}
		keys[c] = append(keys[c], orderedBits(v))
	}
	kernel.Share(len(keys), &keys)
	neg, pos := keys[0], keys[1]
	var area float64
	for i, j := 0, 0; i < len(pos); {
		k, first, lo := pos[i], i, 0
		for j < len(neg) && neg[j] < k {
			j++
		}
		for lo = j; j < len(neg) && neg[j] == k; {
			j++
		}
		for i < len(pos) && pos[i] == k {
			i++
		}
		area += float64(i-first) * (float64(lo) + float64(j-lo)/2)
	}
	return area / (float64(len(pos)) * float64(len(neg)))
}

// split is the ordered bits of the scores of both classes.
type split [2][]uint64

// Unit sorts those of one class.
func (s *split) Unit(c int) { s[c] = sortKeys(s[c]) }

// LogLoss is the weighted mean of −log p(class of the row), from the logits z
// of a model: n numbers for two classes (one logit, of class 1), or n rows of k.
// Logits rather than probabilities, so that a sure and wrong answer has its
// large finite price instead of infinity. NaN without rows.
func LogLoss(z []float64, truth []int, w []float64, k int) float64 {
	if len(z) == len(truth) {
		return logLossOfTwo(z, truth, w)
	}
	return weightedMean(len(truth), w, func(i int) float64 {
		row := z[i*k : (i+1)*k]
		return kernel.LogSumExp(row) - row[truth[i]]
	})
}

// logLossOfTwo is LogLoss for one logit a row.
func logLossOfTwo(z []float64, truth []int, w []float64) float64 {
	var block [1024]float64
	var sum float64
	for lo := 0; lo < len(z); lo += len(block) {
		part := block[:min(len(block), len(z)-lo)]
		for i := range part {
			part[i] = z[lo+i] * float64(1-2*truth[lo+i])
		}
		kernel.Softplus(part, part)
		if w == nil {
			sum += kernel.Sum(part)
		} else {
			sum += kernel.Dot(part, w[lo:])
		}
	}
	if w == nil {
		return sum / float64(len(z))
	}
	return sum / kernel.Sum(w)
}
