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

// probe decides about a point by the values along rays without curvature.
func (j *judge[T]) probe(at point[T], m *model, rays [][]float64) (Verdict, error) {
	count, err := j.follow(at, m.newton, rays)
	if err != nil {
		return j.v, err
	}
	if count[kinked] > 0 && count[lower] == 0 {
		along, err := j.creases(at)
		if err != nil {
			return j.v, err
		}
		count[lower] += along[lower]
	}
	negative, null, positive := m.signs()
	return j.weigh(count, negative, null, positive), nil
}

// tally counts the courses that the value takes along rays.
type tally [5]int

// follow follows the value along rays and notes the first that leads down.
func (j *judge[T]) follow(at point[T], bend bending, rays [][]float64) (count tally, err error) {
	noise, err := j.noise(at)
	if err != nil {
		return count, err
	}
	for _, v := range rays {
		c, err := j.ray(at, bend, v, noise)
		if err != nil {
			return count, err
		}
		if c == lower && j.v.Downhill == nil {
			j.v.Downhill = v
		}
		count[c]++
	}
	return count, nil
}

// weigh names a point with null directions by what the values along them do.
func (j *judge[T]) weigh(count tally, negative, null, positive int) Verdict {
	falls := negative > 0 || count[lower] > 0
	rises := positive > 0 || count[higher] > 0 || count[kinked] > 0
	switch {
	case falls && rises:
		return j.named(Saddle, "not a minimum but a saddle", "the value falls on one side and rises on another")
	case falls:
		return j.named(Maximum, "a maximum", "")
	case count[kinked] > 0:
		return j.named(Unknown, "a kink", "nearby values are higher, so it may well be a minimum, but the gradient jumps here and proves nothing")
	case count[sloping] > 0:
		return j.named(Flat, "no minimum", "the value goes on falling gently, and no bottom was seen nearby")
	case !rises:
		return j.named(Flat, "flat", "the value does not change nearby, so nothing shows a minimum")
	case count[level] > 0:
		return j.named(Minimum, "a minimum, not the only one", fmt.Sprintf("the value stays the same along %s", directions(null)))
	}
	if steepest := j.steepness(); steepest > steepWall {
		return j.named(Unknown, "perhaps a minimum", fmt.Sprintf("values beside it are higher, but a wall is %s times as steep as the floor along %s, so steps along a floor that bends would end on the wall: scale the variables, or start elsewhere", num(steepest, 1), directions(null)))
	}
	return j.named(Minimum, "a minimum", fmt.Sprintf("there is no curvature along %s, but all values probed there are higher", directions(null)))
}

// steepWall is how many times as much a wall may curve as the floor of a valley
// for probes to follow the floor: beyond that, the correction that leads them
// back to it is lost in rounding.
const steepWall = 1e22

// steepness is the largest magnitude of an eigenvalue over the smallest; 0 where
// they are not all known, where the walls are not steep, and where the smallest is
// 0 as the function has none there, such as x⁴.
func (j *judge[T]) steepness() float64 {
	e := j.v.Eigenvalues
	if len(e) < j.n || len(e) == 0 {
		return 0
	}
	least, most := math.Inf(1), 0.0
	for _, v := range e {
		least, most = min(least, math.Abs(v)), max(most, math.Abs(v))
	}
	if most < 1e8 || least == 0 {
		return 0
	}
	return most / least
}

// confirm looks whether the value rises along the rays, as the curvature of a
// minimum says.
func (j *judge[T]) confirm(at point[T], rays [][]float64) (Verdict, error) {
	count, err := j.follow(at, nil, rays)
	switch {
	case err != nil:
		return j.v, err
	case count[lower] > 0:
		return j.named(Saddle, "not a minimum but a saddle", "the point curves upwards, but the value falls on one side"), nil
	}
	return j.named(Minimum, "a minimum", ""), nil
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
	for i := range m.n {
		if m.sign(i) == 0 {
			rays = append(rays, bothWays(m.direction(i))...)
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
		rays = append(rays, bothWays(unit(mix))...)
	}
	return rays
}

// curvedRays are the eigenvectors of the least curvature, both ways.
func curvedRays(m *model) [][]float64 {
	var rays [][]float64
	for i := range min(m.n, 8) {
		rays = append(rays, bothWays(m.direction(i))...)
	}
	return rays
}

func bothWays(v []float64) [][]float64 { return [][]float64{v, negated(v)} }

// The distances probed along a ray, in units of the size of the point.
const (
	closest  = 1e-7
	farthest = 0.5
	stride   = 4
)

// ray follows the value from a point along v until it differs from the value
// there, twice in a row the same way, by more than noise and more than what the
// gradient left at the point explains.
func (j *judge[T]) ray(at point[T], bend bending, v []float64, noise float64) (course, error) {
	size, slope := at.along(v)
	last, seen := 0.0, level // the last significant difference; what is seen without two
	var edge drop
	for h := closest * size; h <= farthest*size; h *= stride {
		f, ok, err := j.valley(at, bend, v, h)
		if err != nil {
			return level, err
		}
		if !ok && h == closest*size && j.inside == nil {
			return level, fmt.Errorf("optim: value or gradient is not finite %s away from the point, so nothing can be proved", num(h, 2))
		}
		if !ok {
			break // the edge of the region where f is defined
		}
		diff := f - at.f
		edge.see(diff)
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
			if diff >= math.Pow(stride, 1.3)*last {
				return higher, nil
			}
			if seen == kinked {
				return kinked, nil
			}
			seen = kinked // once may be chance
		}
		last = diff
	}
	if bend == nil && edge.found(at.f) {
		return lower, nil
	}
	return seen, nil
}

// along is the size of a point in the direction v, and the slope there.
func (at point[T]) along(v []float64) (size, slope float64) {
	size = 1
	for i, e := range at.x {
		size += math.Abs(float64(e) * v[i])
		slope += float64(at.g[i]) * v[i]
	}
	return size, slope
}

// bending is a step from the wall of a curved valley down to its floor, from
// the gradient on the wall.
type bending func(gradient []float64) []float64

// valley is the value at distance h along v; with a bend, the least of that and
// of the value after it. It is not ok where f or its gradient
// is not finite.
func (j *judge[T]) valley(at point[T], bend bending, v []float64, h float64) (f float64, ok bool, err error) {
	step := make([]float64, j.n)
	for i := range step {
		step[i] = h * v[i]
	}
	x, g := shifted(at.x, step), make([]T, j.n)
	if j.inside != nil && !j.inside(x) {
		return math.NaN(), false, nil
	}
	if f, err = j.p.Eval(x, g); err != nil || !finite(f) || !finite(norm(g)) {
		return f, false, err
	}
	if bend == nil {
		return f, true, nil
	}
	if down := bend(wide(g)); finite(norm(down)) && norm(down) <= h {
		low := shifted(x, down)
		if j.inside != nil && !j.inside(low) {
			return f, true, nil
		}
		bent, err := j.p.Eval(low, nil)
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
			step[i] = 8 * epsilon[T]() * (1 + math.Abs(float64(x))) * (2*rng.Float64() - 1)
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
