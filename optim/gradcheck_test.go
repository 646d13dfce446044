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
