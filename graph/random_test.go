package graph

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// randomGraph grows a graph by random operations on smooth, bounded pieces, so
// that values stay moderate and differences of the result mean something.
type randomGraph struct {
	t    *rapid.T
	g    *Graph
	pool []*Node
}

func newRandomGraph(t *rapid.T) *randomGraph {
	r := &randomGraph{t: t, g: New()}
	r.pool = []*Node{
		r.g.Param("a"), r.g.Param("v", 4), r.g.Param("b"), r.g.Param("m", 3, 4), r.g.Param("c", 3, 1),
		r.g.Data("d", 4), r.g.Data("s"), r.g.Const(0.7),
		r.g.Tensor([]float64{0.1, -0.4, 0.3}, 3), r.g.Param("t", 2, 3, 4),
	}
	for range rapid.IntRange(3, 30).Draw(t, "operations") {
		if n := r.grow(); n.Len() <= 200 {
			r.pool = append(r.pool, n)
		}
	}
	return r
}

func (r *randomGraph) pick() *Node { return rapid.SampledFrom(r.pool).Draw(r.t, "node") }

func (r *randomGraph) grow() *Node {
	g, x := r.g, r.pick()
	switch rapid.IntRange(0, 5).Draw(r.t, "kind") {
	case 0, 1:
		return r.binary(x, r.pick())
	case 2:
		op := rapid.SampledFrom([]Op{Neg, Sin, Cos, Atan, Tanh, Sigmoid, Softplus, Asinh, Erf}).Draw(r.t, "op")
		return g.Apply(op, x)
	case 3:
		return g.Pow(g.Sin(x), g.Const(float64(rapid.IntRange(1, 4).Draw(r.t, "power"))))
	case 4:
		return r.structural(x)
	}
	return r.rows(x)
}

func (r *randomGraph) binary(x, y *Node) *Node {
	if _, err := BroadcastShapes(x.Shape, y.Shape); err != nil {
		y = r.g.Sum(y)
	}
	switch rapid.IntRange(0, 4).Draw(r.t, "op") {
	case 0:
		return r.g.Add(x, y)
	case 1:
		return r.g.Sub(x, y)
	case 2:
		return r.g.Mul(r.g.Sin(x), r.g.Tanh(y))
	case 3:
		return r.g.Div(r.g.Sin(x), r.g.Add(r.g.Const(2), r.g.Sin(y)))
	}
	return r.g.Apply(Hypot, r.g.Sin(x), r.g.Add(r.g.Const(2), r.g.Sin(y)))
}

func (r *randomGraph) structural(x *Node) *Node {
	g, rank := r.g, len(x.Shape)
	switch rapid.IntRange(0, 6).Draw(r.t, "structure") {
	case 0:
		if rank > 0 {
			return g.Tanh(g.Sum(x, rapid.IntRange(0, rank-1).Draw(r.t, "axis")))
		}
	case 1:
		if rank > 0 {
			return g.LogSumExp(g.Tanh(x), rapid.IntRange(0, rank-1).Draw(r.t, "axis"))
		}
	case 2:
		if rank == 2 {
			return g.Transpose(x)
		}
	case 3:
		return g.Reshape(x, x.Len())
	case 4:
		for _, y := range r.pool {
			if rank == 2 && len(y.Shape) == 2 && y.Shape[0] == x.Shape[1] {
				return g.Tanh(g.MatMul(x, y))
			}
		}
		if rank == 2 {
			return g.Tanh(g.MatMul(g.Transpose(x), x))
		}
	case 5:
		return g.Stack(x, g.Sin(x), x)
	}
	return g.Mul(x, g.Broadcast(g.Const(0.5), append([]int{2}, x.Shape...)...))
}

func (r *randomGraph) rows(x *Node) *Node {
	g := r.g
	if x.IsScalar() {
		return g.Sin(x)
	}
	n := x.Shape[0]
	a := rapid.IntRange(0, n-1).Draw(r.t, "from")
	b := rapid.IntRange(0, n-1).Draw(r.t, "to")
	step := 1
	if b < a {
		step = -1
	}
	count := (b-a)*step + 1
	if count > 2 && rapid.Bool().Draw(r.t, "stride") {
		step, count = 2*step, (count+1)/2
	}
	switch rapid.IntRange(0, 3).Draw(r.t, "rows") {
	case 0:
		return g.Slice(x, a, step, count)
	case 1:
		return g.Add(x, g.Pad(g.Slice(g.Sin(x), a, step, count), a, step, n))
	case 2:
		return g.Gather(x, []int{b, a, b})
	}
	index := make([]int, n)
	for i := range index {
		index[i] = (i * (a + 1)) % 3
	}
	return g.Sub(g.Scatter(g.Sin(x), index, 3), g.Const(0.1))
}

// objective is a number that depends on most of the graph.
func (r *randomGraph) objective() *Node {
	f := r.g.Const(0)
	for _, n := range r.pool[len(r.pool)*2/3:] {
		f = r.g.Add(f, r.g.Tanh(r.g.Sum(r.g.Mul(n, n))))
	}
	return f
}

func (r *randomGraph) vector(n int, name string) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = float64(rapid.IntRange(-100, 100).Draw(r.t, name)) / 64
	}
	return v
}

type binder[T Float] interface{ Bind(string, []T) error }

var dataValues = map[string][]float64{"d": {0.3, -1.2, 0.8, 0.05}, "s": {-0.6}}

func bindAll[T Float](b binder[T]) {
	for name, v := range dataValues {
		t := make([]T, len(v))
		for i := range v {
			t[i] = T(v[i])
		}
		if err := b.Bind(name, t); err != nil {
			panic(err)
		}
	}
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

func TestProgramsAgainstTheNaiveTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRandomGraph(t)
		outs := r.pool
		p, err := Compile[float64](r.g, outs...)
		if err != nil {
			t.Fatal(err)
		}
		bindAll(p)
		x := r.vector(p.Dim(), "x")
		bufs := make([][]float64, len(outs))
		for i, n := range outs {
			bufs[i] = make([]float64, n.Len())
		}
		e := naive{x: x, data: dataValues}
		for range 2 { // the second run finds the scratch memory used
			if err := p.Run(x, bufs...); err != nil {
				t.Fatal(err)
			}
			for i, n := range outs {
				for j, want := range e.eval(n) {
					if !near(bufs[i][j], want, 1e-11) {
						t.Fatalf("node %d (%v%v) element %d: %v, want %v", i, n.Op, n.Shape, j, bufs[i][j], want)
					}
				}
			}
		}
	})
}

func TestDerivativesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRandomGraph(t)
		f := r.objective()
		o, err := NewObjective[float64](r.g, f)
		if err != nil {
			t.Fatal(err)
		}
		bindAll(o)
		n := o.Dim()
		x, v, w := r.vector(n, "x"), r.vector(n, "v"), r.vector(n, "w")
		grad, up, down := make([]float64, n), make([]float64, n), make([]float64, n)
		eval := func(at, g []float64) float64 {
			y, err := o.Eval(at, g)
			if err != nil {
				t.Fatal(err)
			}
			return y
		}
		y := eval(x, grad)
		if alone := eval(x, nil); !near(alone, y, 1e-13) {
			t.Fatalf("value %v with the gradient and %v without", y, alone)
		}
		// Forward mode.
		tangent := r.g.JVP([]*Node{f}, r.g.params(), r.g.seeds())[0]
		p := newProgram[float64](compile(r.g, []output{{node: tangent}}, []int{1}))
		bindAll(p)
		var forward [1]float64
		if err := p.runAlong(x, v, forward[:]); err != nil {
			t.Fatal(err)
		}
		if g := dot(grad, v); !near(g, forward[0], 1e-11) {
			t.Fatalf("slope %v by reverse and %v by forward mode", g, forward[0])
		}
		// Central differences.
		const h = 1e-5
		xu, xd := make([]float64, n), make([]float64, n)
		for i := range x {
			xu[i], xd[i] = x[i]+h*v[i], x[i]-h*v[i]
		}
		if diff := (eval(xu, up) - eval(xd, down)) / (2 * h); !near(diff, dot(grad, v), 1e-4) {
			t.Fatalf("slope %v, by differences %v", dot(grad, v), diff)
		}
		// Hessian: differences of the gradient, and symmetry.
		hv, hw := make([]float64, n), make([]float64, n)
		if err := o.HVP(x, v, hv); err != nil {
			t.Fatal(err)
		}
		if err := o.HVP(x, w, hw); err != nil {
			t.Fatal(err)
		}
		scale := 1 + math.Sqrt(dot(hv, hv))
		for i := range hv {
			if diff := (up[i] - down[i]) / (2 * h); math.Abs(diff-hv[i]) > 1e-3*scale {
				t.Fatalf("Hessian product %d: %v, by differences %v", i, hv[i], diff)
			}
		}
		if a, b := dot(hv, w), dot(hw, v); !near(a, b, 1e-9*scale) {
			t.Fatalf("vᵀHw %v and wᵀHv %v", a, b)
		}
	})
}

func TestManyPointsClonesAndFloat32(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRandomGraph(t)
		f := r.objective()
		o, _ := NewObjective[float64](r.g, f)
		single, _ := NewObjective[float32](r.g, f)
		bindAll(o)
		bindAll(single)
		n := o.Dim()
		xs := r.vector(2*n, "x")
		fs, gs, grad := make([]float64, 2), make([]float64, 2*n), make([]float64, n)
		if err := o.EvalMany(xs, 2, fs, gs); err != nil {
			t.Fatal(err)
		}
		c := o.Clone()
		x32, g32 := make([]float32, n), make([]float32, n)
		for k := range 2 {
			x := xs[k*n : (k+1)*n]
			y, err := c.Eval(x, grad)
			if err != nil || !near(y, fs[k], 1e-12) {
				t.Fatalf("value %v among many, %v in a clone (%v)", fs[k], y, err)
			}
			for i := range x {
				if !near(grad[i], gs[k*n+i], 1e-10) {
					t.Fatalf("gradient %d: %v among many, %v in a clone", i, gs[k*n+i], grad[i])
				}
				x32[i] = float32(x[i])
			}
			y32, err := single.Eval(x32, g32)
			if err != nil || !near(y32, y, 2e-4) {
				t.Fatalf("value %v in float32, %v in float64 (%v)", y32, y, err)
			}
			scale := 1 + math.Sqrt(dot(grad, grad))
			for i := range grad {
				if math.Abs(float64(g32[i])-grad[i]) > 1e-3*scale {
					t.Fatalf("gradient %d: %v in float32, %v in float64", i, g32[i], grad[i])
				}
			}
		}
	})
}
