package loss

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// Metric is one number that says how good predictions are.
type Metric struct {
	Name  string
	Value float64 // finite
}

// Metrics is a list of metrics in the order in which they are best read. A
// metric that has no meaning for the rows at hand, such as the ROC AUC of one
// class, is not in it.
type Metrics []Metric

// Get is the value of a metric by name, and whether it is there.
func (m Metrics) Get(name string) (float64, bool) {
	for _, v := range m {
		if v.Name == name {
			return v.Value, true
		}
	}
	return math.NaN(), false
}

// add appends a metric unless it has no finite value.
func (m *Metrics) add(name string, v float64) {
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		*m = append(*m, Metric{name, v})
	}
}

// MarshalJSON writes one flat object in the order of the list.
func (m Metrics) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, v := range m {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(v.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(v.Value)
		if err != nil {
			return nil, fmt.Errorf("loss: metric %s: %w", v.Name, err)
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON wrote, order included.
func (m *Metrics) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("loss: metrics are not an object")
	}
	*m = nil
	for d.More() {
		var v Metric
		name, err := d.Token()
		if err != nil {
			return err
		}
		v.Name = name.(string)
		if err := d.Decode(&v.Value); err != nil {
			return fmt.Errorf("loss: metric %s: %w", v.Name, err)
		}
		*m = append(*m, v)
	}
	return nil
}

// String lists the metrics for people: "accuracy 0.97, log_loss 0.081".
func (m Metrics) String() string {
	parts := make([]string, len(m))
	for i, v := range m {
		parts[i] = fmt.Sprintf("%s %.6g", v.Name, v.Value)
	}
	return strings.Join(parts, ", ")
}

// Regression is what is worth knowing about predictions p of numbers y: r2,
// rmse, mae. Weights may be nil for ones.
func Regression(p, y, w []float64) Metrics {
	var m Metrics
	m.add("r2", R2(p, y, w))
	m.add("rmse", RMSE(p, y, w))
	m.add("mae", MAE(p, y, w))
	return m
}

// Counts is what is worth knowing about predicted rates p of counts y: the mean
// Poisson deviance and what Regression says.
func Counts(p, y, w []float64) Metrics {
	var m Metrics
	m.add("poisson_deviance", PoissonDeviance(p, y, w))
	return append(m, Regression(p, y, w)...)
}

// Classification is what is worth knowing about the logits z of a model (one a
// row for two classes: that of class 1; or one per class) for rows of the
// classes truth: accuracy, balanced_accuracy, macro_f1, log_loss, roc_auc (two
// classes), and f1_NAME of every class; and the table of confusions.
func Classification(z []float64, truth []int, w []float64, classes []string) (Metrics, Confusion) {
	k := len(classes)
	pred := Decide(z, len(truth), k)
	c := Confuse(pred, truth, w, k)
	var m Metrics
	m.add("accuracy", c.Accuracy())
	m.add("balanced_accuracy", c.Balanced())
	m.add("macro_f1", c.MacroF1())
	m.add("log_loss", LogLoss(z, truth, w, k))
	if k == 2 {
		score := make([]float64, len(truth))
		positive := make([]bool, len(truth))
		for i, t := range truth {
			positive[i] = t == 1
			if len(z) == len(truth) {
				score[i] = z[i]
			} else {
				score[i] = z[2*i+1] - z[2*i]
			}
		}
		m.add("roc_auc", AUC(score, positive, w))
	}
	for i, name := range classes {
		m.add("f1_"+name, c.F1(i))
	}
	return m, c
}

// Decide is the class of the largest logit of each of n rows; with one logit a
// row, class 1 where it is positive. Ties go to the lower class.
func Decide(z []float64, n, k int) []int {
	pred := make([]int, n)
	for i := range pred {
		if len(z) == n {
			if z[i] > 0 {
				pred[i] = 1
			}
			continue
		}
		row := z[i*k : (i+1)*k]
		for j, v := range row {
			if v > row[pred[i]] {
				pred[i] = j
			}
		}
	}
	return pred
}
