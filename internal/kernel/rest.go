package kernel

import (
	"sync/atomic"
	"time"
)

// rest leaves helpers out for a while when they were late too often: another
// program has their processor, and to wait for units that stand still costs more
// than all helpers give. Each time the pause is twice as long, up to a limit, so
// that a machine that stays busy costs little and one that is free again is soon
// used.
type rest struct {
	on    atomic.Bool
	until time.Time
	pause time.Duration
	last  time.Time     // when it began last
	lost  time.Duration // by waiting, less what helpers made up for since
	seen  time.Time     // when lost was true
}

const (
	late       = 200 * time.Microsecond // no short unit takes so long unless it stands still
	lateUnits  = 4                      // and no long one so many times its kin
	firstPause = 5 * time.Millisecond
	longPause  = 640 * time.Millisecond
	muchLost   = 6 * time.Millisecond // a processor that is away now and then is still worth having
	madeUp     = 4                    // a second thread saves half the time at best, and takes some of this one's where there are too many
)

// resting reports whether the helpers are left out now.
func (r *rest) resting() bool {
	if !r.on.Load() {
		return false
	}
	if time.Now().Before(r.until) {
		return true
	}
	r.on.Store(false)
	return false
}

// waited notes that a late helper was waited for so long.
func (r *rest) waited(d time.Duration) {
	now := time.Now()
	r.lost = max(0, r.lost-now.Sub(r.seen)/madeUp) + d
	if r.seen = now; r.lost >= muchLost {
		r.lost = 0
		r.wasLate()
	}
}

// wasLate begins a pause.
func (r *rest) wasLate() {
	now := time.Now()
	if r.pause == 0 || now.Sub(r.last) > r.pause+4*longPause {
		r.pause = firstPause
	} else {
		r.pause = min(2*r.pause, longPause)
	}
	r.last, r.until = now, now.Add(r.pause)
	r.on.Store(true)
}

// await waits until the helpers inside a job are done with it. The caller has
// run so many units of its own since the job began, which tells how long a unit
// may take.
func (h *helpers) await(job time.Time, own int) {
	for range watchSpins {
		if h.gate.Load() <= 1 {
			return
		}
	}
	began := time.Now()
	for h.gate.Load() > 1 {
		standAside()
	}
	if d := time.Since(began); d > max(late, lateUnits*began.Sub(job)/time.Duration(max(own, 1))) {
		h.rest.waited(d)
	}
}
