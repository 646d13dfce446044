package optim

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"descent/internal/kernel"
)

// squaredRow is the loss (z − y)²/2 of each output.
type squaredRow struct{}

func (squaredRow) Of(z []float64, target float64, slope []float64) (sum float64) {
	for k, v := range z {
		slope[k] = v - target - float64(k)
		sum += slope[k] * slope[k] / 2
	}
	return sum
}

func (squaredRow) Along(z, target, weight, rate float64) float64 {
	return -(z - target) * math.Expm1(-rate*weight) / rate
}

// fewRows are rows of a few features, the last of which is always 1.
type fewRows struct {
	index          [][]int32
	value          [][]float64
	target, weight []float64
}

func (f *fewRows) Ahead(int) {}

func (f *fewRows) Fill(r *Example, i int) {
	r.Index, r.Value = append(r.Index[:0], f.index[i]...), append(r.Value[:0], f.value[i]...)
	r.Target, r.Weight = f.target[i], f.weight[i]
}

func drawRows(t *rapid.T, n, features int) *fewRows {
	f := &fewRows{}
	for range n {
		var index []int32
		var value []float64
		for j := range features - 1 {
			if v := rapid.SampledFrom([]float64{0, 0, 0, 1, -2, 0.5}).Draw(t, "x"); v != 0 {
				index, value = append(index, int32(j)), append(value, v)
			}
		}
		f.index, f.value = append(f.index, append(index, int32(features-1))), append(f.value, append(value, 1))
		f.target = append(f.target, rapid.Float64Range(-2, 2).Draw(t, "y"))
		f.weight = append(f.weight, rapid.SampledFrom([]float64{1, 1, 0.5, 3}).Draw(t, "weight"))
	}
	return f
}

// dense takes the steps of a rule on every parameter after every row: the gradient
// step of the features that the row has, then the proximal step of all weights.
type dense struct {
	rule                 Lazy
	l1, l2               float64
	features, outputs, t int
	w, a, b, scale       []float64 // a: Σg², n or v; b: z or m
	total                float64   // N of normalized
	prox                 []float64 // the rate of each
}

func newDense(m *LazyModel) *dense {
	n := m.Features * m.Outputs
	d := &dense{rule: m.Rule, l1: m.L1, l2: m.L2, features: m.Features, outputs: m.Outputs}
	d.w, d.a, d.b, d.scale, d.prox = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range d.a {
		switch r := m.Rule.(type) {
		case *LazyAdagrad:
			d.a[i] = r.Initial
		case *LazyFTRL:
			d.a[i] = r.Initial
		}
	}
	return d
}

func (d *dense) learn(e *Example) {
	d.t++
	r, normalized := d.rule.(*LazyNormalized)
	for i, j := range e.Index {
		for o := range d.outputs {
			p, x := int(j)*d.outputs+o, math.Abs(e.Value[i])
			if normalized && x > d.scale[p] {
				d.w[p] *= d.scale[p] / x
				d.scale[p] = x
			}
			if normalized && o == 0 {
				d.total += x * x / (d.scale[p] * d.scale[p])
			}
		}
	}
	z, slope := make([]float64, d.outputs), make([]float64, d.outputs)
	for i, j := range e.Index {
		for o := range z {
			z[o] += e.Value[i] * d.w[int(j)*d.outputs+o]
		}
	}
	squaredRow{}.Of(z, e.Target, slope)
	for o, g := range slope {
		along, step := 0.0, e.Weight*g
		for i, j := range e.Index {
			p, x := int(j)*d.outputs+o, e.Value[i]
			if normalized {
				d.a[p] += e.Weight * g * g * x * x
				d.prox[p] = r.Rate * math.Sqrt(float64(d.t)/d.total) / (d.scale[p] * math.Sqrt(d.a[p]))
				along += d.prox[p] * x * x
			} else {
				d.one(p, e.Weight*g*x)
			}
		}
		if normalized && g != 0 {
			if d.outputs == 1 {
				step = squaredRow{}.Along(z[0], e.Target, e.Weight, along)
			}
			for i, j := range e.Index {
				p := int(j)*d.outputs + o
				d.w[p] -= step * d.prox[p] * e.Value[i]
			}
		}
	}
	d.shrink()
}

// one is the step of one parameter for its derivative.
func (d *dense) one(p int, g float64) {
	t := float64(d.t)
	switch r := d.rule.(type) {
	case *LazySGD:
		d.w[p] -= r.Rate / (1 + r.Rate*r.Decay*(t-1)) * g
	case *LazyAdagrad:
		d.a[p] += g * g
		d.prox[p] = r.Rate / (math.Sqrt(d.a[p]) + r.Eps)
		d.w[p] -= d.prox[p] * g
	case *LazyFTRL:
		before := math.Sqrt(d.a[p])
		d.a[p] += g * g
		d.b[p] += g - (math.Sqrt(d.a[p])-before)/r.Rate*d.w[p]
	case *LazyAdam:
		d.b[p] = r.Beta1*d.b[p] + (1-r.Beta1)*g
		d.a[p] = r.Beta2*d.a[p] + (1-r.Beta2)*g*g
		d.w[p] -= r.Rate * d.b[p] / (1 - math.Pow(r.Beta1, t)) / (math.Sqrt(d.a[p]/(1-math.Pow(r.Beta2, t))) + r.Eps)
	}
}

// shrink is what the penalties do after a row.
func (d *dense) shrink() {
	for p := range d.w {
		weight := p < len(d.w)-d.outputs
		eta := d.prox[p]
		switch r := d.rule.(type) {
		case *LazySGD:
			eta = r.Rate / (1 + r.Rate*r.Decay*float64(d.t-1))
		case *LazyAdam:
			eta = r.Rate
		case *LazyFTRL:
			l1, l2 := 0.0, 0.0
			if weight {
				l1, l2 = r.L1+float64(d.t)*d.l1, r.L2+float64(d.t)*d.l2
			}
			d.w[p] = -math.Copysign(max(math.Abs(d.b[p])-l1, 0), d.b[p]) / ((r.Beta+math.Sqrt(d.a[p]))/r.Rate + l2)
			continue
		}
		if weight {
			d.w[p] = math.Copysign(max(math.Abs(d.w[p])-eta*d.l1, 0), d.w[p]) / (1 + eta*d.l2)
		}
	}
}

func lazyRules() map[string]func() Lazy {
	return map[string]func() Lazy{
		"sgd":        func() Lazy { return &LazySGD{Rate: 0.02} },
		"sgd decay":  func() Lazy { return &LazySGD{Rate: 0.05, Decay: 0.7} },
		"adagrad":    func() Lazy { return &LazyAdagrad{Rate: 0.1, Initial: 0.1, Eps: 1e-10} },
		"ftrl":       func() Lazy { return &LazyFTRL{Rate: 0.1, Power: 0.5, Initial: 0.1, Beta: 1, L1: 0.05, L2: 0.1} },
		"adam":       func() Lazy { return &LazyAdam{Rate: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8} },
		"normalized": func() Lazy { return &LazyNormalized{Rate: 0.5} },
	}
}

// TestLazyIsDense: touching only what a row has gives the numbers of touching all
// parameters after every row, with both penalties, whatever the rounds are.
func TestLazyIsDense(t *testing.T) {
	for name, rule := range lazyRules() {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				n, features := rapid.IntRange(1, 40).Draw(t, "rows"), rapid.IntRange(1, 6).Draw(t, "features")
				rows := drawRows(t, n, features)
				m := LazyModel{Features: features, Outputs: rapid.IntRange(1, 2).Draw(t, "outputs"), Rule: rule(), Loss: squaredRow{},
					L1: rapid.SampledFrom([]float64{0, 0.01, 0.2}).Draw(t, "l1"), L2: rapid.SampledFrom([]float64{0, 1e-7, 0.3}).Draw(t, "l2")}
				if err := m.Init(1); err != nil {
					t.Fatal(err)
				}
				d := newDense(&m)
				x, losses := make([]float64, features*m.Outputs), make([]float64, n)
				for at := 0; at < n; {
					end := min(n, at+rapid.IntRange(1, 15).Draw(t, "round"))
					var batch []int
					for i := at; i < end; i++ {
						batch = append(batch, i)
					}
					m.Round(at, batch, rows, false, losses[at:end], x)
					at = end
				}
				var e Example
				for i := range n {
					rows.Fill(&e, i)
					d.learn(&e)
				}
				for p := range x {
					if math.Abs(x[p]-d.w[p]) > 1e-10*(1+math.Abs(d.w[p])) {
						t.Fatalf("parameter %d is %v, dense %v (l1 %v, l2 %v)", p, x[p], d.w[p], m.L1, m.L2)
					}
				}
			})
		})
	}
}

// TestLazyShards: two copies give the same bits on one thread and on two, and on
// a run that was taken up again from its buffers.
func TestLazyShards(t *testing.T) {
	rows := fixedRows(400, 30)
	for name, rule := range lazyRules() {
		var first []float64
		for threads := 1; threads <= 3; threads++ {
			stop := kernel.StartThreads(min(threads, 2))
			m := LazyModel{Features: 30, Outputs: 2, Rule: rule(), Loss: squaredRow{}, L1: 1e-4, L2: 1e-3}
			if err := m.Init(2); err != nil {
				t.Fatal(err)
			}
			x, losses := make([]float64, 60), make([]float64, 100)
			for round := range 4 {
				var batch []int
				for i := range 100 {
					batch = append(batch, 100*round+i)
				}
				if threads == 3 && round == 2 {
					m = taken(t, &m, rule())
				}
				m.Round(50*round, batch, rows, round == 0, losses, x)
			}
			stop()
			if first == nil {
				first = x
			}
			if !slices.Equal(first, x) {
				t.Errorf("%s: run %d gives other numbers", name, threads)
			}
		}
		if !kernel.AllFinite(first) || kernel.Norm2(first) == 0 {
			t.Errorf("%s: %v", name, first)
		}
	}
}

// taken is the model made anew from what it saves.
func taken(t *testing.T, old *LazyModel, rule Lazy) LazyModel {
	t.Helper()
	saved := map[string][]float64{}
	old.Buffers(func(name string, b []float64) bool {
		saved[name] = slices.Clone(b)
		return true
	})
	m := LazyModel{Features: old.Features, Outputs: old.Outputs, Rule: rule, Loss: old.Loss, L1: old.L1, L2: old.L2}
	if err := m.Init(len(old.shards)); err != nil {
		t.Fatal(err)
	}
	m.Buffers(func(name string, b []float64) bool { return copy(b, saved[name]) == len(b) })
	m.Resume()
	return m
}

func fixedRows(n, features int) *fewRows {
	f := &fewRows{}
	for i := range n {
		var index []int32
		var value []float64
		for j := i % 5; j < features-1; j += 3 + i%4 {
			index, value = append(index, int32(j)), append(value, math.Sin(float64(i+j)))
		}
		f.index, f.value = append(f.index, append(index, int32(features-1))), append(f.value, append(value, 1))
		f.target, f.weight = append(f.target, math.Cos(float64(3*i))), append(f.weight, 1)
	}
	return f
}

// TestNormalizedHeedsNoUnits: features in other units give the same losses,
// and a row of weight 2 does what two of weight 1 do, nearly.
func TestNormalizedHeedsNoUnits(t *testing.T) {
	predict := func(unit float64) []float64 {
		rows := fixedRows(200, 12)
		for _, v := range rows.value {
			for k := range v[:len(v)-1] {
				v[k] *= unit
			}
		}
		m := LazyModel{Features: 12, Outputs: 1, Rule: &LazyNormalized{Rate: 0.5}, Loss: squaredRow{}}
		if err := m.Init(1); err != nil {
			t.Fatal(err)
		}
		var batch []int
		for i := range 200 {
			batch = append(batch, i)
		}
		losses := make([]float64, 200)
		m.Round(0, batch, rows, true, losses, make([]float64, 12))
		return losses
	}
	one, thousand := predict(1), predict(1000)
	for i := range one {
		if math.Abs(one[i]-thousand[i]) > 1e-9*(1+one[i]) {
			t.Fatalf("row %d has the loss %v, in other units %v", i, one[i], thousand[i])
		}
	}
}

func TestLazyRefuses(t *testing.T) {
	for want, m := range map[string]LazyModel{
		"each must be at least 1": {Outputs: 1, Rule: &LazySGD{Rate: 1}, Loss: squaredRow{}},
		"must be finite":          {Features: 1, Outputs: 1, L1: -1, Rule: &LazySGD{Rate: 1}, Loss: squaredRow{}},
		"sgd":                     {Features: 1, Outputs: 1, Rule: &LazySGD{Rate: -1}, Loss: squaredRow{}},
	} {
		if err := m.Init(1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want …%s…", err, want)
		}
	}
	m, err := Find[float64]("momentum")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.NewLazy(nil); err == nil || m.Lazy() {
		t.Error("momentum learns single rows")
	}
	if m, err = Find[float64]("vw"); err != nil || !m.Lazy() {
		t.Errorf("%v: normalized does not learn single rows", err)
	}
}

// TestLazyAllocatesNothing: learning a row allocates nothing.
func TestLazyAllocatesNothing(t *testing.T) {
	rows := fixedRows(400, 30)
	for name, rule := range lazyRules() {
		m := LazyModel{Features: 30, Outputs: 1, Rule: rule(), Loss: squaredRow{}, L2: 1e-3}
		if err := m.Init(1); err != nil {
			t.Fatal(err)
		}
		x, losses := make([]float64, 30), make([]float64, 400)
		seen := 0
		count := func(n int) float64 {
			var batch []int
			for i := range n {
				batch = append(batch, i)
			}
			round := func() {
				m.Round(seen, batch, rows, true, losses[:n], x)
				seen += n
			}
			round()
			return testing.AllocsPerRun(5, round)
		}
		if many, few := count(400), count(10); many > few {
			t.Errorf("%s: %v allocations for 400 rows, %v for 10", name, many, few)
		}
	}
}
