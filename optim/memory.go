package optim

import (
	"fmt"
	"math"
)

// memory is what a rule remembers between steps: named buffers. A rule embeds
// it, empties it in Init and takes its buffers from hold.
type memory[T Float] struct {
	names   []string
	buffers [][]T
}

// hold adds a buffer of n numbers, each of them the given one.
func (m *memory[T]) hold(name string, n int, filled float64) []T {
	b := make([]T, n)
	if filled != 0 {
		for i := range b {
			b[i] = T(filled)
		}
	}
	m.names, m.buffers = append(m.names, name), append(m.buffers, b)
	return b
}

// Buffers implements Rule.
func (m *memory[T]) Buffers(yield func(name string, b []T) bool) {
	for i, name := range m.names {
		if !yield(name, m.buffers[i]) {
			return
		}
	}
}

// least is where a moment counts as zero: far above the denormals, which slow
// every operation they meet, and far below what moves a parameter. The kernels
// of the fused rules have the same bounds.
func least[T Float]() T {
	v := 0x1p-1000
	if isFloat32[T]() {
		v = 0x1p-120
	}
	return T(v)
}

// blend is one step of an exponential average, β·m + (1−β)·v, and zero where
// that no longer counts.
func blend[T Float](beta, m, v T) T { return flush(beta*m + (1-beta)*v) }

// flush is v, or zero where that no longer counts.
func flush[T Float](v T) T {
	if v < least[T]() && v > -least[T]() {
		return 0
	}
	return v
}

// root is √v.
func root[T Float](v T) T { return T(math.Sqrt(float64(v))) }

// signOf is −1, 0 or 1, and NaN for NaN.
func signOf[T Float](v T) T {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return v
}

// unbias is 1 − βᵗ, the weight that an exponential average which began at zero
// has gathered after t steps.
func unbias(beta float64, t int) float64 { return 1 - math.Pow(beta, float64(t)) }

// buffersOf yields the buffers of one rule after the other.
func buffersOf[T Float](yield func(name string, b []T) bool, rules ...Rule[T]) {
	on := true
	for _, rule := range rules {
		if on {
			rule.Buffers(func(name string, b []T) bool {
				on = yield(name, b)
				return on
			})
		}
	}
}

// direct runs a rule of rate 1 as a transform of the gradient in u: what it
// leaves there is a direction downhill, and the rate is still to be set.
func direct[T Float](rule Rule[T], u []T, s *State[T]) {
	factor := s.Step
	s.Step = 1
	rule.Update(u, s)
	s.Step = factor
}

func checkPositive(rule, name string, v float64) error {
	if !(v > 0) || math.IsInf(v, 0) {
		return fmt.Errorf("optim: %s needs a positive %s, got %v", rule, name, v)
	}
	return nil
}

func checkNotNegative(rule, name string, v float64) error {
	if !(v >= 0) || math.IsInf(v, 0) {
		return fmt.Errorf("optim: %s needs a %s of 0 or more, got %v", rule, name, v)
	}
	return nil
}
