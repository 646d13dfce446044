package optim

import (
	"fmt"
	"math"

	"descent/internal/kernel"
)

// Lazy is a rule for linear models that learns one sparse row at a time and
// touches only the parameters of the features that the row has. Parameter
// j·Outputs+k belongs to feature j and output k; those of the last feature, which
// is 1 in every row, are the biases.
//
// The penalties λ₁·|w| + (λ₂/2)·w² of the weights act after every row on every
// weight, as the proximal step with that weight's own rate η,
//
//	w ← sign(w)·max(|w| − η·λ₁, 0)/(1 + η·λ₂)
//
// (Duchi and Singer, JMLR 10 (2009) 2899; Duchi et al., COLT 2010), but are worked
// out only when a row has the feature again, all the steps that were left out at
// once and exactly. FTRL has the penalties in its closed form instead.
type Lazy interface {
	// fields is how many numbers are kept for a parameter: first the parameter,
	// then the row up to which it is penalised, then what the rule remembers.
	fields() int
	// mass is the field that grows with every row that has the feature.
	mass() int
	// begin prepares a shard for so many rows.
	begin(s *Shard, rows int)
	// current works out what was left out of the parameter at s.state[at:].
	current(s *Shard, at int)
	// learn takes the step of a row.
	learn(s *Shard, r *Example)
	// numbers are what the rule carries from row to row beside its fields.
	numbers() []float64
	check() error
}

// Example is one row: its features, the bias among them, its target and weight.
type Example struct {
	Index  []int32
	Value  []float64
	Target float64
	Weight float64 // 1: as all others

	z, slope []float64
}

// RowLoss is the loss of the outputs z of a row.
type RowLoss interface {
	// Of returns the loss for a target and stores its derivatives by z in slope.
	Of(z []float64, target float64, slope []float64) float64
	// Along is, for one output, the slope integrated over the time that the weight
	// of the row stands for while z falls by rate times it (Karampatziakis and
	// Langford, UAI 2011): so a row of weight 2 is the same as two of weight 1, and
	// no step goes past the target.
	Along(z, target, weight, rate float64) float64
}

// LazyModel is what a Lazy rule learns: a linear model of sparse rows. Rows are
// learned in rounds, in each of which fixed shards of the rows learn on private
// copies that are then averaged, each parameter by how much the shards saw of
// its feature: so threads can share the work, and the numbers do not depend on
// how many there are.
type LazyModel struct {
	Features, Outputs int // the bias among the features
	L1, L2            float64
	Rule              Lazy
	Loss              RowLoss

	state  []float64
	shards []Shard
	merge  merging
}

// Shard is a private copy of a model that learns its part of a round.
type Shard struct {
	model *LazyModel
	state []float64
	row   Example
	base  int // rows that the model had seen before the round
	now   int // and when the present row came

	rate     []float64 // of each row of the round, where all parameters share one
	shrunk   []float64 // what λ₂ leaves of a weight after so many rows of the round
	grown    []float64 // 1/shrunk
	less     []float64 // what λ₁ takes of it, over shrunk
	numbers  []float64 // of the rule: begin copies them
	batch    []int
	rows     RowSource
	losses   []float64
	from, to int
}

// RowSource fills in the row of that number, and asks the memory for a row that
// is to come soon.
type RowSource interface {
	Fill(r *Example, number int)
	Ahead(number int)
}

// Bytes is the memory that Init asks for, about, for rounds of so many shards.
func (m *LazyModel) Bytes(shards int) int64 {
	return 8 * int64(m.Features) * int64(m.Outputs) * int64(m.Rule.fields()) * int64(1+shards)
}

// Init makes the model with all parameters zero, for rounds of so many shards.
func (m *LazyModel) Init(shards int) error {
	if m.Features < 1 || m.Outputs < 1 || shards < 1 || m.Rule == nil || m.Loss == nil {
		return fmt.Errorf("optim: a lazy model of %d features, %d outputs and %d shards; each must be at least 1, with a rule and a loss", m.Features, m.Outputs, shards)
	}
	if !(m.L1 >= 0 && m.L2 >= 0) || math.IsInf(m.L1+m.L2, 0) {
		return fmt.Errorf("optim: penalties must be finite and not negative, got l1 %v and l2 %v", m.L1, m.L2)
	}
	if err := m.Rule.check(); err != nil {
		return err
	}
	n := m.Features * m.Outputs * m.Rule.fields()
	m.state = make([]float64, n)
	if r, ok := m.Rule.(interface{ start(state []float64) }); ok {
		r.start(m.state)
	}
	m.shards = make([]Shard, shards)
	for i := range m.shards {
		m.shards[i] = Shard{model: m, state: make([]float64, n)}
		copy(m.shards[i].state, m.state)
		m.shards[i].row.z, m.shards[i].row.slope = make([]float64, m.Outputs), make([]float64, m.Outputs)
	}
	return nil
}

// Round learns the listed rows: the first shard the first of them, and so on, or
// one shard all of them. It stores the loss of each row before it was learned in
// losses, and all parameters, brought up to date, in x.
func (m *LazyModel) Round(seen int, batch []int, rows RowSource, alone bool, losses, x []float64) {
	shards := m.shards
	if alone {
		shards = shards[:1]
	}
	for i := range shards {
		s := &shards[i]
		s.from, s.to = len(batch)*i/len(shards), len(batch)*(i+1)/len(shards)
		s.batch, s.rows, s.losses, s.base, s.now = batch, rows, losses, seen, seen
		s.numbers = append(s.numbers[:0], m.Rule.numbers()...)
		m.Rule.begin(s, (len(batch)+len(shards)-1)/len(shards))
	}
	kernel.Share(len(shards), (*learning)(m))
	m.merge.run(m, shards, seen, x)
}

// Buffers yields all that a later run needs to go on.
func (m *LazyModel) Buffers(yield func(name string, b []float64) bool) {
	_ = yield("lazy.state", m.state) && yield("lazy.numbers", m.Rule.numbers())
}

// Resume puts what Buffers yielded to use.
func (m *LazyModel) Resume() {
	for i := range m.shards {
		copy(m.shards[i].state, m.state)
	}
}

// learning is the work of a round in shards.
type learning LazyModel

// Unit learns the rows of shard i.
func (l *learning) Unit(i int) {
	s := &l.shards[i]
	if s.to == s.from {
		return
	}
	for k := s.from; k < s.to; k++ {
		if k+2 < s.to {
			s.rows.Ahead(s.batch[k+2])
		}
		s.rows.Fill(&s.row, s.batch[k])
		s.losses[k] = s.example()
		s.now++
	}
}

// example predicts the row, measures it and learns it.
func (s *Shard) example() float64 {
	r, m := &s.row, s.model
	s.ask(r)
	if p, ok := m.Rule.(interface{ prepare(*Shard, *Example) }); ok {
		p.prepare(s, r)
	}
	s.refresh(r)
	s.outputs(r)
	loss := m.Loss.Of(r.z, r.Target, r.slope)
	m.Rule.learn(s, r)
	return loss
}

// ask asks the memory for the parameters of a row, which lie all over it.
func (s *Shard) ask(r *Example) {
	size := s.model.Outputs * s.model.Rule.fields()
	for _, j := range r.Index {
		kernel.PrefetchOf(s.state[int(j)*size:][:size])
	}
}

// refresh brings the parameters of a row up to date.
func (s *Shard) refresh(r *Example) {
	m := s.model
	step := m.Rule.fields()
	size := m.Outputs * step
	penalised := m.L1 > 0 || m.L2 > 0
	_, common := m.Rule.(interface{ shared() })
	if !penalised {
		return
	}
	for _, j := range r.Index {
		at := int(j) * size
		switch {
		case common:
			for o := 0; o < size; o += step {
				s.catchUp(at + o)
			}
		default:
			for o := 0; o < size; o += step {
				m.Rule.current(s, at+o)
			}
		}
	}
}

// outputs multiplies the parameters of a row with its features.
func (s *Shard) outputs(r *Example) {
	m := s.model
	k, step := m.Outputs, m.Rule.fields()
	state := s.state
	if k == 1 {
		var z0, z1 float64
		for i, j := range r.Index {
			at := int(j) * step
			if i&1 == 0 {
				z0 += r.Value[i] * state[at]
			} else {
				z1 += r.Value[i] * state[at]
			}
		}
		r.z[0] = z0 + z1
		return
	}
	clear(r.z)
	for i, j := range r.Index {
		at, v := int(j)*k*step, r.Value[i]
		for o := range r.z {
			r.z[o] += v * state[at]
			at += step
		}
	}
}

// weight reports whether the parameter at that place of the state is a weight,
// which penalties shrink, and not a bias.
func (s *Shard) weight(at int) bool { return at < len(s.state)-s.model.Outputs*s.model.Rule.fields() }

// proximal is n proximal steps of the weight w with the rate η, at once: with
// a = 1/(1 + ηλ₂), |w|·aⁿ − (λ₁/λ₂)·(1 − aⁿ).
func proximal(w, eta, l1, l2 float64, n int) float64 {
	size := math.Abs(w)
	if size == 0 || n == 0 {
		return w
	}
	if l2 > 0 {
		lost := lost(n, eta*l2)
		size -= size*lost + l1/l2*lost
	} else {
		size -= float64(n) * eta * l1
	}
	return math.Copysign(max(size, 0), w)
}

// lost is 1 − (1 + x)⁻ⁿ for x above 0: by a series where both x and n·x are small,
// as they nearly always are.
func lost(n int, x float64) float64 {
	const small, short = 1e-6, 1e-2
	const third, fifth, sixth = 1.0 / 3, 1.0 / 5, 1.0 / 6
	if x < small {
		if y := float64(n) * (x - x*x*(0.5-x*third)); y < short {
			return y * (1 - y*0.5*(1-y*third*(1-y*0.25*(1-y*fifth*(1-y*sixth)))))
		}
	}
	return -math.Expm1(-float64(n) * math.Log1p(x))
}

// common prepares a shard for a rule whose parameters share one rate, that of
// each of the rows to come: what the penalties leave and take.
func (s *Shard) common(rows int, rate func(t int) float64) {
	m := s.model
	s.rate, s.shrunk, s.grown, s.less = s.rate[:0], append(s.shrunk[:0], 1), append(s.grown[:0], 1), append(s.less[:0], 0)
	for t := range rows {
		eta := rate(s.base + t)
		p := s.shrunk[t]
		s.rate = append(s.rate, eta)
		s.shrunk = append(s.shrunk, p/(1+eta*m.L2))
		s.grown = append(s.grown, 1/s.shrunk[t+1])
		s.less = append(s.less, s.less[t]+eta*m.L1/p)
	}
}

// catchUp is current for such a rule.
func (s *Shard) catchUp(at int) {
	last := int(s.state[at+1])
	if last == s.now {
		return
	}
	s.state[at+1] = float64(s.now)
	w := s.state[at]
	if w == 0 || !s.weight(at) {
		return
	}
	from, to := max(last, s.base)-s.base, s.now-s.base
	size := math.Abs(w)*s.grown[from] - (s.less[to] - s.less[from])
	if size < 0 {
		size = 0
	}
	s.state[at] = math.Copysign(size*s.shrunk[to], w)
}
