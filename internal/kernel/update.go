package kernel

import "math"

// The fused update rules: one pass over memory moves the parameters x by the
// gradient g to y, which is x or apart from it, and keeps what the rule
// remembers. All slices are as long as g. Every path gives the same bits.
//
// What a rule remembers, and a square that would be added to it, is set to zero
// where its size falls below 2⁻¹²⁰ in float32 and 2⁻¹⁰⁰⁰ in float64: far below
// what moves a parameter, and before it turns denormal, which would slow every
// later step.

// AdamStep is one step of Adam, with decay > 0 of AdamW:
//
//	m = β₁·m + c₁·g;  v = β₂·v + c₂·g·g;  y = x − η·m/(√v + ε) − decay·x
//
// with c = 1−β. The caller puts the bias correction into η and ε.
func AdamStep[T Float](y, x, g, m, v []T, beta1, beta2, eta, eps, decay T) {
	s := settings[T]{beta1, 1 - beta1, beta2, 1 - beta2, -eta, eps, -decay}
	y, x = y[:len(g)], x[:len(g)]
	m, v = m[:len(g)], v[:len(g)]
	for i := update(adamStepPaths, y, x, g, m, v, s); i < len(g); i++ {
		y[i] = x[i] + (adamMove(g[i], &m[i], &v[i], s) + T(s[6]*x[i]))
	}
}

// Adam is AdamStep without decay that leaves the move of x in the place of the
// gradient.
func Adam[T Float](g, m, v []T, beta1, beta2, eta, eps T) {
	s := settings[T]{beta1, 1 - beta1, beta2, 1 - beta2, -eta, eps}
	m, v = m[:len(g)], v[:len(g)]
	for i := update(adamMovePaths, nil, nil, g, m, v, s); i < len(g); i++ {
		g[i] = adamMove(g[i], &m[i], &v[i], s)
	}
}

func adamMove[T Float](g T, m, v *T, s settings[T]) T {
	tiny, root := limits[T]()
	h := flush(g, root)
	*m = flush(T(s[0]**m)+T(s[1]*g), tiny)
	*v = flush(T(s[2]**v)+T(T(s[3]*h)*h), tiny)
	return T(s[4]**m) / (T(math.Sqrt(float64(*v))) + s[5])
}

// MomentumStep is one step of the heavy ball:
//
//	m = β·m + share·g;  y = x − η·m
func MomentumStep[T Float](y, x, g, m []T, beta, share, eta T) {
	s := settings[T]{beta, share, -eta}
	y, x = y[:len(g)], x[:len(g)]
	m = m[:len(g)]
	for i := update(momentumStepPaths, y, x, g, m, nil, s); i < len(g); i++ {
		y[i] = x[i] + momentumMove(g[i], &m[i], s)
	}
}

// Momentum is MomentumStep that leaves the move of x in the place of the
// gradient.
func Momentum[T Float](g, m []T, beta, share, eta T) {
	s := settings[T]{beta, share, -eta}
	m = m[:len(g)]
	for i := update(momentumMovePaths, nil, nil, g, m, nil, s); i < len(g); i++ {
		g[i] = momentumMove(g[i], &m[i], s)
	}
}

func momentumMove[T Float](g T, m *T, s settings[T]) T {
	tiny, _ := limits[T]()
	*m = flush(T(s[0]**m)+T(s[1]*g), tiny)
	return T(s[2] * *m)
}

// NesterovStep is one step of Nesterov's momentum:
//
//	m = β·m + g;  y = x − η·(g + β·m)
func NesterovStep[T Float](y, x, g, m []T, beta, eta T) {
	s := settings[T]{beta, -eta}
	y, x = y[:len(g)], x[:len(g)]
	m = m[:len(g)]
	for i := update(nesterovStepPaths, y, x, g, m, nil, s); i < len(g); i++ {
		y[i] = x[i] + nesterovMove(g[i], &m[i], s)
	}
}

// Nesterov is NesterovStep that leaves the move of x in the place of the
// gradient.
func Nesterov[T Float](g, m []T, beta, eta T) {
	s := settings[T]{beta, -eta}
	m = m[:len(g)]
	for i := update(nesterovMovePaths, nil, nil, g, m, nil, s); i < len(g); i++ {
		g[i] = nesterovMove(g[i], &m[i], s)
	}
}

func nesterovMove[T Float](g T, m *T, s settings[T]) T {
	tiny, _ := limits[T]()
	*m = flush(T(s[0]**m)+g, tiny)
	return T(s[1] * (g + T(s[0]**m)))
}

// RMSPropStep is one step of RMSProp without momentum, not centred:
//
//	v = α·v + (1−α)·g·g;  y = x − η·g/(√v + ε)
func RMSPropStep[T Float](y, x, g, v []T, alpha, eta, eps T) {
	s := settings[T]{alpha, 1 - alpha, -eta, eps}
	y, x = y[:len(g)], x[:len(g)]
	v = v[:len(g)]
	for i := update(rmspropStepPaths, y, x, g, nil, v, s); i < len(g); i++ {
		y[i] = x[i] + rmspropMove(g[i], &v[i], s)
	}
}

// RMSProp is RMSPropStep that leaves the move of x in the place of the
// gradient.
func RMSProp[T Float](g, v []T, alpha, eta, eps T) {
	s := settings[T]{alpha, 1 - alpha, -eta, eps}
	v = v[:len(g)]
	for i := update(rmspropMovePaths, nil, nil, g, nil, v, s); i < len(g); i++ {
		g[i] = rmspropMove(g[i], &v[i], s)
	}
}

func rmspropMove[T Float](g T, v *T, s settings[T]) T {
	tiny, root := limits[T]()
	h := flush(g, root)
	*v = flush(T(s[0]**v)+T(T(s[1]*h)*h), tiny)
	return T(s[2]*g) / (T(math.Sqrt(float64(*v))) + s[3])
}

// AdagradStep is one step of Adagrad:
//
//	v = v + g·g;  y = x − η·g/(√v + ε)
func AdagradStep[T Float](y, x, g, v []T, eta, eps T) {
	s := settings[T]{-eta, eps}
	y, x = y[:len(g)], x[:len(g)]
	v = v[:len(g)]
	for i := update(adagradStepPaths, y, x, g, nil, v, s); i < len(g); i++ {
		y[i] = x[i] + adagradMove(g[i], &v[i], s)
	}
}

// Adagrad is AdagradStep that leaves the move of x in the place of the
// gradient.
func Adagrad[T Float](g, v []T, eta, eps T) {
	s := settings[T]{-eta, eps}
	v = v[:len(g)]
	for i := update(adagradMovePaths, nil, nil, g, nil, v, s); i < len(g); i++ {
		g[i] = adagradMove(g[i], &v[i], s)
	}
}

func adagradMove[T Float](g T, v *T, s settings[T]) T {
	tiny, root := limits[T]()
	h := flush(g, root)
	*v = flush(*v+T(h*h), tiny)
	return T(s[0]*g) / (T(math.Sqrt(float64(*v))) + s[1])
}

// LionStep is one step of Lion (arXiv 2302.06675, algorithm 2), where the sign
// of 0 is 0:
//
//	y = x − η·sign(β₁·m + (1−β₁)·g) − decay·x;  m = β₂·m + (1−β₂)·g
func LionStep[T Float](y, x, g, m []T, beta1, beta2, eta, decay T) {
	s := settings[T]{beta1, 1 - beta1, beta2, 1 - beta2, -eta, -decay}
	y, x = y[:len(g)], x[:len(g)]
	m = m[:len(g)]
	for i := update(lionStepPaths, y, x, g, m, nil, s); i < len(g); i++ {
		y[i] = x[i] + (lionMove(g[i], &m[i], s) + T(s[5]*x[i]))
	}
}

// Lion is LionStep without decay that leaves the move of x in the place of the
// gradient.
func Lion[T Float](g, m []T, beta1, beta2, eta T) {
	s := settings[T]{beta1, 1 - beta1, beta2, 1 - beta2, -eta}
	m = m[:len(g)]
	for i := update(lionMovePaths, nil, nil, g, m, nil, s); i < len(g); i++ {
		g[i] = lionMove(g[i], &m[i], s)
	}
}

func lionMove[T Float](g T, m *T, s settings[T]) T {
	tiny, _ := limits[T]()
	c := signOf(T(s[0]**m) + T(s[1]*g))
	*m = flush(T(s[2]**m)+T(s[3]*g), tiny)
	return T(s[4] * c)
}

// flush is x, and 0 where its size is below the limit.
func flush[T Float](x, limit T) T {
	if x < limit && x > -limit {
		return 0
	}
	return x
}

// limits are where what is remembered is flushed, and the root of that.
func limits[T Float]() (tiny, root T) {
	r := 0x1p-500
	if _, single := any(tiny).(float32); single {
		r = 0x1p-60
	}
	return T(r) * T(r), T(r)
}

// settings are the numbers of a rule, in the order of the generator.
type settings[T Float] [7]T

// update runs assembly over the elements that it can take and returns how many.
// Slices that the rule lacks are nil.
func update[T Float](p *updateVersions, y, x, g, m, v []T, s settings[T]) int {
	n := whole[T](len(g))
	for i := 0; i < n; i += chunk {
		updateCall(p, at(y, i), at(x, i), at(g, i), at(m, i), at(v, i), s, min(chunk, n-i))
	}
	return n
}

// at is the address of element i, or nil in a slice that there is not.
func at[T Float](x []T, i int) *T {
	if x == nil {
		return nil
	}
	return &x[i]
}

//go:noinline
func updateCall[T Float](p *updateVersions, y, x, g, m, v *T, s settings[T], n int) {
	switch g := any(g).(type) {
	case *float32:
		t := any(s).(settings[float32])
		p.f32[active](any(y).(*float32), any(x).(*float32), g, any(m).(*float32), any(v).(*float32), t[0], t[1], t[2], t[3], t[4], t[5], t[6], n)
	case *float64:
		t := any(s).(settings[float64])
		p.f64[active](any(y).(*float64), any(x).(*float64), g, any(m).(*float64), any(v).(*float64), t[0], t[1], t[2], t[3], t[4], t[5], t[6], n)
	}
}
