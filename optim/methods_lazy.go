package optim

import (
	"fmt"
	"maps"
)

// Lazy reports whether the method learns sparse rows one at a time (NewLazy).
func (m Method[T]) Lazy() bool { return m.lazy != nil }

// lazyRates are default rates for single rows where those for batches are too
// small.
var lazyRates = map[string]float64{"adagrad": 0.1}

// NewLazy makes the method for sparse rows. What set leaves out has its default,
// and a rate that it leaves out the one that suits single rows.
func (m Method[T]) NewLazy(set map[string]float64) (Lazy, error) {
	if m.lazy == nil {
		return nil, fmt.Errorf("optim: %s does not learn sparse rows one at a time; sgd, adagrad, ftrl, adam and normalized do", m.Name)
	}
	if _, ok := set["rate"]; !ok && lazyRates[m.Name] > 0 {
		set = maps.Clone(set)
		if set == nil {
			set = map[string]float64{}
		}
		set["rate"] = lazyRates[m.Name]
	}
	v, err := m.values(set)
	if err != nil {
		return nil, err
	}
	return m.lazy(v), nil
}
