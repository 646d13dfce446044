package optim

import (
	"fmt"
	"math"

	"descent/internal/numtext"
	"descent/internal/stream"
)

// GradientCheck compares a gradient with differences of the value.
type GradientCheck struct {
	OK      bool
	Checked int    // coordinates compared
	Index   int    // the coordinate that agrees worst
	Name    string // of that coordinate: its block, and its number there from 1
	// The derivative there as Eval gives it, as the differences give it, and
	// the uncertainty of the differences.
	Gradient, Difference, Uncertainty float64
	// Err is |Gradient − Difference| beside the size of the derivative.
	Err   float64
	Kinks []Kink // where nothing is to be compared
	Text  string // the sentence for people
}

// checkedAtMost bounds the coordinates that CheckGradient compares.
const checkedAtMost = 1000

// CheckGradient compares the gradient at x with central differences of the
// value, extrapolated from two step lengths (Ridders 1982), in every
// coordinate, or in 1000 drawn from a fixed stream where there are more. At a
// kink any slope between those of the two sides is right, and is not compared.
// It returns an error where the problem does, or where the value or gradient is
// not finite at x.
func CheckGradient[T Float](p *Problem[T], x []T) (GradientCheck, error) {
	if len(x) != p.Dim || p.Dim == 0 {
		return GradientCheck{}, fmt.Errorf("optim: the point has %d numbers, the problem %d parameters", len(x), p.Dim)
	}
	at, g := append([]T(nil), x...), make([]T, p.Dim)
	f, err := p.Eval(at, g)
	if err != nil {
		return GradientCheck{}, err
	}
	if !finite(f) || !finite(norm(g)) {
		return GradientCheck{}, fmt.Errorf("optim: the gradient cannot be checked where it is not finite: value %v, gradient norm %v", f, norm(g))
	}
	worst, beside := GradientCheck{OK: true, Err: -1}, 0
	for _, i := range coordinates(p.Dim) {
		d, uncertain, err := derivative(p, at, i, f)
		if err != nil {
			return worst, err
		}
		if math.IsInf(uncertain, 0) {
			beside++ // the value is not finite around x
			continue
		}
		e := float64(g[i])
		gap := math.Abs(e - d)
		relative := gap / max(math.Abs(e), math.Abs(d), 1e-3*norm(g), math.SmallestNonzeroFloat64)
		wrong := !(gap <= 4*uncertain || relative <= tolerance[T]())
		if wrong {
			k, is, err := kink(p, at, i, f, e, gap)
			if err != nil {
				return worst, err
			}
			if is {
				worst.Kinks = append(worst.Kinks, k)
				continue
			}
		}
		worst.Checked++
		if wrong && worst.OK || wrong != worst.OK && relative > worst.Err {
			worst.OK, worst.Index, worst.Gradient, worst.Difference, worst.Uncertainty, worst.Err = !wrong, i, e, d, uncertain, relative
		}
	}
	if worst.Checked == 0 && len(worst.Kinks) == 0 {
		return worst, fmt.Errorf("optim: the gradient cannot be checked: the value is not finite in any direction from the point")
	}
	worst.Name = nameOf(p.Blocks, worst.Index)
	worst.Text = worst.sentence(beside)
	return worst, nil
}

func tolerance[T Float]() float64 {
	if isFloat32[T]() {
		return 1e-2
	}
	return 1e-6
}

// sentence says what came out; beside are coordinates in which the value is not
// finite beside the point.
func (c GradientCheck) sentence(beside int) string {
	rest := kinksText(c.Kinks)
	if beside > 0 {
		rest += fmt.Sprintf("; %s not compared, as the value is not finite beside the point", numtext.Count(beside, "coordinate"))
	}
	switch {
	case c.Checked == 0:
		return "the gradient was compared in no coordinate" + rest + "; start elsewhere to check it"
	case c.OK:
		return fmt.Sprintf("the gradient agrees with differences of the value in %s; the worst, %s, differs by %s of its size%s",
			numtext.Count(c.Checked, "coordinate"), c.Name, num(c.Err, 2), rest)
	}
	return fmt.Sprintf("the gradient is wrong: by %s it is %s, by differences of the value %s ± %s%s",
		c.Name, num(c.Gradient, 6), num(c.Difference, 6), num(c.Uncertainty, 1), rest)
}

// derivative is ∂f/∂xᵢ by central differences d(h), d(h/2), extrapolated:
// (4·d(h/2) − d(h))/3. The uncertainty is the change by that extrapolation, or
// the rounding of the value over the step, whichever is more. Among several
// lengths the one with the least uncertainty counts.
func derivative[T Float](p *Problem[T], x []T, i int, f float64) (best, uncertain float64, err error) {
	mid := x[i]
	defer func() { x[i] = mid }()
	central := func(h float64) (float64, error) {
		x[i] = T(float64(mid) + h)
		hi := float64(x[i])
		up, err := p.Eval(x, nil)
		if err != nil {
			return 0, err
		}
		x[i] = T(float64(mid) - h)
		lo := float64(x[i])
		down, err := p.Eval(x, nil)
		return (up - down) / (hi - lo), err
	}
	best, uncertain = math.NaN(), math.Inf(1)
	size := max(math.Abs(float64(mid)), 0.1)
	for h := math.Pow(epsilon[T](), 0.2) * size; h > 8*epsilon[T]()*size; h /= 16 {
		whole, err := central(h)
		if err != nil {
			return 0, 0, err
		}
		half, err := central(h / 2)
		if err != nil {
			return 0, 0, err
		}
		d := (4*half - whole) / 3
		rounding := 8 * epsilon[T]() * math.Abs(f) / h
		if u := math.Abs(half-whole) + rounding; u < uncertain {
			best, uncertain = d, u
		}
	}
	return best, uncertain, nil
}

// coordinates are all of n, or a sample in increasing order.
func coordinates(n int) []int {
	out := make([]int, 0, min(n, checkedAtMost))
	rng := stream.New(1, "gradient check", 0)
	for i := range n {
		if need := checkedAtMost - len(out); rng.IntN(n-i) < need {
			out = append(out, i)
		}
	}
	return out
}
