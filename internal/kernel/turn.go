package kernel

import (
	"runtime"
	"time"
)

// turn is when a thread of the team last gave way to other goroutines.
type turn struct{ last time.Time }

const (
	turnTime  = 100 * time.Microsecond // how long a thread runs before it gives way
	someUnits = 4                      // how many units of a job before it looks at the clock
)

// check gives way if that is due.
func (t *turn) check(now time.Time) {
	if now.Sub(t.last) >= turnTime {
		giveWay()
		t.last = now
	}
}

// giveWay lets other goroutines run where every processor is at work: the
// collector and all others would else wait for the slices of time of the
// scheduler. Where a processor is free they have that one, and to give way would
// only wake it and lose the caches of this one to it.
func giveWay() {
	n := 1
	if h := crew.Load(); h != nil && !h.rest.on.Load() && !h.alone.Load() {
		n = h.n
	}
	if n >= runtime.GOMAXPROCS(0) {
		runtime.Gosched()
	}
}
