package train

import (
	"math/rand/v2"

	"descent/internal/stream"
)

// order is the order in which the groups of a source come, pass after pass. In
// a shuffled one every epoch takes the groups in a new order, some at a time,
// and shuffles the rows of these together. It is a pure function of the seed
// and the epoch.
type order struct {
	src     *supply
	window  int // groups that are read together
	shuffle bool
	epoch   int
	groups  []int // of this epoch, in its order
	at      int   // of the next group
	list    []int // to be used again
	pcg     rand.PCG
}

func newOrder(src *supply, window int, shuffle bool) order {
	o := order{src: src, window: window, shuffle: shuffle}
	if !shuffle {
		o.window = 1
	}
	o.groups = make([]int, src.cache.Groups())
	return o
}

var (
	groupPurpose  = stream.Purpose("train/groups")
	windowPurpose = stream.Purpose("train/window")
)

// draw makes the order of the epoch.
func (o *order) draw() {
	for i := range o.groups {
		o.groups[i] = i
	}
	if o.shuffle {
		o.mix(o.groups, groupPurpose, uint64(o.epoch))
	}
	o.at = 0
}

// mix is the Fisher–Yates shuffle with the stream of the purpose and the step.
func (o *order) mix(v []int, purpose, step uint64) {
	stream.Seed(&o.pcg, o.src.seed, purpose, step)
	rng := rand.New(&o.pcg)
	for i := len(v) - 1; i > 0; i-- {
		j := rng.IntN(i + 1)
		v[i], v[j] = v[j], v[i]
	}
}

// seek goes to the groups that hold the row of that number over all epochs, and
// says how many rows of these come before it.
func (o *order) seek(row int) (skip int) {
	o.epoch, skip = row/o.src.rows, row%o.src.rows
	o.draw()
	for {
		n := 0
		for _, g := range o.upcoming() {
			n += o.src.counts[g]
		}
		if skip < n {
			return skip
		}
		skip -= n
		o.at += len(o.upcoming())
	}
}

// upcoming are the groups that are read next.
func (o *order) upcoming() []int {
	return o.groups[o.at:min(o.at+o.window, len(o.groups))]
}

// next are the groups that are read now, and what puts their rows in order.
func (o *order) next() (groups []int, arrange func(rows []int)) {
	if o.at == len(o.groups) {
		o.epoch++
		o.draw()
	}
	groups = o.upcoming()
	step := uint64(o.epoch)<<32 | uint64(o.at)
	o.at += len(groups)
	return groups, func(rows []int) {
		if o.shuffle {
			o.mix(rows, windowPurpose, step)
		}
	}
}
