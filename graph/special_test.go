package graph

import (
	"math"
	"testing"
)

// specials are where shortcuts go wrong.
var specials = []float64{
	math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 1, -1, 0.5, -2.5, 3,
	1e-310, -1e-310, 1e300, -1e300, 1e-20, 40, -40, 750, -750, math.MaxFloat64,
}

// TestFastPathsAgreeWithTheTable holds the switch on registers and the loops
// over arrays to the functions of the table, at special values too.
func TestFastPathsAgreeWithTheTable(t *testing.T) {
	for op := Neg; table[op].kind == Elementwise; op++ {
		r := &table[op]
		var a, b, c, want []float64
		for _, x := range specials {
			switch len(r.d) {
			case 1:
				a, want = append(a, x), append(want, r.f1(x))
				continue
			case 2:
				for _, y := range specials {
					a, b, want = append(a, x), append(b, y), append(want, r.f2(x, y))
				}
			case 3:
				for _, y := range specials {
					a, b, c = append(a, x), append(b, y), append(c, 7)
					want = append(want, r.f3(x, y, 7))
				}
			}
		}
		got := make([]float64, len(want))
		apply(op, 0, got, &[3]vec[float64]{{v: a}, {v: b}, {v: c}})
		for i := range want {
			compareSpecial(t, op, "array", a, b, i, got[i], want[i])
			regs := []float64{a[i], 0, 7, 0}
			if b != nil {
				regs[1] = b[i]
			}
			p := &Program[float64]{code: &code{instrs: []instr{{op: op, d: 3, a: 0, b: 1, c: 2}}}, regs: regs}
			p.exec()
			compareSpecial(t, op, "number", a, b, i, regs[3], want[i])
			if len(r.d) == 2 {
				one := got[:1]
				apply(op, 0, one, &[3]vec[float64]{{v: a[i : i+1]}, {s: [1]float64{b[i]}}})
				compareSpecial(t, op, "array and number", a, b, i, one[0], want[i])
				apply(op, 0, one, &[3]vec[float64]{{s: [1]float64{a[i]}}, {v: b[i : i+1]}})
				compareSpecial(t, op, "number and array", a, b, i, one[0], want[i])
			}
		}
	}
}

func compareSpecial(t *testing.T, op Op, way string, a, b []float64, i int, got, want float64) {
	t.Helper()
	if closeTo(got, want, 1e-14) || math.Abs(got-want) < 1e-300 {
		return
	}
	args := []float64{a[i]}
	if b != nil {
		args = append(args, b[i])
	}
	t.Errorf("%v%v as %s: %v, the table has %v", op, args, way, got, want)
}

func TestPowersByMultiplication(t *testing.T) {
	for n := -maxPower; n <= maxPower; n++ {
		for _, x := range []float64{0.3, -1.7, 2, 1e3} {
			g := New()
			y := g.Pow(g.Param("x"), g.Const(float64(n)))
			if got := evalScalars(t, g, []float64{x}, y)[0]; !closeTo(got, math.Pow(x, float64(n)), 1e-14) {
				t.Errorf("%v^%d = %v", x, n, got)
			}
		}
	}
}

func TestLogSumExpAtInfinity(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{-inf, -inf}, -inf},
		{[]float64{-inf, 2}, 2},
		{[]float64{inf, 2}, inf},
		{[]float64{inf, -inf}, inf},
		{[]float64{math.NaN(), 2}, math.NaN()},
		{[]float64{1e308, 1e308}, 1e308},
	} {
		if got := logSumExp(new(scratch[float64]), c.x, 2, 1); !closeTo(got, c.want, 1e-15) {
			t.Errorf("logsumexp%v = %v, want %v", c.x, got, c.want)
		}
	}
}
