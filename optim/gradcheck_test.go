package optim

import (
	"math"
	"strings"
	"testing"

	"descent/param"
)

func TestCheckGradientFindsTheWrongCoordinate(t *testing.T) {
	blocks := []param.Block{{Name: "a", Shape: []int{2}}, {Name: "b", Offset: 2}}
	f := func(x []float64) float64 { return math.Sin(x[0])*x[1] + math.Exp(1e-3*x[2]) + 1e6 }
	exact := func(x, g []float64) {
		g[0], g[1], g[2] = math.Cos(x[0])*x[1], math.Sin(x[0]), 1e-3*math.Exp(1e-3*x[2])
	}
	for _, tt := range []struct {
		spoil func(g []float64)
		ok    bool
		says  string
	}{
		{func([]float64) {}, true, "agrees with differences of the value in 3 coordinates"},
		{func(g []float64) { g[1] *= 1.001 }, false, "is wrong: by a[2] it is "},
		{func(g []float64) { g[2] = -g[2] }, false, "is wrong: by b it is "},
	} {
		p := Problem[float64]{Dim: 3, Blocks: blocks, Eval: func(x, g []float64) (float64, error) {
			if g != nil {
				exact(x, g)
				tt.spoil(g)
			}
			return f(x), nil
		}}
		got, err := CheckGradient(&p, []float64{0.7, 3, 200})
		if err != nil || got.OK != tt.ok || !strings.Contains(got.Text, tt.says) {
			t.Errorf("%+v, %v, want …%s…", got, err, tt.says)
		}
	}
}

func TestCheckGradientSamplesManyCoordinates(t *testing.T) {
	n := 5000
	eig := make([]float64, n)
	x := make([]float64, n)
	for i := range eig {
		eig[i], x[i] = 1+float64(i%5), math.Sin(float64(i))
	}
	p := diagonal(eig)
	got, err := CheckGradient(&p, x)
	if err != nil || !got.OK || got.Checked != checkedAtMost {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestCheckGradientRefuses(t *testing.T) {
	p := curve(math.Log, func(x float64) float64 { return 1 / x }, nil)
	if got, err := CheckGradient(&p, []float64{-1}); err == nil {
		t.Errorf("checked where the value is NaN: %+v", got)
	}
	if got, err := CheckGradient(&p, []float64{1, 2}); err == nil {
		t.Errorf("checked at a point of the wrong length: %+v", got)
	}
	if got, err := CheckGradient(&p, []float64{1e-3}); err != nil || !got.OK {
		t.Errorf("%+v, %v", got, err)
	}
}

// kinky is max(x, y)·|z| + y², with the gradient that a formula has: the first of
// equals, and 0 for |z| at 0. spoil may make it wrong.
func kinky(spoil func(g []float64)) Problem[float64] {
	return Problem[float64]{Dim: 3, Eval: func(x, g []float64) (float64, error) {
		if g != nil {
			clear(g)
			larger := 0
			if x[1] > x[0] {
				larger = 1
			}
			g[larger] = math.Abs(x[2])
			g[1] += 2 * x[1]
			if x[2] != 0 {
				g[2] = math.Copysign(max(x[0], x[1]), x[2])
			}
			spoil(g)
		}
		return max(x[0], x[1])*math.Abs(x[2]) + x[1]*x[1], nil
	}}
}

// At a kink any slope between those of its sides is right, one beyond them is
// wrong; beside a kink the gradient is compared, however near.
func TestCheckGradientAtKinks(t *testing.T) {
	right := func([]float64) {}
	wrong := func(i int, by float64) func([]float64) { return func(g []float64) { g[i] += by } }
	for _, c := range []struct {
		x     []float64
		spoil func([]float64)
		ok    bool
		kinks int
		says  string
	}{
		{[]float64{1, 1, 2}, right, true, 2, "kink at parameter 1: not compared, the slope is 0 on one side of the point and 2 on the other"},
		{[]float64{1, 1, 2}, wrong(0, 1), false, 1, "is wrong: by parameter 1 it is 3"},
		{[]float64{1, 1, 2}, wrong(1, -3), false, 1, "is wrong: by parameter 2 it is -1"},
		{[]float64{1, 1, 2}, wrong(2, 1e-3), false, 2, "is wrong: by parameter 3 it is 1.001"},
		{[]float64{1, 1, 0}, wrong(2, 0.3), true, 1, "kink at parameter 3"},
		{[]float64{1, 1, 0}, wrong(2, 1.3), false, 0, "is wrong: by parameter 3"},
		{[]float64{1e6, 1e6, 1}, right, true, 1, "kink at parameter 1"},
	} {
		p := kinky(c.spoil)
		got, err := CheckGradient(&p, c.x)
		if err != nil || got.OK != c.ok || len(got.Kinks) != c.kinks || !strings.Contains(got.Text, c.says) {
			t.Errorf("at %v: %+v, %v, want …%s…", c.x, got, err, c.says)
		}
	}
	for _, away := range []float64{1e-2, 1e-4, 1e-6, 1e-8, -1e-2, -1e-4, -1e-6, -1e-8} {
		for i := range 3 {
			for _, by := range []float64{0, 0.01, -3} {
				p := kinky(wrong(i, by))
				got, err := CheckGradient(&p, []float64{1 + away, 1, 2})
				if err != nil || got.OK != (by == 0) || by != 0 && got.Index != i {
					t.Errorf("%v beside a kink, by %d wrong by %v: %+v, %v", away, i, by, got, err)
				}
				if got, err = CheckGradient(&p, []float64{1.5, 1, away}); err != nil || got.OK != (by == 0) || by != 0 && got.Index != i {
					t.Errorf("%v beside the other kink, by %d wrong by %v: %+v, %v", away, i, by, got, err)
				}
			}
		}
	}
}

// Nothing to compare is no error, and is said.
func TestCheckGradientWhereAllIsKinks(t *testing.T) {
	p := Problem[float64]{Dim: 1, Eval: func(x, g []float64) (float64, error) {
		if g != nil {
			g[0] = 0.5
		}
		return math.Abs(x[0]), nil
	}}
	got, err := CheckGradient(&p, []float64{0})
	if err != nil || !got.OK || got.Checked != 0 || len(got.Kinks) != 1 || !strings.Contains(got.Text, "compared in no coordinate; kink at parameter 1: not compared, the slope is -1 on one side of the point and 1 on the other") {
		t.Errorf("%+v, %v", got, err)
	}
}
