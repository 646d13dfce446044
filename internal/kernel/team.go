package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// job is work cut into units that may run in any order on any thread. A unit
// writes what no other unit touches, so the result does not depend on who does
// what.
type job interface{ unit(i int) }

// Job is work of another package cut into units that may run in any order on
// any thread. A unit writes what no other unit touches.
type Job interface{ Unit(i int) }

// foreign is a Job as a job.
type foreign struct{ Job }

func (f *foreign) unit(i int) { f.Unit(i) }

// Share runs all units of j, on every thread of the team that StartThreads
// started, and returns when they are done.
func Share(units int, j Job) {
	if h := crew.Load(); h != nil && units > 1 && h.busy.TryLock() {
		defer h.busy.Unlock()
		h.foreign.Job = j
		h.run(units, &h.foreign)
		h.foreign.Job = nil
		return
	}
	for i := range units {
		j.Unit(i)
	}
}

// helpers are the goroutines that share the units of jobs with whoever starts
// them. Waking a sleeping thread costs more than a small matrix product, so
// they watch for work without sleeping as long as there was some recently.
type helpers struct {
	// The words that threads write to have cache lines of their own.
	_     [64]byte
	gate  atomic.Int64 // bit 0: a job is open; the rest: helpers inside, times 2
	_     [56]byte
	taken atomic.Int64 // units given away
	upper atomic.Int64 // of these, to helpers
	_     [48]byte
	units atomic.Int64 // of the job
	idle  atomic.Int32 // helpers asleep
	alone atomic.Bool  // they are left out
	quit  atomic.Bool
	wake  chan struct{}

	busy sync.Mutex // one job at a time; others run alone
	job  job
	n    int

	gave    turn // of whoever starts jobs
	rest    rest
	foreign foreign
	done    sync.WaitGroup
}

// crew is the team at work, if there is one.
var crew atomic.Pointer[helpers]

// worthSharing is the number of multiplications of a product from which a
// second thread pays: BenchmarkSharing prints the figures behind it.
var worthSharing = 1 << 17

// StartThreads makes the matrix products of this process share their work
// among n threads, the caller's included, until stop is called. The helpers
// keep a processor busy while they wait, so start them for a training run and
// stop them after it. Results do not depend on n. n is at most GOMAXPROCS; a
// second call while a team is at work has no effect.
func StartThreads(n int) (stop func()) {
	n = min(n, runtime.GOMAXPROCS(0))
	if n < 2 {
		return func() {}
	}
	h := &helpers{n: n, wake: make(chan struct{}, n)}
	if !crew.CompareAndSwap(nil, h) {
		return func() {}
	}
	h.done.Add(n - 1)
	for range n - 1 {
		go h.help()
	}
	return sync.OnceFunc(func() {
		crew.Store(nil)
		h.busy.Lock() // a job under way is finished first
		defer h.busy.Unlock()
		h.quit.Store(true)
		close(h.wake)
		h.done.Wait()
	})
}

// Alone leaves the helpers out of what comes, so that they sleep, or takes them in
// again. Results do not depend on it.
func Alone(on bool) {
	if h := crew.Load(); h != nil {
		h.alone.Store(on)
	}
}

// Threads is how many threads share the work now.
func Threads() int {
	if h := crew.Load(); h != nil && !h.alone.Load() {
		return h.n
	}
	return 1
}

// share runs all units of j, on every thread of the team.
func share(units int, j job) {
	h := crew.Load()
	if h == nil || units < 2 || !h.busy.TryLock() {
		for i := range units {
			j.unit(i)
		}
		return
	}
	defer h.busy.Unlock()
	h.run(units, j)
}

// run shares the units of j; the caller has locked busy.
func (h *helpers) run(units int, j job) {
	if h.alone.Load() || h.rest.resting() {
		for i := range units {
			j.unit(i)
		}
		return
	}
	h.job = j
	h.taken.Store(0)
	h.upper.Store(0)
	h.units.Store(int64(units))
	h.gate.Add(1)
	for i := h.idle.Load(); i > 0; i-- {
		select {
		case h.wake <- struct{}{}:
		default:
		}
	}
	began, own := time.Now(), 0
	for ; h.one(); own++ {
		j.unit(own)
		if own%someUnits == someUnits-1 {
			h.gave.check(time.Now())
		}
	}
	// Close the gate and wait for those inside. A helper that never came, because
	// the system gave its processor away, is not waited for.
	h.gate.Add(-1)
	h.await(began, own)
	h.job = nil
	h.gave.check(began)
}

// one asks for leave to run one more unit. Who starts a job takes units from
// the first on and helpers from the last, so that in a sequence of like jobs
// each thread finds what it wrote before in its own cache. As many leaves are
// given as there are units, so the two never meet.
func (h *helpers) one() bool { return h.taken.Add(1) <= h.units.Load() }

// take runs units until none is left.
func (h *helpers) take(t *turn) {
	for n := 1; h.one(); n++ {
		h.job.unit(int(h.units.Load() - h.upper.Add(1)))
		if n%someUnits == 0 {
			t.check(time.Now())
		}
	}
}

// How long a helper watches for work: first without pause, then giving way to
// other goroutines, then it sleeps.
const (
	watchSpins = 1 << 14
	watchTime  = 5 * time.Millisecond
)

func (h *helpers) help() {
	defer h.done.Done()
	var t turn
	for !h.quit.Load() {
		if h.watch() {
			h.enter(&t)
			continue
		}
		h.idle.Add(1)
		<-h.wake
		h.idle.Add(-1)
	}
}

// watch waits until a job is open, and gives up after a while.
func (h *helpers) watch() bool {
	for range watchSpins {
		if h.open() {
			return true
		}
	}
	for began := time.Now(); time.Since(began) < watchTime && !h.rest.on.Load() && !h.alone.Load(); standAside() {
		if h.open() || h.quit.Load() {
			return true
		}
	}
	return false
}

// open reports whether there is a unit to take.
func (h *helpers) open() bool {
	return h.gate.Load()&1 == 1 && h.taken.Load() < h.units.Load()
}

// enter takes part in the job, unless the gate closed just now.
func (h *helpers) enter(t *turn) {
	if h.gate.Add(2)&1 == 1 {
		h.take(t)
	}
	h.gate.Add(-2)
	t.check(time.Now())
}
