package main

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"descent/internal/numtext"
	"descent/optim"
)

// How often progress is shown: on a terminal, and as plain lines elsewhere.
const (
	barEvery  = 100 * time.Millisecond
	lineEvery = 10 * time.Second
)

// progress reports on standard error how a run goes. It is silent for runs that
// end before the first report is due.
type progress struct {
	w     *screen
	quiet bool
	what  string
	bar   *progressbar.ProgressBar
	next  time.Time
}

func (a *app) newProgress(quiet bool, what string) *progress {
	p := &progress{w: a.err, quiet: quiet, what: what}
	p.schedule()
	return p
}

func (p *progress) schedule() {
	every := lineEvery
	if p.w.terminal {
		every = barEvery
	}
	p.next = time.Now().Add(every)
}

// due reports whether it is time for a report. Asking the clock costs more than
// a step in two variables, so it is asked every few hundred steps.
func (p *progress) due(step int) bool {
	if p.quiet || step%256 != 0 || time.Now().Before(p.next) {
		return false
	}
	p.schedule()
	return true
}

func (p *progress) step(s *optim.State[float64]) {
	if !p.due(s.Iter) {
		return
	}
	text := fmt.Sprintf("%s %d  value %s  gradient %s  rate %s", p.what, s.Iter,
		numtext.Short(s.F, 6), numtext.Short(s.GradNorm, 3), numtext.Short(s.Step, 3))
	p.show(-1, -1, text)
}

// show reports text; done of total where they are known (total > 0).
func (p *progress) show(done, total int, text string) {
	if !p.w.terminal {
		fmt.Fprintln(p.w, text)
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(p.w), progressbar.OptionEnableColorCodes(false),
			progressbar.OptionSetWidth(20), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(total > 0),
			progressbar.OptionSetElapsedTime(total > 0), progressbar.OptionSpinnerType(14))
	}
	p.bar.Describe(text)
	if total > 0 {
		_ = p.bar.Set(done)
	} else {
		_ = p.bar.Add(1)
	}
}

// clear takes the bar off the terminal.
func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
