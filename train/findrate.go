package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"descent/data"
	"descent/internal/kernel"
	"descent/internal/numtext"
	"descent/model"
	"descent/optim"
)

// RateTest is a learning rate range test (Smith, arXiv 1506.01186, section
// 3.3): the loss while the rate grows from step to step by the same factor,
// until the loss blows up.
type RateTest struct {
	Method string    `json:"method"` // with its batches
	Rates  []float64 `json:"rates"`
	Losses []float64 `json:"losses"`   // on the rows of each step, before it
	Smooth []float64 `json:"smoothed"` // averages of neighbouring losses; with all rows in every step, the losses
	// Lowest is the rate at which the loss has come down, Suggested the customary
	// tenth of it, Steepest the rate at which the loss falls fastest. Limit is the
	// highest that keeps the loss low: above it steps grow. BlewUp is where the
	// loss had risen far above its start; 0 where the test ended before.
	Suggested float64 `json:"suggested"`
	Steepest  float64 `json:"steepest"`
	Lowest    float64 `json:"lowest"`
	Limit     float64 `json:"limit"`
	BlewUp    float64 `json:"blew_up,omitempty"`
	Text      string  `json:"text"` // the sentence for people

	grads []float64 // the length of the gradient in each step
}

// The range of the test and its steps: 25 to a decade.
const (
	lowestRate  = 1e-7
	highestRate = 1e3
	rampSteps   = 250
)

// FindRate runs the range test for the method of the options, which must be one
// with a rate; auto is adam where a fit would choose one without. The rate, the
// schedule and the epochs are those of the test. Nothing is written.
func FindRate(ctx context.Context, t *data.Table, opts Options) (*RateTest, error) {
	if err := opts.refuseRates(); err != nil {
		return nil, err
	}
	p, err := newPlan(t, opts, nil)
	if err != nil {
		return nil, err
	}
	return p.findRate(ctx)
}

// FindRateFiles is FindRate for files whose rows need not fit in memory. They pass by
// from a cache in the folder that f names, within opts.Memory bytes for the process.
func FindRateFiles(ctx context.Context, f Files, opts Options) (r *RateTest, err error) {
	if err := opts.refuseRates(); err != nil {
		return nil, err
	}
	if f.Cache == "" {
		return nil, errors.New("train: the search for a rate leaves no run folder for the cache of rows that do not fit in memory; name a folder for it")
	}
	defer BoundMemory(opts.Memory)()
	var notes []string
	err = f.opened(ctx, opts, &notes, func(c *data.Cache, opts Options) error {
		p, err := newStreamPlan(c, opts, nil)
		if err != nil {
			return err
		}
		r, err = p.findRate(ctx)
		return err
	})
	return r, err
}

// refuseRates refuses what the search for a rate decides.
func (o *Options) refuseRates() error {
	if _, rate := o.Settings["rate"]; rate || o.Rate != 0 || o.Schedule != "" || o.Folds != 0 {
		return errors.New("train: the search for a rate sets the rate itself; leave the rate, the schedule and the cross-validation out")
	}
	return nil
}

// findRate runs the test.
func (p *plan) findRate(ctx context.Context) (*RateTest, error) {
	net, err := p.layout()
	if err != nil {
		return nil, err
	}
	if m := p.opts.Method; m == "" || m == "auto" {
		p.opts.Method = "adam"
	}
	p.opts.Schedule = fmt.Sprintf("exponential:every=%d,by=%g", rampSteps, highestRate/lowestRate)
	p.opts.Rate = lowestRate // before the method is chosen, so that gd keeps to rates
	if err := p.chooseMethod(net.Layout.Dim()); err != nil {
		return nil, err
	}
	p.byRows = false // its steps are those of the test: of all weights
	if err := p.refuseMemory(net.Layout.Dim()); err != nil {
		return nil, err
	}
	if p.single() {
		return ramp[float32](ctx, p, net)
	}
	return ramp[float64](ctx, p, net)
}

// ramp takes the steps of the test.
func ramp[T kernel.Float](ctx context.Context, p *plan, net *model.Net) (*RateTest, error) {
	threads := p.opts.Threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	defer kernel.StartThreads(threads)()
	s, err := newSession[T](p, net, nil)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if err := s.checkStart(); err != nil {
		return nil, err
	}
	run, err := s.rampRun()
	if err != nil {
		return nil, err
	}
	r := &RateTest{Method: p.opts.Method + ", all rows in every step"}
	if !p.full() {
		r.Method = fmt.Sprintf("%s, batches of %d", p.opts.Method, p.opts.Batch)
	}
	state := run.State()
	before := state.F // of all rows; that of a batch comes with its step
	for on := true; on && run.Next(ctx); {
		if !p.full() {
			before = state.F
		}
		on = r.note(p.factor*before, state.GradNorm)
		before = state.F
	}
	if err := run.Err(); err != nil {
		return nil, err
	}
	if state.Why.Status == optim.Diverged && r.BlewUp == 0 {
		r.BlewUp = r.Rates[len(r.Rates)-1] // the solver saw it first
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("train: the search for a rate was interrupted after %s", numtext.Count(len(r.Rates), "step"))
	}
	return r, r.judge(!p.full())
}

// rampRun is the run of the test at its start.
func (s *session[T]) rampRun() (*optim.Run[T], error) {
	o := &s.plan.opts
	var draw func(step int) error
	var err error
	if !s.plan.full() {
		if draw, _, err = s.batches(); err != nil {
			return nil, err
		}
	}
	problem := s.problem(draw)
	if o.Accumulate > 1 {
		if problem, err = optim.Accumulate(problem, o.Accumulate); err != nil {
			return nil, err
		}
	}
	x, err := s.structure(&problem)
	if err != nil {
		return nil, err
	}
	if problem, err = s.freeze(problem, x); err != nil {
		return nil, err
	}
	solver, err := newSolver[T](s.plan, s.net, rampSteps)
	if err != nil {
		return nil, err
	}
	return optim.Start(problem, x, solver, optim.MaxIter[T](rampSteps+1))
}

// What counts as blown up, and what as a rise: a running mean of the losses
// above the level of the first steps, at rates that change nothing, by as much
// as they ever fell, by half, and by manySigma deviations of those first losses;
// and aRise of the fall above the least. A loss has come down where noiseLeft of
// the fall is left.
const (
	keepMean  = 0.8
	firstFew  = 15
	half      = 0.5
	manySigma = 4
	aRise     = 0.05
	noiseLeft = 0.1
)

// note takes the loss before a step and the length of a gradient, and says
// whether the test goes on. Until judge, Smooth holds the running means.
func (r *RateTest) note(loss, grad float64) bool {
	k := len(r.Rates)
	rate := lowestRate * math.Pow(highestRate/lowestRate, float64(k)/rampSteps)
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		r.BlewUp = rate
		return false
	}
	mean := loss
	if k > 0 {
		mean = keepMean*r.Smooth[k-1] + (1-keepMean)*loss
	}
	r.Rates, r.Losses, r.Smooth = append(r.Rates, rate), append(r.Losses, loss), append(r.Smooth, mean)
	r.grads = append(r.grads, grad)
	if k < firstFew {
		return true
	}
	level, noise := r.level()
	if mean > level+max(level-slices.Min(r.Smooth), half*math.Abs(level), manySigma*noise) {
		r.BlewUp = rate
	}
	return r.BlewUp == 0
}

// level is the mean of the first losses, and their standard deviation.
func (r *RateTest) level() (mean, deviation float64) {
	first := r.Losses[:min(firstFew, len(r.Losses))]
	for _, v := range first {
		mean += v / float64(len(first))
	}
	for _, v := range first {
		deviation += (v - mean) * (v - mean) / float64(len(first))
	}
	return mean, math.Sqrt(deviation)
}

// judge reads the rates off the curve.
func (r *RateTest) judge(noisy bool) error {
	n := len(r.Losses)
	if n < 3 {
		return errors.New("train: the loss is not finite at once, so no rate can be found; look at the data, or start elsewhere")
	}
	left, reach := 1e-9, 3
	if copy(r.Smooth, r.Losses); noisy {
		smooth(r.Smooth, r.Losses, 6)
		left, reach = noiseLeft, 12
	}
	start, noise := r.level()
	least := slices.Min(r.Smooth)
	if fall := start - least; !(fall > 0) || noisy && fall < noise {
		return fmt.Errorf("train: with no rate from %s to %s did the loss fall; it began at %s", numtext.Short(lowestRate, 2), numtext.Short(r.Rates[n-1], 2), numtext.Short(start, 4))
	}
	lowest := slices.IndexFunc(r.Smooth, func(v float64) bool { return v <= least+left*(start-least) })
	limit := r.limit(lowest, least+aRise*(start-least), noisy)
	r.Lowest, r.Limit, r.Suggested = r.Rates[lowest], r.Rates[limit], r.Rates[lowest]/10
	r.Steepest = r.Rates[r.steepest(limit, reach)]
	r.Text = r.sentence(start, least, limit == n-1)
	return nil
}

// limit is the last step of those that keep the loss below ceiling. Where all
// rows tell, and the loss may lie at its minimum while rounding errors grow, the
// gradient tells earlier that steps grow.
func (r *RateTest) limit(lowest int, ceiling float64, noisy bool) int {
	limit := lowest
	for k := lowest; k < len(r.Smooth); k++ {
		if r.Smooth[k] <= ceiling {
			limit = k
		}
	}
	if noisy {
		return limit
	}
	least := slices.Min(r.grads[lowest : limit+1])
	for limit > lowest && r.grads[limit] > 3*least {
		limit--
	}
	return limit
}

// steepest is the step up to limit about which the loss falls most, over reach
// steps on both sides.
func (r *RateTest) steepest(limit, reach int) int {
	at, most := 0, 0.0
	for k := 0; k <= limit; k++ {
		if d := r.Smooth[max(k-reach, 0)] - r.Smooth[min(k+reach, len(r.Smooth)-1)]; d > most {
			at, most = k, d
		}
	}
	return at
}

// sentence is the finding for people.
func (r *RateTest) sentence(start, least float64, open bool) string {
	text := fmt.Sprintf("try the rate %s, a tenth of %s where the loss was down (from %s to %s); it fell fastest at %s, and rates are stable up to about %s",
		numtext.Short(r.Suggested, 2), numtext.Short(r.Lowest, 2), numtext.Short(start, 4), numtext.Short(least, 4), numtext.Short(r.Steepest, 2), numtext.Short(r.Limit, 2))
	switch {
	case r.BlewUp > 0:
		text += "; the loss blew up at " + numtext.Short(r.BlewUp, 2)
	case open:
		text += ", where the test ended: higher ones may do"
	}
	return text
}

// smooth stores the averages of neighbours in out, with the weights of a
// triangle over half places on both sides, so that nothing is moved along the
// axis as a running mean would.
func smooth(out, in []float64, half int) {
	for i := range in {
		sum, total := 0.0, 0.0
		for d := -half; d <= half; d++ {
			if k := i + d; k >= 0 && k < len(in) {
				w := 1 - math.Abs(float64(d))/float64(half+1)
				sum += w * in[k]
				total += w
			}
		}
		out[i] = sum / total
	}
}
