package graph

import (
	"math"
	"strings"
	"testing"
)

// The residuals a·exp(-b·t) - y over rows, as a formula fit has them.
func decay(g *Graph, vector bool) *Node {
	t, y := g.Data("t", 4), g.Data("y", 4)
	a, b := (*Node)(nil), (*Node)(nil)
	if vector {
		w := g.Param("w", 2)
		a, b = g.Reshape(g.Slice(w, 0, 1, 1)), g.Reshape(g.Slice(w, 1, 1, 1))
	} else {
		a, b = g.Param("a"), g.Param("b")
	}
	return g.Sub(g.Mul(a, g.Exp(g.Neg(g.Mul(b, t)))), y)
}

func TestResidual(t *testing.T) {
	times, ys := []float64{0, 1, 2, 3}, []float64{2, 1, 0.6, 0.2}
	x := []float64{2.1, 0.7}
	for _, vector := range []bool{false, true} {
		g := New()
		s, err := NewResidual[float64](g, decay(g, vector))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Eval(x, make([]float64, 4)); err == nil || !strings.Contains(err.Error(), "not bound") {
			t.Fatalf("unbound data gives %v", err)
		}
		s.Bind("t", times)
		s.Bind("y", ys)
		r, jac := make([]float64, 4), make([]float64, 8)
		jv, ju := make([]float64, 4), make([]float64, 2)
		v, u := []float64{0.3, -0.5}, []float64{1, -2, 0.5, 3}
		for _, err := range []error{s.Eval(x, r), s.Jac(x, jac), s.JVP(x, v, jv), s.VJP(x, u, ju)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		var back [2]float64
		for i, ti := range times {
			e := math.Exp(-x[1] * ti)
			da, db := e, -x[0]*ti*e
			if !near(r[i], x[0]*e-ys[i], 1e-15) || !near(jac[i], da, 1e-15) || !near(jac[4+i], db, 1e-15) {
				t.Errorf("row %d: r %v, ∂a %v, ∂b %v", i, r[i], jac[i], jac[4+i])
			}
			if !near(jv[i], da*v[0]+db*v[1], 1e-14) {
				t.Errorf("row %d: J·v %v, want %v", i, jv[i], da*v[0]+db*v[1])
			}
			back[0], back[1] = back[0]+da*u[i], back[1]+db*u[i]
		}
		if !near(ju[0], back[0], 1e-14) || !near(ju[1], back[1], 1e-14) {
			t.Errorf("Jᵀ·u %v, want %v", ju, back)
		}
		if a := testing.AllocsPerRun(10, func() { s.Eval(x, r); s.Jac(x, jac); s.JVP(x, v, jv); s.VJP(x, u, ju) }); a != 0 {
			t.Errorf("residuals allocate %v times", a)
		}
	}
}

func TestJacobianByRows(t *testing.T) {
	g := New()
	x := g.Param("x", 3)
	first := g.Slice(x, 0, 1, 2)
	s, err := NewResidual[float64](g, g.Mul(first, g.Slice(x, 1, 1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	jac := make([]float64, 6)
	if err := s.Jac([]float64{2, 3, 5}, jac); err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{3, 0, 2, 5, 0, 3} {
		if jac[i] != want {
			t.Fatalf("Jacobian %v", jac)
		}
	}
}

func TestProgramErrors(t *testing.T) {
	g := New()
	x, d := g.Param("x", 2), g.Data("d", 3)
	p, err := Compile[float64](g, g.Mul(g.Sum(x), d))
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, 3)
	for want, err := range map[string]error{
		"not bound":              p.Run([]float64{1, 2}, out),
		"parameters have 2":      p.Run([]float64{1}, out),
		"its buffer 2":           p.Run([]float64{1, 2}, out[:2]),
		"0 output buffers for 1": p.Run([]float64{1, 2}),
		"needs 3":                p.Bind("d", out[:1]),
		"reduce it with Sum":     errorOf(NewObjective[float64](g, x)),
		"name at least one node": errorOf(Compile[float64](g)),
		"at least one parameter": errorOf(NewResidual[float64](New(), New().Const(1))),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	if err := p.Bind("d", out); err != nil {
		t.Error(err)
	}
	if err := p.Bind("elsewhere", out); err != nil {
		t.Error(err)
	}
	if err := p.Run([]float64{1, 2}, out); err != nil {
		t.Error(err)
	}
}

func errorOf[P any](_ P, err error) error { return err }

func TestConstantsAreFoldedOnce(t *testing.T) {
	g := New()
	x := g.Param("x", 3)
	c := g.Exp(g.Tensor([]float64{0, 1, 2}, 3))
	total := g.Sum(g.Mul(c, c))
	p, err := Compile[float64](g, g.Mul(g.Mul(x, c), total))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range p.code.blocks {
		if b.op != Mul {
			t.Errorf("block operation %d runs each time", b.op)
		}
	}
	out := make([]float64, 3)
	if err := p.Run([]float64{1, 1, 1}, out); err != nil {
		t.Fatal(err)
	}
	if want := (1 + math.Exp(2) + math.Exp(4)) * math.E; !near(out[1], want, 1e-14) {
		t.Errorf("%v, want %v", out[1], want)
	}
}

func TestFloat32KeepsTheLossInFloat64(t *testing.T) {
	const n = 1000
	g := New()
	x := g.Param("x", n)
	o, err := NewObjective[float32](g, g.Div(g.Sum(x), g.Const(13)))
	if err != nil {
		t.Fatal(err)
	}
	v := make([]float32, n)
	want := 0.0
	for i := range v {
		v[i] = 0.1 * float32(i)
		want += float64(v[i]) / 13
	}
	y, err := o.Eval(v, nil)
	if err != nil || !near(y, want, 1e-6) || y == float64(float32(y)) {
		t.Errorf("loss %v, %v, want %v with more digits than float32 has", y, err, want)
	}
}

// TestRowsAddedToTheirOwnSource adds a shifted array to itself, where working
// in place would read what was just written.
func TestRowsAddedToTheirOwnSource(t *testing.T) {
	const n = 50
	g := New()
	a := g.Sin(g.Param("x", n))
	y := g.Add(a, g.Pad(g.Slice(a, 0, 1, n-1), 1, 1, n))
	x, want := start(n), make([]float64, n)
	for i := range want {
		want[i] = math.Sin(x[i])
		if i > 0 {
			want[i] += math.Sin(x[i-1])
		}
	}
	for name, outs := range map[string][]*Node{
		"as output":  {y},
		"in scratch": {g.Neg(g.Neg(g.Add(y, g.Const(0)))), g.Sum(y)},
		"before use": {g.Sub(g.Exp(y), g.Const(0))},
	} {
		p, err := Compile[float64](g, outs...)
		if err != nil {
			t.Fatal(err)
		}
		bufs := [][]float64{make([]float64, n), make([]float64, 1)}[:len(outs)]
		if err := p.Run(x, bufs...); err != nil {
			t.Fatal(err)
		}
		for i, v := range bufs[0] {
			if name == "before use" {
				v = math.Log(v)
			}
			if !near(v, want[i], 1e-14) {
				t.Fatalf("%s: element %d is %v, want %v", name, i, v, want[i])
			}
		}
	}
}
