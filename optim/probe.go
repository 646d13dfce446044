package optim

import (
	"fmt"
	"math"

	"descent/internal/stream"
)

// course is what the value does along a ray from a point without slope.
type course int

const (
	level   course = iota // it does not change beyond rounding
	sloping               // it changes by no more than the small gradient left there explains
	higher                // it rises
	lower                 // it falls
	kinked                // it rises like a distance, although the gradient vanishes
)

// probe decides about a point by the values along its directions without
// curvature, both ways, and along mixtures of them.
func (j *judge[T]) probe(at point[T], m *model) (Verdict, error) {
	noise, err := j.noise(at)
	if err != nil {
		return j.v, err
	}
	var count [5]int
	negative, null, positive := m.signs()
	for _, v := range nullRays(m) {
		c, err := j.ray(at, m, v, noise)
		if err != nil {
			return j.v, err
		}
		if c == lower && j.v.Downhill == nil {
			j.v.Downhill = v
		}
		count[c]++
	}
	falls := negative > 0 || count[lower] > 0
	rises := positive > 0 || count[higher] > 0
	switch {
	case falls && rises:
		return j.named(Saddle, "not a minimum but a saddle", "the value falls on one side and rises on another"), nil
	case falls:
		return j.named(Maximum, "a maximum", ""), nil
	case count[kinked] > 0:
		return j.named(Unknown, "a kink", "nearby values are higher, so it may well be a minimum, but the gradient jumps here and proves nothing"), nil
	case count[sloping] > 0:
		return j.named(Flat, "no minimum", "the value goes on falling gently, and no bottom was seen nearby"), nil
	case !rises:
		return j.named(Flat, "flat", "the value does not change nearby, so nothing shows a minimum"), nil
	case count[level] > 0:
		return j.named(Minimum, "a minimum, not the only one", fmt.Sprintf("the value stays the same along %s", directions(null))), nil
	}
	return j.named(Minimum, "a minimum", fmt.Sprintf("there is no curvature along %s, but all values probed there are higher", directions(null))), nil
}

func directions(n int) string {
	if n == 1 {
		return "1 direction"
	}
	return fmt.Sprintf("%d directions", n)
}

// nullRays are the eigenvectors without curvature, both ways, and where there
// are several some random mixtures.
func nullRays(m *model) [][]float64 {
	var rays [][]float64
	both := func(v []float64) {
		back := make([]float64, len(v))
		for i, e := range v {
			back[i] = -e
		}
		rays = append(rays, v, back)
	}
	for i := range m.n {
		if m.sign(i) == 0 {
			both(m.direction(i))
		}
	}
	base := len(rays)
	if base < 4 {
		return rays
	}
	rng := stream.New(1, "verdict rays", 0)
	for range 8 {
		mix := make([]float64, m.n)
		for b := 0; b < base; b += 2 {
			w := rng.NormFloat64()
			for i, e := range rays[b] {
				mix[i] += w * e
			}
		}
		both(unit(mix))
	}
	return rays
}

// The distances probed along a ray, in units of the size of the point.
const (
	closest  = 1e-7
	farthest = 0.5
	stride   = 4
)

// ray follows the value from a point along v until it differs from the value
// there, twice in a row the same way, by more than noise and more than what the
// gradient left at the point explains.
func (j *judge[T]) ray(at point[T], m *model, v []float64, noise float64) (course, error) {
	size, slope := 1.0, 0.0
	for i, e := range at.x {
		size += math.Abs(float64(e) * v[i])
		slope += float64(at.g[i]) * v[i]
	}
	last, seen := 0.0, level // the last significant difference; what is seen without any
	for h := closest * size; h <= farthest*size; h *= stride {
		f, ok, err := j.valley(at, m, v, h)
		if err != nil {
			return level, err
		}
		if !ok {
			break // the edge of the region where f is defined
		}
		diff := f - at.f
		noisy := noise + 16*epsilon[float64]()*math.Abs(f)
		if math.Abs(diff) <= noisy+2*math.Abs(slope)*h {
			if last = 0; math.Abs(diff) > noisy {
				seen = sloping
			}
			continue
		}
		switch {
		case last < 0 && diff < last:
			return lower, nil
		case last > 0 && diff > last:
			if diff < math.Pow(stride, 1.3)*last {
				return kinked, nil
			}
			return higher, nil
		}
		last = diff
	}
	return seen, nil
}

// valley is the value at distance h along v, after a Newton step on the
// significant eigenvalues: the floor of a curved valley, not its wall. It is
// not ok where f is not finite.
func (j *judge[T]) valley(at point[T], m *model, v []float64, h float64) (f float64, ok bool, err error) {
	step := make([]float64, j.n)
	for i := range step {
		step[i] = h * v[i]
	}
	x, g := shifted(at.x, step), make([]T, j.n)
	if f, err = j.p.Eval(x, g); err != nil || !finite(f) {
		return f, false, err
	}
	if bend := m.newton(wide(g)); finite(norm(bend)) && norm(bend) <= h {
		bent, err := j.p.Eval(shifted(x, bend), nil)
		if err != nil {
			return f, false, err
		}
		if bent < f {
			f = bent
		}
	}
	return f, true, nil
}

// noise is the scatter of the value at neighbours too close to differ by
// anything but rounding.
func (j *judge[T]) noise(at point[T]) (float64, error) {
	rng := stream.New(1, "verdict noise", 0)
	scatter := 16 * epsilon[T]() * math.Abs(at.f)
	step := make([]float64, j.n)
	for range 4 {
		for i, x := range at.x {
			step[i] = 8 * epsilon[T]() * math.Abs(float64(x)) * (2*rng.Float64() - 1)
		}
		f, err := j.p.Eval(shifted(at.x, step), nil)
		if err != nil {
			return 0, err
		}
		if finite(f) {
			scatter = max(scatter, 4*math.Abs(f-at.f))
		}
	}
	return scatter, nil
}
