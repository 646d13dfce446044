package train

import (
	"math"

	"descent/internal/kernel"
)

// watch keeps the weights with the best validation loss.
type watch[T kernel.Float] struct {
	x        []T
	best     float64
	goal     float64 // a loss below it counts as progress
	epoch    int
	since    int // epochs without progress
	patience int
}

// worthwhile is the relative drop of the validation loss that counts as
// progress.
const worthwhile = 1e-4

// see takes the validation loss of an epoch, and says whether it is the best so
// far.
func (w *watch[T]) see(epoch int, loss float64, x []T) (best bool) {
	if w.since++; loss < w.goal || w.epoch == 0 {
		w.since = 0
		w.goal = loss - worthwhile*math.Abs(loss)
	}
	if w.epoch > 0 && !(loss < w.best) || math.IsNaN(loss) {
		return false
	}
	w.best, w.epoch = loss, epoch
	copy(w.x, x)
	return true
}

// done says whether patience is at its end.
func (w *watch[T]) done() bool { return w.patience > 0 && w.since >= w.patience }
