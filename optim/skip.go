package optim

// What FirstOrder.skipped holds.
const (
	skippedRow  = iota // batches skipped in a row
	skippedAll         // in the whole run
	skippedLast        // the last value that was finite
	skippedSize
)

func (o *FirstOrder[T]) beginSkipping(s *State[T]) {
	if o.skipped = nil; o.Skip > 0 {
		o.skipped = newScalars[T](skippedSize)
		o.skipped.set(skippedLast, s.F)
	}
}

// Skipped counts the batches of the run that were passed over.
func (o *FirstOrder[T]) Skipped() int {
	if o.skipped == nil {
		return 0
	}
	return int(o.skipped.at(skippedAll))
}

// skips reports whether the batch just measured is to be passed over: the step
// is then none, with the value of the last sound batch and a gradient of zeros.
func (o *FirstOrder[T]) skips(p *Problem[T], s *State[T]) bool {
	if o.skipped == nil || p.Draw == nil {
		return false
	}
	if finite(s.F) && finite(norm(s.G)) {
		o.skipped.set(skippedRow, 0)
		o.skipped.set(skippedLast, s.F)
		return false
	}
	row := o.skipped.at(skippedRow) + 1
	o.skipped.set(skippedRow, row)
	if row > float64(o.Skip) {
		return false
	}
	o.skipped.set(skippedAll, o.skipped.at(skippedAll)+1)
	s.F, s.Step, s.Fresh = o.skipped.at(skippedLast), 0, false
	clear(s.G)
	copy(s.aside, s.X) // the old point is the new one
	return true
}
