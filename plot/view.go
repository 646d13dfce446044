package plot

import "math"

// span is an interval of one axis.
type span struct{ lo, hi float64 }

func (s span) size() float64 { return s.hi - s.lo }

// grow widens s by a fraction of its size on both sides.
func (s span) grow(f float64) span {
	d := f * s.size()
	return span{s.lo - d, s.hi + d}
}

// add widens s so that it holds v.
func (s span) add(v float64) span { return span{math.Min(s.lo, v), math.Max(s.hi, v)} }

// empty is the span that holds nothing.
var empty = span{math.Inf(1), math.Inf(-1)}

// solid gives a span without a size one, around what it holds: a picture of a
// single point still shows where it lies.
func (s span) solid() span {
	if s.lo > s.hi {
		return span{-1, 1}
	}
	mid := s.lo + (s.hi-s.lo)/2
	least := 1e-9 * math.Abs(mid)
	if s.size() > least && s.size() > 1e-290 {
		return s
	}
	half := math.Max(1, 0.25*math.Abs(mid))
	return span{mid - half, mid + half}
}

// finite reports whether no coordinate is NaN, infinite or so large that
// differences overflow.
func finite(xs ...float64) bool {
	for _, x := range xs {
		if !(math.Abs(x) < 1e300) {
			return false
		}
	}
	return true
}

// distance is the Euclidean distance, safe from overflow.
func distance(a, b []float64) float64 {
	d := 0.0
	for i := range a {
		d = math.Hypot(d, a[i]-b[i])
	}
	return d
}

// box is the smallest box around the part of the walk worth seeing, by
// coordinate. A walk that runs away is shown from its start for as long as it
// stays in sight; one that comes home is shown whole, but for leaps far beyond
// the way from start to end.
func (w Walk) box() []span {
	boxes := make([]span, len(w.Names))
	for j := range boxes {
		boxes[j] = empty
	}
	pts := w.X
	for len(pts) > 0 && !finite(pts[len(pts)-1]...) {
		pts = pts[:len(pts)-1]
	}
	if len(pts) == 0 {
		return boxes
	}
	start, end := pts[0], pts[len(pts)-1]
	reach := distance(start, end)
	if len(pts) > 1 {
		reach = math.Max(reach, distance(start, pts[1]))
	}
	away := w.runsAway()
	for i, x := range pts {
		if !finite(x...) {
			continue
		}
		if away && i > 1 && distance(start, x) > 40*distance(start, pts[1]) {
			break
		}
		if !away && math.Min(distance(start, x), distance(end, x)) > 3*reach {
			continue
		}
		for j := range boxes {
			boxes[j] = boxes[j].add(x[j])
		}
	}
	return boxes
}

// runsAway reports whether the walk climbs in the end.
func (w Walk) runsAway() bool {
	last := w.F[len(w.F)-1]
	return len(w.F) > 1 && !(last <= w.F[0]) || !finite(last)
}

// axis samples n points of s, ends included.
func (s span) axis(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		t := float64(i) / float64(n-1)
		out[i] = s.lo*(1-t) + s.hi*t
	}
	return out
}
