package descent

import (
	"context"
	"fmt"
	"math"
	"slices"

	"descent/internal/numtext"
	"descent/optim"
)

// attempt is a run of one method from one start, which may wait and go on.
type attempt struct {
	o     *Options
	p     *optim.Problem[float64]
	run   *optim.Run[float64]
	m     *Minimum
	ahead *forecaster
	limit int // of steps
}

// begin prepares a run from x.
func begin(p optim.Problem[float64], x []float64, o *Options) (*attempt, error) {
	a := &attempt{o: o, p: &p, m: &Minimum{Start: x}, limit: o.maxIter()}
	solver, err := a.m.solver(&p, o)
	if err != nil {
		return nil, err
	}
	enough := func(s *optim.State[float64]) optim.Reason { return optim.MaxIter[float64](a.limit)(s) }
	stops := append(o.stops(), enough)
	if a.run, err = optim.Start(p, x, solver, stops...); err != nil {
		return nil, err
	}
	p.Set = a.run.Problem().Set // that of a wrapper
	a.m.Start = slices.Clone(a.run.State().X)
	if o.Observe != nil {
		o.Observe(a.run.State())
	}
	if a.ahead = foresee(&p, solver, a.run, o); a.ahead != nil {
		a.m.Forecast = &Forecast{}
		a.m.Forecast.Start, a.m.Forecast.None = a.ahead.at(a.run.State().X, a.ahead.g)
	}
	return a, nil
}

func (a *attempt) ended() bool { return a.run.State().Why.Status != optim.Running }

// advance goes on until so many steps are taken in all, or the run ends.
func (a *attempt) advance(ctx context.Context, until int) {
	for a.run.State().Iter < until && a.run.Next(ctx) {
		if a.o.Observe != nil {
			a.o.Observe(a.run.State())
		}
	}
}

// finish goes on to the end.
func (a *attempt) finish(ctx context.Context) (*Minimum, error) {
	for !a.ended() {
		a.advance(ctx, math.MaxInt)
	}
	return a.minimum()
}

// minimum is what the run has come to, with the verdict on the point.
func (a *attempt) minimum() (*Minimum, error) {
	if err := a.run.Err(); err != nil {
		return nil, err
	}
	m := *a.m
	r := a.run.Result()
	m.Status, m.Reason, m.X, m.G, m.Value = r.Status, r.Text, r.X, r.G, r.F
	m.Steps, m.Evals, m.Took = r.Iter, r.Evals, r.Duration
	if !a.ended() {
		m.Status, m.Reason = optim.Budget, fmt.Sprintf("gradient %.2g after %s, its share of the budget", r.GradNorm, numtext.Count(r.Iter, "step"))
	}
	if math.IsNaN(r.F) || math.IsInf(r.F, 0) {
		m.Verdict = optim.Verdict{Kind: optim.Unknown, GradNorm: r.GradNorm, Text: "no verdict: the value is not finite"}
		return &m, nil
	}
	if a.ahead != nil {
		a.ahead.lookBack(m.Forecast, &r)
	}
	m.Verdict = optim.Judge(a.p, r.X, a.o.gradTol())
	minimum := m.Verdict.Kind == optim.Minimum || m.Verdict.Kind == optim.Boundary
	if m.Status == optim.NoProgress && minimum && a.p.Resid == nil {
		m.Status = optim.Converged
		m.Reason = fmt.Sprintf("gradient %.2g after %s, all that rounding leaves of it so near to this minimum", r.GradNorm, numtext.Count(r.Iter, "step"))
	}
	return &m, nil
}

// once runs once from x.
func once(ctx context.Context, p optim.Problem[float64], x []float64, o *Options) (*Minimum, error) {
	a, err := begin(p, x, o)
	if err != nil {
		return nil, err
	}
	return a.finish(ctx)
}
