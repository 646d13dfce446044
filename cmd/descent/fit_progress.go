package main

import (
	"fmt"
	"math"
	"time"

	"descent/internal/numtext"
	"descent/train"
)

// fitProgress reports on standard error how training goes: a bar on a
// terminal, elsewhere lines at ends of epochs that grow rarer.
type fitProgress struct {
	*progress
	next time.Duration // since the start, of the next report
}

func (a *app) newFitProgress(quiet bool) *fitProgress {
	p := &fitProgress{progress: a.newProgress(quiet)}
	p.next = time.Second
	if p.w.terminal {
		p.next = barEvery
	}
	return p
}

// observe is a train.Observer.
func (p *fitProgress) observe(at train.Progress) {
	if !p.quiet {
		p.tellSeen(at.Seen)
	}
	if p.quiet || at.Elapsed < p.next {
		return
	}
	if p.w.terminal {
		p.next = at.Elapsed + barEvery
		p.show(at.Step, at.Steps, fitBar(at, p.w.width-barSpace))
		return
	}
	// A line for the end of an epoch, and for epochs that take very long one
	// within.
	if !at.EpochEnd && at.Elapsed < p.next+lineEvery {
		return
	}
	p.next = at.Elapsed + max(time.Second, at.Elapsed/10)
	p.show(at.Step, at.Steps, fitLine(at))
}

// fitBar is the text of the bar: what fits in so many columns, the loss first.
func fitBar(at train.Progress, space int) string {
	text := fitFold(at) + fmt.Sprintf("epoch %d", at.Epoch)
	for _, part := range fitParts(at) {
		if len(text)+len(part)+2 > space {
			break
		}
		text += "  " + part
	}
	return text
}

func fitParts(at train.Progress) []string {
	parts := []string{"loss " + numtext.Short(at.Train, 4)}
	if !math.IsNaN(at.Validation) {
		parts = append(parts, "validation "+numtext.Short(at.Validation, 4))
	}
	return append(parts, "rate "+numtext.Short(at.Rate, 3))
}

// fitFold names the fold of a cross-validation, "" in the fit to all rows.
func fitFold(at train.Progress) string {
	if at.Fold == 0 {
		return ""
	}
	return fmt.Sprintf("fold %d of %d  ", at.Fold, at.Folds)
}

// fitLine is a plain line of progress, with the time that is left at most.
func fitLine(at train.Progress) string {
	text := fmt.Sprintf("epoch %d of %d", at.Epoch, at.Epochs)
	if at.Epochs == at.Steps {
		text = fmt.Sprintf("step %d of %d", at.Step, at.Steps)
	}
	text = fitFold(at) + text
	for _, part := range fitParts(at) {
		text += "  " + part
	}
	if !math.IsInf(at.RowsPerSecond, 0) {
		text += fmt.Sprintf("  %s rows/s", numtext.Short(at.RowsPerSecond, 3))
	}
	if at.Step > 0 && at.Steps > at.Step {
		left := time.Duration(float64(at.Elapsed) / float64(at.Step) * float64(at.Steps-at.Step))
		text += fmt.Sprintf("  at most %s left", left.Round(time.Second))
	}
	return text
}
