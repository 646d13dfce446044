package kernel

import "math"

// tiny is where moments are set to zero: far above the denormals of float32,
// which slow every operation they meet, and far below any ε.
const tiny = 0x1p-120

// Adam turns the gradient in u into the update of one step of Adam, and moves
// both moments, in one pass:
//
//	m = β₁·m + c₁·u;  v = β₂·v + c₂·u·u;  u = −η·m/(√v + ε)
//
// with c = 1−β. Moments that no longer count are set to zero before they turn
// denormal. Every path gives the same bits.
func Adam[T Float](u, m, v []T, beta1, beta2, eta, eps T) {
	c1, c2 := 1-beta1, 1-beta2
	m, v = m[:len(u)], v[:len(u)]
	n := whole[T](len(u))
	for i := 0; i < n; i += chunk {
		adamCall(u[i:], m[i:], v[i:], beta1, c1, beta2, c2, -eta, eps, min(chunk, n-i))
	}
	for i := n; i < len(u); i++ {
		g := u[i]
		mi := T(beta1*m[i]) + T(c1*g)
		if mi < tiny && mi > -tiny {
			mi = 0
		}
		vi := T(beta2*v[i]) + T(T(c2*g)*g)
		if vi < tiny {
			vi = 0
		}
		m[i], v[i] = mi, vi
		u[i] = -eta * mi / (T(math.Sqrt(float64(vi))) + eps)
	}
}

//go:noinline
func adamCall[T Float](u, m, v []T, b1, c1, b2, c2, negEta, eps T, n int) {
	switch u := any(u).(type) {
	case []float32:
		m, v := any(m).([]float32), any(v).([]float32)
		adamPaths.f32[active](&u[0], &m[0], &v[0], float32(b1), float32(c1), float32(b2), float32(c2), float32(negEta), float32(eps), n)
	case []float64:
		m, v := any(m).([]float64), any(v).([]float64)
		adamPaths.f64[active](&u[0], &m[0], &v[0], float64(b1), float64(c1), float64(b2), float64(c2), float64(negEta), float64(eps), n)
	}
}

// Momentum turns the gradient in u into the update of one heavy ball step:
//
//	m = β·m + share·u;  u = −η·m
func Momentum[T Float](u, m []T, beta, share, eta T) {
	m = m[:len(u)]
	n := whole[T](len(u))
	for i := 0; i < n; i += chunk {
		momentumCall(u[i:], m[i:], beta, share, -eta, min(chunk, n-i))
	}
	for i := n; i < len(u); i++ {
		m[i] = T(beta*m[i]) + T(share*u[i])
		u[i] = -eta * m[i]
	}
}

//go:noinline
func momentumCall[T Float](u, m []T, beta, share, negEta T, n int) {
	switch u := any(u).(type) {
	case []float32:
		momentumPaths.f32[active](&u[0], &any(m).([]float32)[0], float32(beta), float32(share), float32(negEta), n)
	case []float64:
		momentumPaths.f64[active](&u[0], &any(m).([]float64)[0], float64(beta), float64(share), float64(negEta), n)
	}
}

type adamPathSet struct {
	f32 [3]func(u, m, v *float32, s0, s1, s2, s3, s4, s5 float32, n int)
	f64 [3]func(u, m, v *float64, s0, s1, s2, s3, s4, s5 float64, n int)
}

type momentumPathSet struct {
	f32 [3]func(u, m *float32, s0, s1, s2 float32, n int)
	f64 [3]func(u, m *float64, s0, s1, s2 float64, n int)
}
