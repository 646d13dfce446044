package train

import (
	"math"

	"descent/internal/kernel"
	"descent/loss"
	"descent/model"
	"descent/param"
)

// dualityGap bounds how far the objective reached lies above its minimum, in
// units of training, by Fenchel's dual. For F(Xw + b) + R(w) with the penalty
// R = λ₂/2·|w|² + λ₁·|w|₁ and θ = ∇F, the dual value at θ is −F*(θ) − R*(−g) with
// g = Xᵀθ, the gradient of F by w, and F*(θ) = w·g − F: all of it is known from
// one gradient. The intercepts have no penalty, so Σθ must be 0: they are moved
// by Newton steps until it is, in the dual value only. Without λ₂, θ is
// scaled by s = min(1, λ₁/max|g|) to be feasible, and F*(sθ) ≤ s·F*(θ), as no loss
// asked here is negative. ok is false where there is no penalty, no convex and
// smooth loss, or where intercepts belong together, as in a softmax.
func (s *session[T]) dualityGap() (gap float64, ok bool) {
	p := s.plan
	l1, l2 := p.lambda1(), p.lambda()
	if !p.spec.Convex() || p.spec.Kind == model.Softmax || !p.full() || !p.loss.Smooth() || l1 == 0 && l2 == 0 || l2 == 0 && !nonNegative(p.loss) {
		return 0, false
	}
	x, grad := append([]T(nil), s.x...), make([]T, len(s.x))
	here, err := s.whole.evalAll(x, nil)
	if err != nil {
		return 0, false
	}
	value, ok := s.settleIntercepts(x, grad)
	if !ok {
		return 0, false
	}
	blocks := s.net.Layout.Blocks()
	w, g := param.View(x, blocks[0]), param.View(grad, blocks[0])
	gap = here - value
	if l2 > 0 {
		return max(0, gap+elasticGap(w, g, l1, l2)), true
	}
	scale := 1.0
	for _, v := range g {
		scale = min(scale, l1/math.Abs(float64(v)))
	}
	for i, v := range w {
		gap += l1*math.Abs(float64(v)) + scale*float64(v)*float64(g[i])
	}
	if p.loss.Name == "mse" { // F*(sθ) = s·(w·g − 2F) + s²·F
		return max(0, gap+value*(1-scale)*(1-scale)), true
	}
	return max(0, gap+value*(1-scale)), true
}

// elasticGap is R(w) + w·g + R*(−g), element by element and without cancellation.
func elasticGap[T kernel.Float](w, g []T, l1, l2 float64) float64 {
	var gap float64
	for i := range w {
		w, v := float64(w[i]), -float64(g[i])
		held := min(max(v, -l1), l1)
		r := w - (v-held)/l2
		gap += l2/2*r*r + l1*math.Abs(w) - w*held
	}
	return gap
}

// nonNegative says whether a loss has no values below 0.
func nonNegative(l loss.Loss) bool { return l.Link() != loss.Exp || l.Name == "msle" }

// settleIntercepts moves the intercepts in x until their gradient vanishes, and
// returns the loss and its gradient there. The Hessian by the intercepts of
// several targets is diagonal, so one product shows it.
func (s *session[T]) settleIntercepts(x, grad []T) (value float64, ok bool) {
	const most = 20
	bias := s.net.Layout.Blocks()[1]
	ones, hess := make([]T, len(x)), make([]T, len(x))
	b := param.View(x, bias)
	for i := range b {
		param.View(ones, bias)[i] = 1
	}
	for range most {
		value, err := s.whole.evalAll(x, grad)
		if err != nil {
			return 0, false
		}
		longest := 0.0
		for _, v := range param.View(grad, bias) {
			longest = max(longest, math.Abs(float64(v)))
		}
		if longest <= 1e-14*max(1, value) {
			return value, true
		}
		if err := s.whole.hvpAll(x, ones, hess); err != nil {
			return 0, false
		}
		for i, v := range param.View(grad, bias) {
			b[i] -= v / param.View(hess, bias)[i]
		}
	}
	return 0, false
}

// optimality says how near a full-batch fit came to a minimum.
func (s *session[T]) optimality(r *Result) {
	if !s.plan.full() || s.byRow != nil || s.plan.opts.Patience > 0 || s.steps == 0 {
		return
	}
	norm := Number(s.gradNorm)
	r.GradNorm = &norm
	if gap, ok := s.dualityGap(); ok {
		gap := Number(s.plan.factor * gap)
		r.Gap = &gap
	}
}
