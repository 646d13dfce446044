package descent

import (
	"context"
	"sync"
	"time"

	"descent/optim"
)

// Options steers a minimisation. The zero value chooses everything: a random
// start in [−5, 5), the method that suits the problem, a gradient tolerance of
// 1e-8.
type Options struct {
	// Start gives variables their first values; a single number fills a vector or
	// a matrix, a matrix is given row by row, and a name such as "w[2]" or
	// "W[1,2]" means one entry.
	// What is missing is drawn at random from [Low, High).
	Start map[string][]float64
	// Shapes are rows and columns of matrices in Start whose size the formula
	// leaves open.
	Shapes    map[string][2]int
	Low, High float64 // both 0: −5 and 5
	Seed      uint64  // of random starts
	Starts    int     // how many starts to try, the first of them at Start; 0 means 1
	// Bounds confine variables; names are as in Start. Random starts lie within
	// them, and spread over all of a range that is bounded on both sides.
	Bounds map[string]Bound

	Method string             // "" is auto
	Rate   float64            // the learning rate; 0: the method's own
	Set    map[string]float64 // any other hyperparameter of the method, by name
	// Schedule is that of the rate, as optim.ParseCourses reads it: "cosine",
	// "warmup:50,step:every=100"; Wrap is what goes around the rule, as
	// optim.Wrap reads it: "ema:0.99; sam". Both need a first-order method.
	Schedule, Wrap string

	GradTol float64       // converged when the Euclidean norm of the gradient is at most this; 0 means 1e-8
	MaxIter int           // 0 means 10,000
	Time    time.Duration // of all starts together; 0: no limit
	Target  *float64      // stop at this value

	// Forecast asks for a forecast of gd and momentum with a fixed rate.
	Forecast bool

	// Observe sees the start point and every accepted one. The state belongs to
	// the run; copy what is to be kept.
	Observe func(*optim.State[float64])

	// squares gives the problem as a sum of squares, nil where it is none.
	squares func() *optim.Residuals[float64]
}

// Minimum is where a minimisation ended and how.
type Minimum struct {
	Method  string        // the method used
	Chosen  string        // why, where the method was chosen for the problem
	Status  optim.Status  // how the run ended
	Reason  string        // the same as a sentence with the numbers
	X, G    []float64     // point and gradient, in the order of Formula.Names
	Value   float64       // f(X)
	Verdict optim.Verdict // what kind of point X is
	Start   []float64     // where the run began
	// Forecast is that of gd or momentum, where Options asked for it.
	Forecast *Forecast
	// Before is how the first method ended, where that was no minimum and another
	// one found it from the same start; nil otherwise. Observe has seen that run.
	Before *Minimum
	Steps  int            // accepted steps
	Evals  int            // evaluations of the function
	Took   time.Duration  // without the verdict
	Minima []Basin        // with several starts: the distinct minima, best first
	Missed map[string]int // with several starts: how many ended otherwise, by status or verdict
}

// Success reports whether the run reached what it was asked for: it converged
// or met its target, at a point not known to be something else than a minimum.
func (m *Minimum) Success() bool {
	return optim.Success(m.Status, m.Verdict)
}

// Minimize minimises a formula, for example "(1-x)^2 + 100*(y-x^2)^2". The error
// says what is wrong with the formula or the options; how the run ended is in
// the result.
func Minimize(ctx context.Context, formula string, o Options) (*Minimum, error) {
	lengths := map[string]int{}
	for name, v := range o.Start {
		if len(v) > 1 {
			lengths[name] = len(v)
		}
	}
	f, err := ParseFormula(formula, Inputs{Lengths: lengths, Shapes: o.Shapes})
	if err != nil {
		return nil, err
	}
	return f.Minimize(ctx, o)
}

// Minimize minimises the formula.
func (f *Formula) Minimize(ctx context.Context, o Options) (*Minimum, error) {
	p := f.Problem()
	var err error
	if p.Bounds, err = f.Box(o.Bounds); err != nil {
		return nil, err
	}
	if err = f.structured(&p, o.Method); err != nil {
		return nil, err
	}
	o.squares = sync.OnceValue(func() *optim.Residuals[float64] {
		r, _ := f.Residuals() // none where the formula is no sum of squares
		return r
	})
	at := func(k int) ([]float64, error) { return f.StartPoint(o, k) }
	return minimize(ctx, p, at, o)
}

// StartPoint is where the run number k of a minimisation begins: the first
// where Options.Start says, and at random where that says nothing.
func (f *Formula) StartPoint(o Options, k int) ([]float64, error) {
	box, err := f.Box(o.Bounds)
	if err != nil {
		return nil, err
	}
	x, err := o.randomStart(f.Dim(), box, k)
	if err != nil || k > 0 {
		return x, err
	}
	return x, f.Point(o.Start, x)
}

// MinimizeProblem minimises a plain Go function with a gradient from the point
// x, within Problem.Bounds. Options.Start, Bounds, Low and High do not apply,
// except that further starts are drawn from [Low, High).
func MinimizeProblem(ctx context.Context, p optim.Problem[float64], x []float64, o Options) (*Minimum, error) {
	at := func(k int) ([]float64, error) {
		if k == 0 {
			return x, nil
		}
		return o.randomStart(len(x), p.Bounds, k)
	}
	return minimize(ctx, p, at, o)
}

func (o *Options) gradTol() float64 {
	if o.GradTol == 0 {
		return 1e-8
	}
	return o.GradTol
}

func (o *Options) maxIter() int {
	if o.MaxIter == 0 {
		return 10_000
	}
	return o.MaxIter
}

// stops are those of a run but for the limit of its steps.
func (o *Options) stops() []optim.Stop[float64] {
	stops := []optim.Stop[float64]{optim.GradTol[float64](o.gradTol())}
	if o.Target != nil {
		stops = append(stops, optim.TargetValue[float64](*o.Target))
	}
	stops = append(stops, optim.Stall[float64](0))
	if o.Time > 0 {
		stops = append(stops, optim.TimeLimit[float64](o.Time))
	}
	return stops
}
