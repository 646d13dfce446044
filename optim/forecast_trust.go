package optim

import (
	"math"

	"descent/internal/kernel"
)

// Misfit is how badly the quadratic that a problem looks like at x, where its
// gradient is g, foretells the gradient h at y: |h − g − H·(y−x)| / |h|. It is 0
// on a quadratic, and a forecast made at x says nothing of a run from y where it
// is near 1 or more.
func Misfit[T Float](p *Problem[T], x, g, y, h []T) (float64, error) {
	way, out := make([]T, p.Dim), make([]T, p.Dim)
	for i, v := range y {
		way[i] = v - x[i]
	}
	if err := hessianProduct(p)(x, way, out); err != nil {
		return math.Inf(1), err
	}
	for i, v := range h {
		out[i] = v - g[i] - out[i]
	}
	return kernel.Norm2(out) / kernel.Norm2(h), nil
}

// fadingFactor is by how much the curvature may change over a step before it
// counts as fading.
const fadingFactor = 1.5

// Fades says whether the least curvature at x changes much on the way against
// the gradient g to where the quadratic at x has its bottom, as that of x⁴ does:
// then no step count by the curvature at x comes true.
func Fades[T Float](p *Problem[T], x, g []T) (bool, error) {
	hg, low := make([]T, p.Dim), make([]T, p.Dim)
	if err := hessianProduct(p)(x, g, hg); err != nil {
		return true, err
	}
	size, bend := 0.0, 0.0
	for i, v := range g {
		size += float64(v) * float64(v)
		bend += float64(v) * float64(hg[i])
	}
	if !(bend > 0) {
		return true, nil
	}
	for i, v := range g {
		low[i] = x[i] - T(size/bend)*v
	}
	here, err := Extremes(p, x, Lanczos{})
	if err != nil {
		return true, err
	}
	there, err := Extremes(p, low, Lanczos{})
	if err != nil {
		return true, err
	}
	return !(there.Min > here.Min/fadingFactor && there.Min < here.Min*fadingFactor), nil
}
