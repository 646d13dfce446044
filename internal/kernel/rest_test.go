package kernel

import (
	"slices"
	"testing"
	"time"
)

// slow is a job whose last unit, which a helper takes first, stands still; the
// first one waits a while for a helper to come.
type slow struct {
	units int
	stand time.Duration
	came  chan struct{}
	order chan int
}

func (s *slow) unit(i int) {
	switch {
	case s.stand == 0:
	case i == 0:
		select {
		case <-s.came:
		case <-time.After(time.Second):
		}
	case i == s.units-1:
		select {
		case s.came <- struct{}{}:
		default:
		}
		time.Sleep(s.stand)
	}
	s.order <- i
}

// TestLateHelpersRest: after a helper stood still, who starts a job does it all
// alone for a while, and then has help again.
func TestLateHelpersRest(t *testing.T) {
	defer StartThreads(2)()
	h := crew.Load()
	if h == nil {
		if Threads() > 1 {
			t.Fatal("no team")
		}
		return // one processor: there is nobody to be late
	}
	s := &slow{units: 3, stand: 20 * late, came: make(chan struct{}, 1), order: make(chan int, 3)}
	var order []int
	work := func() {
		order = order[:0]
		share(s.units, s)
		for range s.units {
			order = append(order, <-s.order)
		}
	}
	for began := time.Now(); !h.rest.on.Load(); work() {
		if time.Since(began) > 10*time.Second {
			t.Fatal("no helper was ever late")
		}
	}
	s.stand = 0
	h.rest.until = time.Now().Add(time.Hour)
	if work(); !slices.IsSorted(order) {
		t.Errorf("units ran in the order %v though the helper rests", order)
	}
	h.rest.until = time.Now()
	if work(); h.rest.on.Load() {
		t.Error("the helper still rests after its pause")
	}
	first := h.rest.pause
	h.rest.wasLate()
	if h.rest.pause != 2*first {
		t.Errorf("a pause of %v follows one of %v", h.rest.pause, first)
	}
}
