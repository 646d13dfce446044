package train

import (
	"testing"
	"time"
)

// The way that takes less time is chosen, and chosen again when that changes.
func TestTrialChoosesTheQuickerWay(t *testing.T) {
	var team trial
	half := func(took time.Duration) {
		for i := range team.took {
			team.took[i] = took
		}
		team.took[3] = time.Second // one step that was held up counts for nothing
		team.turn()
	}
	for _, c := range []struct {
		together, apart time.Duration
		alone           bool
	}{{100, 200, false}, {300, 200, true}, {200, 200, true}, {190, 200, true}, {100, 200, false}, {200, 190, false}} {
		first, second := c.together, c.apart
		if team.alone {
			first, second = second, first
		}
		half(first)
		if !team.other {
			t.Fatal("the other way is not tried")
		}
		half(second)
		if team.other || team.alone != c.alone {
			t.Errorf("%d together and %d alone: alone is %v", c.together, c.apart, team.alone)
		}
	}
}

// A trial takes place once in a while, and each way has its steps.
func TestTrialsAreRare(t *testing.T) {
	var team trial
	other := 0
	for range 100 * (trialEvery + 2*trialSteps + 1) {
		if team.step(); team.other {
			other++
		}
	}
	if other == 0 || other > 100*(trialSteps+1) {
		t.Errorf("%d steps the other way", other)
	}
	if n := testing.AllocsPerRun(10*trialEvery, team.step); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
