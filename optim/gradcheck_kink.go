package optim

import (
	"fmt"
	"math"
)

// Kink is a coordinate along which the value has another slope on one side of
// the point than on the other, as that of |x| at 0. Any slope between the two is
// right there, so nothing is to be compared.
type Kink struct {
	Index       int
	Name        string  // as GradientCheck.Name
	Left, Right float64 // the slopes below and above the point
}

func (k Kink) text() string {
	least := 1e-9 * max(math.Abs(k.Left), math.Abs(k.Right)) // what the length of the step makes of 0
	if math.Abs(k.Left) < least {
		k.Left = 0
	}
	if math.Abs(k.Right) < least {
		k.Right = 0
	}
	return fmt.Sprintf("kink at %s: not compared, the slope is %s on one side of the point and %s on the other", k.Name, num(k.Left, 3), num(k.Right, 3))
}

// kink looks whether the derivative g by coordinate i, which is gap away from
// the central difference, is one of a kink: it lies between the slopes of the two
// sides, and these stay apart as the steps get short. Where the function is
// smooth, their difference falls with the step. The shortest step counts at which
// rounding is small beside the gap.
func kink[T Float](p *Problem[T], x []T, i int, f, g, gap float64) (k Kink, is bool, err error) {
	size := max(math.Abs(float64(x[i])), 0.1)
	h := max(1e4*epsilon[T]()*size, 80*epsilon[T]()*math.Abs(f)/gap)
	near, err := sides(p, x, i, f, h)
	if err != nil {
		return near, false, err
	}
	wider, err := sides(p, x, i, f, 16*h)
	apart := math.Abs(near.Right - near.Left)
	slack := 0.1*gap + tolerance[T]()*math.Abs(g)
	between := g >= min(near.Left, near.Right)-slack && g <= max(near.Left, near.Right)+slack
	near.Index, near.Name = i, nameOf(p.Blocks, i)
	return near, between && apart >= 0.5*math.Abs(wider.Right-wider.Left), err
}

// sides are the slopes of the value over a step h to both sides of the point.
func sides[T Float](p *Problem[T], x []T, i int, f, h float64) (k Kink, err error) {
	mid := x[i]
	defer func() { x[i] = mid }()
	slope := func(step float64) float64 {
		x[i] = T(float64(mid) + step)
		v, e := p.Eval(x, nil)
		if e != nil {
			err = e
		}
		return (v - f) / (float64(x[i]) - float64(mid))
	}
	k.Left, k.Right = slope(-h), slope(h)
	return k, err
}

// kinksText tells of kinks: the first ones by name.
func kinksText(kinks []Kink) string {
	const most = 3
	text := ""
	for n, k := range kinks {
		if n == most {
			return text + fmt.Sprintf("; %d more kinks, not compared either", len(kinks)-most)
		}
		text += "; " + k.text()
	}
	return text
}
