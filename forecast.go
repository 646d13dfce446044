package descent

import (
	"slices"

	"descent/optim"
)

// Forecast is what gd or momentum with a fixed rate was to need from the start,
// by the curvature at the start and by that at the end.
type Forecast struct {
	Start, End      *optim.Forecast // nil where nothing can be forecast
	None, NoneAtEnd string          // why not
	// Further is how many more steps a run needs that ended before its goal, by
	// curvature and gradient at its end; 0 for one that converged, −1 where that
	// cannot be counted.
	Further int
	// Near says whether the quadratic at the end explains the gradient at the
	// start, so that End speaks of a run from there.
	Near bool
}

// forecaster keeps what a forecast needs of the start of a run.
type forecaster struct {
	p    *optim.Problem[float64]
	rule optim.Rule[float64]
	x, g []float64
	tol  float64
}

// foresee is the forecaster of a run at its start; nil where none was asked for,
// or the method is none that can be forecast.
func foresee(p *optim.Problem[float64], solver optim.Solver[float64], run *optim.Run[float64], o *Options) *forecaster {
	order, ok := solver.(*optim.FirstOrder[float64])
	if !ok || !o.Forecast || p.Bounds != nil || o.Schedule != "" || o.Wrap != "" {
		return nil
	}
	switch order.Rule.(type) {
	case *optim.GD[float64], *optim.Momentum[float64]:
		return &forecaster{p: p, rule: order.Rule, x: slices.Clone(run.State().X), g: slices.Clone(run.State().G), tol: o.gradTol()}
	}
	return nil
}

// at forecasts a run that begins with the gradient g, by the curvature at x.
func (f *forecaster) at(x, g []float64) (*optim.Forecast, string) {
	got, err := optim.Foresee(f.p, x, g, f.rule, f.tol)
	if err != nil {
		return nil, err.Error()
	}
	return &got, ""
}

// explained is the misfit up to which a quadratic explains a gradient.
const explained = 0.5

// lookBack completes the forecast at the end of the run.
func (f *forecaster) lookBack(c *Forecast, r *optim.Result[float64]) {
	c.End, c.NoneAtEnd = f.at(r.X, f.g)
	if c.End == nil {
		return
	}
	misfit, err := optim.Misfit(f.p, r.X, r.G, f.x, f.g)
	c.Near = err == nil && misfit <= explained
	if r.Status == optim.Converged || r.Status == optim.Diverged {
		return
	}
	c.Further = -1
	if fades, err := optim.Fades(f.p, r.X, r.G); fades || err != nil {
		c.End, c.NoneAtEnd = nil, "optim: the curvature still changes on the way to the minimum, so nothing can be forecast yet"
		return
	}
	if on, _ := f.at(r.X, r.G); on != nil {
		c.Further = on.Steps
	}
}
