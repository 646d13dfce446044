package optim

import (
	"math"

	"descent/internal/kernel"
)

// merging joins the shards of a round.
type merging struct {
	model  *LazyModel
	shards []Shard
	now    int // rows seen by the shard that saw most
	x      []float64
}

// mergeSpan is how many parameters a unit joins.
const mergeSpan = 1 << 12

func (g *merging) run(m *LazyModel, shards []Shard, seen int, x []float64) {
	*g = merging{model: m, shards: shards, x: x}
	for i := range shards {
		g.now = max(g.now, shards[i].now)
	}
	for i := range shards {
		shards[i].now = g.now
	}
	kernel.Share((len(x)+mergeSpan-1)/mergeSpan, g)
	numbers := m.Rule.numbers()
	for k := range numbers {
		sum := 0.0
		for i := range shards {
			sum += shards[i].numbers[k]
		}
		numbers[k] = sum / float64(len(shards))
	}
}

// Unit joins a span of parameters: each is the mean over the shards, weighted by
// what each saw of its feature, and everything that the rule remembers of it,
// too.
func (g *merging) Unit(i int) {
	m := g.model
	step, mass := m.Rule.fields(), m.Rule.mass()
	largest := -1
	if r, ok := m.Rule.(interface{ largest() int }); ok {
		largest = r.largest()
	}
	penalised := m.L1 > 0 || m.L2 > 0
	_, common := m.Rule.(interface{ shared() })
	for p := i * mergeSpan; p < min((i+1)*mergeSpan, len(g.x)); p++ {
		at := p * step
		before := m.state[at+mass]
		total := 0.0
		for k := range g.shards {
			total += g.shards[k].state[at+mass] - before
		}
		if penalised {
			for k := range g.shards {
				if common {
					g.shards[k].catchUp(at)
				} else {
					m.Rule.current(&g.shards[k], at)
				}
			}
		}
		if total > 0 || largest >= 0 {
			g.join(at, step, mass, largest, before, total)
		} else if penalised {
			copy(m.state[at:at+step], g.shards[0].state[at:at+step])
		}
		if total > 0 || largest >= 0 || len(g.shards) < len(m.shards) || penalised {
			for k := range m.shards {
				to := m.shards[k].state[at:][:step]
				//lint:ignore S1001 a call would cost more than these few numbers
				for f, v := range m.state[at:][:step] {
					to[f] = v
				}
			}
		}
		g.x[p] = m.state[at]
	}
}

// join is the weighted mean of one parameter and its fields.
func (g *merging) join(at, step, mass, largest int, before, total float64) {
	m := g.model
	if len(g.shards) == 1 {
		copy(m.state[at:at+step], g.shards[0].state[at:at+step])
		return
	}
	for f := range step {
		sum, top := 0.0, math.Inf(-1)
		for k := range g.shards {
			s := g.shards[k].state
			share := 1 / float64(len(g.shards)) // none saw the feature: all are alike
			if total > 0 {
				share = (s[at+mass] - before) / total
			}
			sum += share * s[at+f]
			top = max(top, s[at+f])
		}
		if f == largest {
			sum = top
		}
		m.state[at+f] = sum
	}
	m.state[at+1] = g.shards[0].state[at+1] // all are up to date
}
