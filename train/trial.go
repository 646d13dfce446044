package train

import (
	"slices"
	"time"

	"descent/internal/kernel"
)

// trial finds out, while a fit takes its steps, whether a team of threads pays.
// Short steps on two processors that share no cache, or beside another program,
// can take longer than on one thread. The bits are the same either way.
type trial struct {
	alone bool // what was found last
	other bool // the way that was not chosen is being tried
	taken int  // steps since the last turn
	last  time.Time
	took  [trialSteps]time.Duration
	usual time.Duration // of a step the chosen way
}

const (
	trialEvery = 512 // steps between trials
	trialSteps = 8   // that are timed each way, behind one that wakes or stops helpers
	clearly    = 0.9 // how much less time the other way must take to be chosen
)

// step notes that a step was taken. It allocates nothing.
func (t *trial) step() {
	t.taken++
	clock := trialEvery
	if t.other {
		clock = 1
	}
	i := t.taken - clock - 1
	if i < -1 {
		return
	}
	now := time.Now()
	if i >= 0 {
		t.took[i] = now.Sub(t.last)
	}
	if t.last = now; i == trialSteps-1 {
		t.turn()
		t.apply()
	}
}

// apply leaves the team out, or takes it in.
func (t *trial) apply() { kernel.Alone(t.alone != t.other) }

// turn ends one half of a trial.
func (t *trial) turn() {
	slices.Sort(t.took[:])
	middle := t.took[trialSteps/2]
	t.taken = 0
	if t.other = !t.other; t.other {
		t.usual = middle
	} else if float64(middle) < clearly*float64(t.usual) {
		t.alone = !t.alone
	}
}
