package optim

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// golden reads a file of trajectories that another project computed.
func golden(t *testing.T, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "golden", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(name, err)
	}
}

// take steps until n are done, whatever the values do.
func take(t *testing.T, p Problem[float64], x []float64, rule Rule[float64], n int, each func(s *State[float64])) {
	t.Helper()
	run, err := Start(p, x, &FirstOrder[float64]{Rule: rule}, MaxIter[float64](n))
	if err != nil {
		t.Fatal(err)
	}
	for s := range run.All(t.Context()) {
		each(s)
	}
	if got := run.State().Iter; got != n {
		t.Fatalf("%d steps of %d: %s", got, n, run.Result().Text)
	}
}

func near(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tol) {
			t.Errorf("%s: parameter %d is %v, want %v", what, i, got[i], w)
			return
		}
	}
}

// sigmoidNet is the network of the PyTorch baseline, 2 → 3 → 1 with sigmoids,
// its loss the sum of the outputs plus ½·decay·|w|².
func sigmoidNet(inputs [][]float64, decay float64) func(w, g []float64) (float64, error) {
	sigmoid := func(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
	return func(w, g []float64) (float64, error) {
		f := 0.0
		for i, v := range w {
			f += decay / 2 * v * v
			g[i] = decay * v
		}
		var h [3]float64
		for _, in := range inputs {
			z := w[12]
			for k := range h {
				h[k] = sigmoid(w[2*k]*in[0] + w[2*k+1]*in[1] + w[6+k])
				z += w[9+k] * h[k]
			}
			out := sigmoid(z)
			f += out
			dz := out * (1 - out)
			g[12] += dz
			for k := range h {
				g[9+k] += dz * h[k]
				dh := dz * w[9+k] * h[k] * (1 - h[k])
				g[2*k] += dh * in[0]
				g[2*k+1] += dh * in[1]
				g[6+k] += dh
			}
		}
		return f, nil
	}
}

func TestPyTorchTrajectories(t *testing.T) {
	var file struct {
		Problem  struct{ Inputs [][]float64 }
		Start    []float64
		Variants map[string]struct {
			Params map[string][]float64 `json:"params_after_step"`
		}
	}
	golden(t, "pytorch-mlp-baseline.json", &file)
	rules := map[string]struct {
		rule  Rule[float64]
		decay float64
	}{
		"SGD":                                    {&GD[float64]{Rate: 0.1}, 0},
		"SGD_with_weight_decay":                  {&GD[float64]{Rate: 0.1}, 0.01},
		"SGD_with_weight_decay_and_momentum":     {&Momentum[float64]{Rate: 0.1, Beta: 0.9}, 0.01},
		"Adam":                                   {&Adam[float64]{Rate: 1, EpsUncorrected: true}, 0},
		"Adam_with_weight_decay":                 {&Adam[float64]{Rate: 1, EpsUncorrected: true}, 0.01},
		"Adagrad":                                {&Adagrad[float64]{Rate: 1}, 0},
		"Adagrad_with_weight_decay":              {&Adagrad[float64]{Rate: 1}, 0.01},
		"RMSprop":                                {&RMSprop[float64]{Rate: 0.1}, 0},
		"RMSprop_with_weight_decay":              {&RMSprop[float64]{Rate: 0.1}, 0.01},
		"RMSprop_with_weight_decay_and_centered": {&RMSprop[float64]{Rate: 0.1, Centered: true}, 1e-6},
	}
	if len(rules) != len(file.Variants) {
		t.Errorf("%d rules for %d variants", len(rules), len(file.Variants))
	}
	for name, tt := range rules {
		t.Run(name, func(t *testing.T) {
			seen := 0
			p := Problem[float64]{Dim: len(file.Start), Eval: sigmoidNet(file.Problem.Inputs, tt.decay)}
			take(t, p, file.Start, tt.rule, 1001, func(s *State[float64]) {
				if want, ok := file.Variants[name].Params[strconv.Itoa(s.Iter)]; ok {
					seen++
					near(t, "after "+strconv.Itoa(s.Iter), s.X, want, 1e-12)
				}
			})
			if seen != 3 {
				t.Errorf("compared at %d points, want 3", seen)
			}
		})
	}
}

// Decay in the objective and decoupled decay are different things: under Adam
// they part at once, under GD they agree.
func TestDecoupledDecayIsNotL2(t *testing.T) {
	end := func(rule Rule[float64], l2 float64) (x float64) {
		p := curve(func(x float64) float64 { return x + l2/2*x*x }, func(x float64) float64 { return 1 + l2*x }, nil)
		p.HVP = nil
		take(t, p, []float64{3}, rule, 5, func(s *State[float64]) { x = s.X[0] })
		return x
	}
	if a, b := end(&WeightDecay[float64]{Rule: &GD[float64]{Rate: 0.1}, Decay: 0.5}, 0), end(&GD[float64]{Rate: 0.1}, 0.5); math.Abs(a-b) > 1e-14 {
		t.Errorf("gd: decoupled decay leads to %v, L2 to %v", a, b)
	}
	if a, b := end(&WeightDecay[float64]{Rule: &Adam[float64]{Rate: 0.1}, Decay: 0.5}, 0), end(&Adam[float64]{Rate: 0.1}, 0.5); math.Abs(a-b) < 0.1 {
		t.Errorf("adam: decoupled decay leads to %v, L2 to %v: they should differ", a, b)
	}
}

// given is a problem whose gradient at each step is given, whatever x is.
func given(dim int, gradient func(step int, g []float64)) Problem[float64] {
	now := 0
	return Problem[float64]{
		Dim:  dim,
		Draw: func(step int) error { now = step; return nil },
		Eval: func(x, g []float64) (float64, error) {
			gradient(now, g)
			return 0, nil
		},
	}
}

func TestKerasTrajectories(t *testing.T) {
	type single struct {
		Start, Grad, Expected []float64
		Tol                   float64
	}
	var file struct {
		Optimizers map[string]struct {
			Golden map[string][]float64 `json:"golden_after_step"`
			Single *single              `json:"single_step"`
		}
	}
	golden(t, "keras-golden.json", &file)
	five := given(10, func(step int, g []float64) {
		for i := range g {
			if g[i] = 0.01; step > 0 {
				g[i] = float64(i+1) / 10
			}
		}
	})
	ones := []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}
	rules := map[string]struct {
		rule, once Rule[float64]
		tol        float64
	}{
		"SGD_nesterov": {&GD[float64]{Rate: 0.01}, &GD[float64]{Rate: 0.5}, 5e-5},
		"Adam_amsgrad": {
			&Adam[float64]{Rate: 0.001, Eps: 1e-7, AMSGrad: true, EpsUncorrected: true},
			&Adam[float64]{Rate: 0.5, Eps: 1e-7, EpsUncorrected: true}, 1.5e-4},
		"AdamW": {
			&WeightDecay[float64]{Rule: &Adam[float64]{Rate: 1, Eps: 2, EpsUncorrected: true}, Decay: 0.5},
			&WeightDecay[float64]{Rule: &Adam[float64]{Rate: 0.5, Eps: 1e-7, EpsUncorrected: true}, Decay: 0.004}, 5e-5},
		"Adamax": {
			&Adamax[float64]{Rate: 0.2, Beta1: 0.85, Beta2: 0.95, Eps: 1e-6, EpsOutside: true},
			&Adamax[float64]{Rate: 0.5, Eps: 1e-7, EpsOutside: true}, 5e-5},
		"Adagrad": {
			&Adagrad[float64]{Rate: 0.2, Initial: 0.3, Eps: 1e-6, EpsInside: true},
			&Adagrad[float64]{Rate: 0.5, Initial: 0.1, Eps: 1e-7, EpsInside: true}, 5e-5},
		"RMSprop_centered": {
			&RMSprop[float64]{Rate: 0.001, Rho: 0.9, Eps: 1e-7, EpsInside: true, Centered: true},
			&RMSprop[float64]{Rate: 0.5, Rho: 0.9, Eps: 1e-7, EpsInside: true}, 5e-5},
		"Lion": {&Lion[float64]{Rate: 0.001}, &Lion[float64]{Rate: 0.5}, 5e-5},
		"Lamb": {&LAMB[float64]{Rate: 0.001, Eps: 1e-7}, nil, 6.1e-4}, // 0.0006, rounded
	}
	if len(rules) != len(file.Optimizers) {
		t.Errorf("%d rules for %d optimizers", len(rules), len(file.Optimizers))
	}
	for name, tt := range rules {
		t.Run(name, func(t *testing.T) {
			want := file.Optimizers[name]
			if len(want.Golden) != 5 || (want.Single == nil) != (tt.once == nil) {
				t.Fatalf("no golden numbers for %s", name)
			}
			take(t, five, ones, tt.rule, 5, func(s *State[float64]) {
				near(t, "after "+strconv.Itoa(s.Iter), s.X, want.Golden[strconv.Itoa(s.Iter)], tt.tol)
			})
			if tt.once == nil {
				return
			}
			one := given(4, func(_ int, g []float64) { copy(g, want.Single.Grad) })
			take(t, one, want.Single.Start, tt.once, 1, func(s *State[float64]) {
				near(t, "single step", s.X, want.Single.Expected, want.Single.Tol)
			})
		})
	}
	t.Run("decay", func(t *testing.T) { // 2·(1 − 0.004)³
		still := given(1, func(_ int, g []float64) { g[0] = 0 })
		var x float64
		take(t, still, []float64{2}, &WeightDecay[float64]{Rule: &Adam[float64]{Rate: 1}, Decay: 0.004}, 3, func(s *State[float64]) { x = s.X[0] })
		near(t, "decay", []float64{x}, []float64{1.9760959}, 1e-6)
	})
	t.Run("clip", func(t *testing.T) {
		steep := given(2, func(_ int, g []float64) { g[0], g[1] = 100, 100 })
		take(t, steep, []float64{0, 0}, &Clip[float64]{Rule: &GD[float64]{Rate: 1}}, 1, func(s *State[float64]) {
			near(t, "clipped", s.X, []float64{-math.Sqrt2 / 2, -math.Sqrt2 / 2}, 1e-15)
		})
	})
}

func TestTensorFlowTrajectories(t *testing.T) {
	var file struct {
		Cases []struct {
			Optimizer string
			Start     []float64
			Expected  map[string][]float64 `json:"expected_after_step"`
		}
	}
	golden(t, "tfjs-golden.json", &file)
	squares := diagonal([]float64{2, 2})
	rules := map[string]Rule[float64]{
		"adam":     &Adam[float64]{Rate: 0.1, Beta1: 0.8, Beta2: 0.9, Eps: 1e-7},
		"momentum": &Momentum[float64]{Rate: 0.1, Beta: 0.5},
		"adagrad":  &Adagrad[float64]{Rate: 0.1, Initial: 0.1, Eps: 1e-7, EpsInside: true},
		"rmsprop":  &RMSprop[float64]{Rate: 0.1, Rho: 0.95, Momentum: 0.1, Eps: 1e-7, EpsInside: true, RateInside: true},
		// its ε is subtracted under the root, which is within the tolerance
		"rmsprop centered": &RMSprop[float64]{Rate: 0.1, Rho: 0.95, Momentum: 0.1, Eps: 1e-7, EpsInside: true, RateInside: true, Centered: true},
	}
	for _, c := range file.Cases {
		rule, ok := rules[c.Optimizer]
		if !ok {
			t.Errorf("no rule for %s", c.Optimizer)
			continue
		}
		delete(rules, c.Optimizer)
		take(t, squares, c.Start, rule, len(c.Expected), func(s *State[float64]) {
			near(t, c.Optimizer, s.X, c.Expected[strconv.Itoa(s.Iter)], 2e-4)
		})
	}
	if len(rules) > 0 {
		t.Errorf("no golden numbers for %v", rules)
	}
}

// The two conventions of momentum agree while the rate is constant and part
// when it falls.
func TestMomentumConventions(t *testing.T) {
	end := func(inside bool, s Schedule) (x []float64) {
		rule := &Scheduled[float64]{Rule: &Momentum[float64]{Rate: 0.1, Beta: 0.5, RateInside: inside}, Schedule: s}
		take(t, bowl(), []float64{3, -2}, rule, 6, func(s *State[float64]) { x = append(x[:0], s.X...) })
		return x
	}
	near(t, "constant rate", end(true, Constant{}), end(false, Constant{}), 1e-14)
	a, b := end(true, StepDecay{Every: 3}), end(false, StepDecay{Every: 3})
	if math.Abs(a[0]-b[0]) < 1e-3 {
		t.Errorf("with a falling rate both lead to %v", a)
	}
}

func TestOptaxSchedules(t *testing.T) {
	var file struct {
		Cases []struct {
			Schedule  string
			Options   map[string]any
			FirstStep int `json:"first_step"`
			Values    []float64
		}
	}
	golden(t, "optax-schedules.json", &file)
	compared := 0
	for _, c := range file.Cases {
		o := func(name string) float64 { v, _ := c.Options[name].(float64); return v }
		stairs, _ := c.Options["staircase"].(bool)
		var s Schedule
		switch name, _, _ := strings.Cut(c.Schedule, " "); name {
		case "cosine":
			s = Cosine{Steps: int(o("decay_steps")), End: o("alpha")}
		case "exponential":
			s = Exponential{Every: int(o("transition_steps")), By: o("decay_rate"), Begin: int(o("transition_begin")), End: o("end_value"), Staircase: stairs}
		case "polynomial":
			s = Polynomial{Steps: int(o("transition_steps")), Power: o("power"), End: o("end") / o("init")}
		default:
			t.Fatalf("%s is not compared", c.Schedule)
		}
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		for i, want := range c.Values {
			if got := o("init") * s.Factor(c.FirstStep+i); math.Abs(got-want) > 1e-9*math.Abs(want)+1e-12 {
				t.Errorf("%s %v: step %d: %v, want %v", c.Schedule, c.Options, i, got, want)
			}
		}
		compared++
	}
	if compared != 11 {
		t.Errorf("compared %d schedules, want 11", compared)
	}
}

func TestWarmupAndSteps(t *testing.T) {
	s := Warmup{Steps: 4, Then: StepDecay{Every: 2, By: 0.5}}
	for i, want := range []float64{0.25, 0.5, 0.75, 1, 1, 1, 0.5, 0.5, 0.25} {
		if got := s.Factor(i); got != want {
			t.Errorf("step %d: %v, want %v", i, got, want)
		}
	}
	for _, bad := range []Schedule{StepDecay{}, Cosine{}, Cosine{Steps: 3, End: 2}, Warmup{Steps: -1}, Warmup{Then: Cosine{}}, Exponential{By: -1}} {
		rule := &Scheduled[float64]{Rule: &GD[float64]{}, Schedule: bad}
		if _, err := Start(bowl(), []float64{1, 1}, &FirstOrder[float64]{Rule: rule}); err == nil {
			t.Errorf("%#v was taken", bad)
		}
	}
}
