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

// spinnerSpace is what a bar without an end needs beside its text, and barSpace
// what the others do: "  12% |████    | [12s:1m30s]".
const (
	spinnerSpace = 12
	barSpace     = 46
)

// progress reports on standard error how work goes.
type progress struct {
	w     *screen
	quiet bool
	bar   *progressbar.ProgressBar
}

func (a *app) newProgress(quiet bool) *progress {
	return &progress{w: a.err, quiet: quiet}
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

// minimizeProgress reports how a minimisation goes. It is silent for runs that
// end before the first report is due.
type minimizeProgress struct {
	*progress
	starts, begun int       // how many runs there will be, and how many began
	began         time.Time // of the first run
	limit         time.Duration
	next          time.Time // of the next report
	asked         time.Time // when the clock was last read
	every, left   int       // steps between looks at the clock, and those left
}

func (a *app) newMinimizeProgress(f *minimizeFlags) *minimizeProgress {
	now := time.Now()
	p := &minimizeProgress{progress: a.newProgress(f.quiet), starts: f.starts, limit: f.limit, began: now, asked: now}
	p.schedule(now)
	return p
}

func (p *minimizeProgress) schedule(now time.Time) {
	every := lineEvery
	if p.w.terminal {
		every = barEvery
	}
	p.next = now.Add(every)
}

// due reports whether it is time for a report. Reading the clock costs more
// than a step in two variables, so it is read about once in ten milliseconds.
func (p *minimizeProgress) due() bool {
	if p.left > 0 {
		p.left--
		return false
	}
	now := time.Now()
	if now.Sub(p.asked) < 10*time.Millisecond {
		p.every = min(2*p.every+1, 1<<16)
	} else {
		p.every /= 4
	}
	p.asked, p.left = now, p.every
	if now.Before(p.next) {
		return false
	}
	p.schedule(now)
	return true
}

func (p *minimizeProgress) step(s *optim.State[float64]) {
	if s.Iter == 0 {
		p.begun++
	}
	if p.quiet || !p.due() {
		return
	}
	text := fmt.Sprintf("step %d", s.Iter)
	if p.starts > 1 {
		text = fmt.Sprintf("start %d of %d, ", p.begun, p.starts) + text
	}
	done, total, space := -1, -1, spinnerSpace
	if p.limit > 0 {
		done, total, space = int(min(p.asked.Sub(p.began), p.limit)/time.Millisecond), int(p.limit/time.Millisecond), barSpace
	}
	for _, part := range []string{"value " + numtext.Short(s.F, 6), "gradient " + numtext.Short(s.GradNorm, 3), "rate " + numtext.Short(s.Step, 3)} {
		if p.w.terminal && len(text)+2+len(part) > p.w.width-space {
			break
		}
		text += "  " + part
	}
	p.show(done, total, text)
}
