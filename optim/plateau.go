package optim

import (
	"errors"
	"fmt"
	"math"
)

// ReduceOnPlateau lowers the rate when a loss stops falling: after more than
// Patience losses in a row that are not better than the best one, it multiplies
// the rate by By (the defaults are those of PyTorch's ReduceLROnPlateau).
// A loss is better when it is below best − Threshold·|best|.
//
// Whoever measures the loss, on validation rows for example, calls See. With
// Own the rule sees the value of every step itself, which suits full
// objectives.
type ReduceOnPlateau[T Float] struct {
	Rule[T]
	By        float64 // below 1; 0 means 0.1
	Patience  int     // 0 means 10; a negative one means 0
	Threshold float64 // 0 means 1e-4
	Cooldown  int     // losses after a reduction that do not count
	Least     float64 // the factor does not fall below this
	Own       bool
	// Training asks whoever calls See for the training loss, even where there are
	// validation rows.
	Training bool

	seen   int // the step whose value Own took last
	memory []T // see the names below; kept in T, so that a saved run goes on to the last bit
}

// What memory holds.
const (
	plateauFactor = iota
	plateauBest
	plateauBad  // losses in a row that were no better
	plateauRest // of the cooldown
	plateauSize
)

// Unwrap implements Wrapper.
func (r *ReduceOnPlateau[T]) Unwrap() Rule[T] { return r.Rule }

// Init implements Rule.
func (r *ReduceOnPlateau[T]) Init(p *Problem[T]) error {
	if r.Rule == nil {
		return errors.New("optim: ReduceOnPlateau needs a rule")
	}
	if by := orDefault(r.By, 0.1); !(by > 0 && by < 1) || r.Cooldown < 0 || !(r.Least >= 0 && r.Least <= 1) || !(r.Threshold >= 0) {
		return fmt.Errorf("optim: reduce on plateau needs a factor between 0 and 1, and no negative cooldown, least factor or threshold; got %v, %d, %v, %v",
			by, r.Cooldown, r.Least, r.Threshold)
	}
	r.memory, r.seen = make([]T, plateauSize), -1
	r.memory[plateauFactor], r.memory[plateauBest] = 1, T(math.Inf(1))
	return r.Rule.Init(p)
}

// See takes a loss, and says whether the rate was lowered.
func (r *ReduceOnPlateau[T]) See(loss float64) (lowered bool) {
	m := r.memory
	best := float64(m[plateauBest])
	if math.IsInf(best, 1) && !math.IsNaN(loss) || loss < best-orDefault(r.Threshold, 1e-4)*math.Abs(best) {
		m[plateauBest], m[plateauBad] = T(loss), 0
	} else {
		m[plateauBad]++
	}
	if m[plateauRest] > 0 {
		m[plateauRest]--
		m[plateauBad] = 0
	}
	if m[plateauBad] <= T(r.patience()) {
		return false
	}
	m[plateauBad], m[plateauRest] = 0, T(r.Cooldown)
	next := max(m[plateauFactor]*T(orDefault(r.By, 0.1)), T(r.Least))
	lowered = next < m[plateauFactor]
	m[plateauFactor] = next
	return lowered
}

func (r *ReduceOnPlateau[T]) patience() int {
	switch {
	case r.Patience == 0:
		return 10
	case r.Patience < 0:
		return 0
	}
	return r.Patience
}

// Update implements Rule.
func (r *ReduceOnPlateau[T]) Update(u []T, s *State[T]) {
	r.look(s)
	r.Rule.Update(u, s)
}

// Begin implements Elementwise for a rule that does.
func (r *ReduceOnPlateau[T]) Begin(s *State[T]) bool {
	inner, ok := r.Rule.(Elementwise[T])
	if !ok {
		return false
	}
	r.look(s)
	return inner.Begin(s)
}

// Part implements Elementwise.
func (r *ReduceOnPlateau[T]) Part(u, x []T, lo int) { r.Rule.(Elementwise[T]).Part(u, x, lo) }

func (r *ReduceOnPlateau[T]) look(s *State[T]) {
	if r.Own && r.seen != s.Iter { // Begin may come before Update
		r.See(s.F)
		r.seen = s.Iter
	}
	s.Step *= float64(r.memory[plateauFactor])
}

// Buffers implements Rule.
func (r *ReduceOnPlateau[T]) Buffers(yield func(string, []T) bool) {
	if yield("plateau", r.memory) {
		r.Rule.Buffers(yield)
	}
}
