package optim

import (
	"math"

	"descent/internal/kernel"
)

// minfuncSearch is the line search of minFunc (Schmidt 2005), which PyTorch's
// LBFGS has: it brackets a point of the strong Wolfe conditions and zooms in, as
// in Nocedal and Wright, algorithms 3.5 and 3.6, by cubics through both ends. It
// has no notion of rounding: where the bracket is shorter than tol, or the trials
// are spent, the lower end is taken, which may be the start.
type minfuncSearch[T Float] struct {
	line[T]
	tol float64 // of the longest move of a variable within the bracket
}

// search looks from start, beginning with alpha, with at most limit further
// trials. It returns the trial it ends with, and how many it made; the trial
// point of the line is there.
func (m *minfuncSearch[T]) search(start trial, alpha float64, limit int) (end trial, used int, err error) {
	b, err := m.try(alpha)
	if err != nil {
		return b, 1, err
	}
	ends, used, done, err := m.bracket(start, b, limit)
	if err != nil {
		return b, used + 1, err
	}
	low := lowEnd(ends)
	if !done && used < limit {
		low, used, err = m.zoom(start, &ends, used, limit)
	}
	if err != nil {
		return b, used + 1, err
	}
	if ends[low].alpha > 0 { // the trial point may be that of another trial
		ends[low], err = m.eval(ends[low].alpha)
	}
	return ends[low], used + 1, err
}

// The constants of the strong Wolfe conditions in PyTorch's LBFGS.
const (
	minfuncC1 = 1e-4
	minfuncC2 = 0.9
)

func tooHigh(start, t trial) bool { return t.f > start.f+minfuncC1*t.alpha*start.slope }

func flatEnough(start, t trial) bool { return math.Abs(t.slope) <= -minfuncC2*start.slope }

// bracket goes on from the trial b until a point of the conditions lies between
// two trials, or is found.
func (m *minfuncSearch[T]) bracket(start, b trial, limit int) (ends [2]trial, n int, done bool, err error) {
	a := start
	for ; n < limit; n++ {
		switch {
		case tooHigh(start, b) || n > 1 && b.f >= a.f:
			return [2]trial{a, b}, n, false, nil
		case flatEnough(start, b):
			return [2]trial{b, b}, n, true, nil
		case b.slope >= 0:
			return [2]trial{a, b}, n, false, nil
		}
		next := cubicBetween(a, b, b.alpha+0.01*(b.alpha-a.alpha), 10*b.alpha)
		a = b
		if b, err = m.try(next); err != nil {
			return ends, n, false, err
		}
	}
	return [2]trial{start, b}, n, false, nil
}

// zoom narrows the bracket; it returns the lower end.
func (m *minfuncSearch[T]) zoom(start trial, ends *[2]trial, n, limit int) (low, trials int, err error) {
	longest := kernel.NormInf(m.d)
	low = lowEnd(*ends)
	near := false // the last trial fell near an end
	for ; n < limit && math.Abs(ends[1].alpha-ends[0].alpha)*longest >= m.tol; n++ {
		from, to := min(ends[0].alpha, ends[1].alpha), max(ends[0].alpha, ends[1].alpha)
		alpha := cubicBetween(ends[0], ends[1], from, to)
		alpha, near = keepAway(alpha, from, to, near)
		t, err := m.try(alpha)
		if err != nil {
			return low, n, err
		}
		high := 1 - low
		if tooHigh(start, t) || t.f >= ends[low].f {
			ends[high] = t
			low = lowEnd(*ends)
			continue
		}
		if flatEnough(start, t) {
			ends[low] = t
			return low, n + 1, nil
		}
		if t.slope*(ends[high].alpha-ends[low].alpha) >= 0 {
			ends[high] = ends[low]
		}
		ends[low] = t
	}
	return low, n, nil
}

// try evaluates a trial; one that is not finite counts as infinitely high.
func (m *minfuncSearch[T]) try(alpha float64) (trial, error) {
	t, err := m.eval(alpha)
	if !t.finite() {
		t.f = math.Inf(1)
	}
	return t, err
}

// lowEnd is the index of the end with the lower value.
func lowEnd(ends [2]trial) int {
	if ends[0].f <= ends[1].f {
		return 0
	}
	return 1
}

// keepAway moves a trial that lies within a tenth of the bracket of one of its
// ends that tenth away from it, where it lies at the end, or where the trial
// before lay near one, too. It says whether this trial lies near and was left
// there.
func keepAway(alpha, from, to float64, near bool) (float64, bool) {
	tenth := 0.1 * (to - from)
	if min(to-alpha, alpha-from) >= tenth {
		return alpha, false
	}
	if !near && alpha < to && alpha > from {
		return alpha, true
	}
	if math.Abs(alpha-to) < math.Abs(alpha-from) {
		return to - tenth, false
	}
	return from + tenth, false
}

// cubicBetween is the minimum of the cubic through two trials (Nocedal and
// Wright, eq. 3.59), between from and to; their middle where it has none.
func cubicBetween(a, b trial, from, to float64) float64 {
	if a.alpha > b.alpha {
		a, b = b, a
	}
	d1 := a.slope + b.slope - 3*(a.f-b.f)/(a.alpha-b.alpha)
	square := d1*d1 - a.slope*b.slope
	if !(square >= 0) {
		return (from + to) / 2
	}
	d2 := math.Sqrt(square)
	x := b.alpha - (b.alpha-a.alpha)*((b.slope+d2-d1)/(b.slope-a.slope+2*d2))
	if math.IsNaN(x) {
		return (from + to) / 2
	}
	return min(max(x, from), to)
}
