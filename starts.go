package descent

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"descent/internal/kernel"
	"descent/optim"
)

// Basin is a minimum that one or more starts led to.
type Basin struct {
	X     []float64
	Value float64
	Count int     // starts that ended here
	Share float64 // of all starts
}

// minimize runs from each start in turn and returns the best run, with all
// distinct minima where there was more than one start. It stops early, with
// what it has, when ctx is cancelled.
func minimize(ctx context.Context, p optim.Problem[float64], at func(k int) ([]float64, error), o Options) (*Minimum, error) {
	if o.Starts < 0 {
		return nil, fmt.Errorf("descent: %d starts; at least one is needed", o.Starts)
	}
	var best *Minimum
	var basins []Basin
	missed := map[string]int{}
	n := max(o.Starts, 1)
	tried, began := 0, time.Now()
	for k := range n {
		run, left := o, (o.Time - time.Since(began)).Round(time.Millisecond)
		if k > 0 && o.Time > 0 {
			run.Time = left
		}
		if k > 0 && (ctx.Err() != nil || o.Time > 0 && left <= 0) {
			break
		}
		x, err := at(k)
		if err != nil {
			return nil, err
		}
		m, err := single(ctx, p, x, &run)
		if err != nil {
			return nil, err
		}
		tried++
		if better(m, best) {
			best = m
		}
		if m.Success() && (m.Verdict.Kind == optim.Minimum || m.Verdict.Kind == optim.Boundary) {
			basins = join(basins, m, &p, o.gradTol())
		} else {
			missed[outcome(m)]++
		}
	}
	if n > 1 {
		slices.SortStableFunc(basins, func(a, b Basin) int {
			switch {
			case a.Value < b.Value:
				return -1
			case a.Value > b.Value:
				return 1
			}
			return 0
		})
		for i := range basins {
			basins[i].Share = float64(basins[i].Count) / float64(tried)
		}
		best.Minima, best.Missed = basins, missed
	}
	return best, nil
}

// outcome names an ending that is not a minimum.
func outcome(m *Minimum) string {
	if m.Status == optim.Converged || m.Status == optim.Target {
		return string(m.Verdict.Kind)
	}
	return string(m.Status)
}

// better prefers success to failure and then the lower value.
func better(m, best *Minimum) bool {
	switch {
	case best == nil:
		return true
	case m.Success() != best.Success():
		return m.Success()
	}
	return m.Value < best.Value || math.IsNaN(best.Value)
}

// sameTol is how far apart, relative to their size, two runs may end that found
// the same minimum.
const sameTol = 1e-5

// join counts a minimum to the basin it belongs to, or opens a new one.
func join(basins []Basin, m *Minimum, p *optim.Problem[float64], gradTol float64) []Basin {
	for i := range basins {
		b := &basins[i]
		if !near(b.X, m.X) && !oneFloor(p, b, m, gradTol) {
			continue
		}
		b.Count++
		if m.Value < b.Value {
			b.Value, b.X = m.Value, m.X
		}
		return basins
	}
	return append(basins, Basin{X: m.X, Value: m.Value, Count: 1})
}

// between are the parts of the way from one minimum to another where a wall is
// looked for: close to both ends, where a minimum rises first, and in no rhythm
// that a periodic function could share.
var between = [...]float64{1. / 512, 511. / 512, 1. / 64, 63. / 64, 0.0721, 0.1937, 0.3819, 0.5573, 0.7639, 0.9098}

// oneFloor says whether no wall parts two minima: the value rises nowhere on the
// way from one to the other. So it is where runs stop here and there on a flat
// floor, that of x⁴ for example, all with a small gradient.
func oneFloor(p *optim.Problem[float64], b *Basin, m *Minimum, gradTol float64) bool {
	way := make([]float64, len(m.X))
	for i, v := range m.X {
		way[i] = v - b.X[i]
	}
	// A floor that the gradient leaves at each end cannot drop by more.
	if drop := math.Abs(m.Value - b.Value); drop > 4*gradTol*kernel.Norm2(way) {
		return false
	}
	most := max(m.Value, b.Value)
	most += 16 * 0x1p-52 * math.Abs(most)
	x := make([]float64, len(way))
	for _, t := range between {
		for i, w := range way {
			x[i] = b.X[i] + t*w
		}
		if f, err := p.Eval(x, nil); err != nil || !(f <= most) {
			return false
		}
	}
	return true
}

func near(a, b []float64) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > sameTol*(1+math.Abs(a[i])) {
			return false
		}
	}
	return true
}
