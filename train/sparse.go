package train

import (
	"context"
	"fmt"
	"math"

	"descent/data"
	"descent/optim"
	"descent/param"
)

// SparseOptions says how a linear model is fitted to sparse rows. The zero value
// is a logistic model without penalties.
type SparseOptions struct {
	Loss     string  // logistic, mse or poisson; "" is logistic
	L1, L2   float64 // penalties λ·Σ|w| and (λ/2)·|w|²
	L2Bias   bool    // the bias has the l2 penalty, too
	Method   string  // "" or auto: lbfgs, or fista with an l1 penalty
	GradTol  float64 // 0 means 1e-8
	MaxSteps int     // 0 means 10,000
}

// SparseFit is a linear model w·x + b of sparse rows.
type SparseFit struct {
	Weights   []float64 // one for each column
	Bias      float64
	Loss      float64 // mean over the rows
	Objective float64 // with penalties
	Accuracy  float64 // of a logistic model on its rows, otherwise NaN
	Method    string
	Status    optim.Status
	Reason    string
	Steps     int
}

// sparseSet is the labels and the entries of a table.
type sparseSet struct {
	Name       string
	Rows, Cols int
	Start      []int64
	Index      []int32
	Value      []float64
	Label      []float64
}

// FitSparse fits a linear model to the column features of t, which is of kind
// Sparse, and its column label: all rows in every step. The
// cost of a step is that of the entries that are not zero.
func FitSparse(ctx context.Context, t *data.Table, o SparseOptions) (*SparseFit, error) {
	label, err := t.Column("label")
	if err != nil {
		return nil, err
	}
	features, err := t.Column("features")
	if err != nil {
		return nil, err
	}
	m := features.Entries
	return fitSparse(ctx, &sparseSet{t.Name, t.Rows, m.Cols, m.Start, m.Index, m.Value, label.Numbers}, o)
}

func fitSparse(ctx context.Context, s *sparseSet, o SparseOptions) (*SparseFit, error) {
	p, m, err := sparseProblem(s, o)
	if err != nil {
		return nil, err
	}
	name := o.Method
	if name == "" || name == "auto" {
		name, _ = optim.Choose(&p)
	}
	method, err := optim.Find[float64](name)
	if err != nil {
		return nil, err
	}
	solver, err := method.NewSolver(nil)
	if err != nil {
		return nil, err
	}
	tol, steps := o.GradTol, o.MaxSteps
	if tol == 0 {
		tol = 1e-8
	}
	if steps == 0 {
		steps = 10_000
	}
	run, err := optim.Minimize(ctx, p, make([]float64, p.Dim), solver, optim.GradTol[float64](tol), optim.Stall[float64](0), optim.MaxIter[float64](steps))
	if err != nil {
		return nil, err
	}
	r := run.Result()
	f := &SparseFit{
		Weights: r.X[:s.Cols], Bias: r.X[s.Cols], Objective: r.F, Method: method.Name,
		Status: r.Status, Reason: r.Text, Steps: r.Iter, Accuracy: math.NaN(),
	}
	f.Loss, f.Accuracy = m.score(r.X)
	return f, nil
}

// sparseModel is the objective of a linear model on sparse rows.
type sparseModel struct {
	s      *sparseSet
	loss   func(z, y float64) (value, slope, curvature float64)
	l2     float64
	l2Bias float64
	z      []float64 // scratch: X·w + b or what the rows give to a product
}

// sparseLosses are the losses of one output z and a target y, with their first
// and second derivatives by z.
var sparseLosses = map[string]func(z, y float64) (value, slope, curvature float64){
	"logistic": func(z, y float64) (float64, float64, float64) {
		m := z
		if y <= 0 {
			m = -z
		}
		e := math.Exp(-math.Abs(m))
		p := 1 / (1 + e) // of the larger side
		wrong := p
		if m > 0 {
			wrong = e * p
		}
		slope := -wrong
		if y <= 0 {
			slope = wrong
		}
		return max(-m, 0) + math.Log1p(e), slope, e * p * p
	},
	"mse": func(z, y float64) (float64, float64, float64) {
		return (z - y) * (z - y), 2 * (z - y), 2
	},
	"poisson": func(z, y float64) (float64, float64, float64) {
		e := math.Exp(z)
		return e - y*z, e - y, e
	},
}

// sparseProblem is the fit as package optim sees it: the weights, then the bias.
func sparseProblem(s *sparseSet, o SparseOptions) (p optim.Problem[float64], m *sparseModel, err error) {
	name := o.Loss
	if name == "" {
		name = "logistic"
	}
	loss, ok := sparseLosses[name]
	if !ok {
		return p, nil, fmt.Errorf("train: the losses of sparse rows are logistic, mse and poisson, not %q", o.Loss)
	}
	for _, v := range []float64{o.L1, o.L2, o.GradTol} {
		if !(v >= 0) || math.IsInf(v, 0) {
			return p, nil, fmt.Errorf("train: penalties and tolerances must be finite and not negative, got %v", v)
		}
	}
	if err := checkLabels(s, name); err != nil {
		return p, nil, err
	}
	m = &sparseModel{s: s, loss: loss, l2: o.L2, z: make([]float64, s.Rows)}
	if o.L2Bias {
		m.l2Bias = o.L2
	}
	p = optim.Problem[float64]{
		Dim: s.Cols + 1, Eval: m.eval, HVP: m.hvp,
		Blocks: []param.Block{{Name: "weight", Shape: []int{s.Cols}}, {Name: "bias", Offset: s.Cols}},
	}
	if o.L1 > 0 {
		w := make([]float64, p.Dim)
		for i := range s.Cols {
			w[i] = o.L1
		}
		p.Term = optim.L1(w)
	}
	return p, m, nil
}

// checkLabels refuses labels that a loss has no use for.
func checkLabels(s *sparseSet, loss string) error {
	for i, y := range s.Label {
		switch {
		case loss == "logistic" && y != 1 && y != 0 && y != -1:
			return fmt.Errorf("train: row %d of %s has the label %v; a logistic model wants 1 and −1, or 1 and 0", i+1, s.Name, y)
		case loss == "poisson" && y < 0:
			return fmt.Errorf("train: row %d of %s has the label %v; poisson wants counts", i+1, s.Name, y)
		}
	}
	return nil
}

// outputs stores X·w + b in z.
func (m *sparseModel) outputs(x []float64, bias float64) {
	s := m.s
	for i := range m.z {
		sum := bias
		for k := s.Start[i]; k < s.Start[i+1]; k++ {
			sum += s.Value[k] * x[s.Index[k]]
		}
		m.z[i] = sum
	}
}

// scatter adds Xᵀ·z and the sum of z to out.
func (m *sparseModel) scatter(out []float64) {
	s := m.s
	for i, v := range m.z {
		for k := s.Start[i]; k < s.Start[i+1]; k++ {
			out[s.Index[k]] += v * s.Value[k]
		}
		out[s.Cols] += v
	}
}

func (m *sparseModel) eval(x, grad []float64) (float64, error) {
	s, n := m.s, float64(m.s.Rows)
	m.outputs(x, x[s.Cols])
	sum, penalty := 0.0, 0.0
	for i, z := range m.z {
		v, slope, _ := m.loss(z, s.Label[i])
		sum += v
		m.z[i] = slope / n
	}
	for i, w := range x {
		penalty += m.lambda(i) / 2 * w * w
	}
	if grad != nil {
		for i, w := range x {
			grad[i] = m.lambda(i) * w
		}
		m.scatter(grad)
	}
	return sum/n + penalty, nil
}

// lambda is the l2 penalty of parameter i.
func (m *sparseModel) lambda(i int) float64 {
	if i == m.s.Cols {
		return m.l2Bias
	}
	return m.l2
}

func (m *sparseModel) hvp(x, v, out []float64) error {
	s, n := m.s, float64(m.s.Rows)
	m.outputs(x, x[s.Cols])
	for i, z := range m.z {
		_, _, bend := m.loss(z, s.Label[i])
		sum := v[s.Cols]
		for k := s.Start[i]; k < s.Start[i+1]; k++ {
			sum += s.Value[k] * v[s.Index[k]]
		}
		m.z[i] = bend * sum / n
	}
	for i, e := range v {
		out[i] = m.lambda(i) * e
	}
	m.scatter(out)
	return nil
}

// score is the mean loss without penalties, and the accuracy of a logistic
// model.
func (m *sparseModel) score(x []float64) (mean, accuracy float64) {
	m.outputs(x, x[m.s.Cols])
	right := 0
	for i, z := range m.z {
		v, _, _ := m.loss(z, m.s.Label[i])
		mean += v
		if (z > 0) == (m.s.Label[i] > 0) {
			right++
		}
	}
	n := float64(m.s.Rows)
	return mean / n, float64(right) / n
}
