package graph

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// reference is one line of testdata/elementwise.json.
type reference struct {
	Op    string
	At    []float64
	Value float64
	D     []float64
	DD    [][]float64
}

func references(t *testing.T) []reference {
	t.Helper()
	b, err := os.ReadFile("testdata/elementwise.json")
	if err != nil {
		t.Fatal(err)
	}
	var rs []reference
	if err := json.Unmarshal(b, &rs); err != nil {
		t.Fatal(err)
	}
	return rs
}

// opNames are the Go names of the elementwise operations.
var opNames = map[string]Op{
	"Neg": Neg, "Sin": Sin, "Cos": Cos, "Tan": Tan, "Asin": Asin, "Acos": Acos, "Atan": Atan,
	"Sinh": Sinh, "Cosh": Cosh, "Tanh": Tanh, "Asinh": Asinh, "Acosh": Acosh, "Atanh": Atanh,
	"Exp": Exp, "Expm1": Expm1, "Log": Log, "Log1p": Log1p, "Log2": Log2, "Log10": Log10,
	"Sqrt": Sqrt, "Cbrt": Cbrt, "Abs": Abs, "Sign": Sign, "Floor": Floor, "Ceil": Ceil,
	"Sigmoid": Sigmoid, "Softplus": Softplus, "Relu": Relu, "Erf": Erf, "Lgamma": Lgamma,
	"Digamma": Digamma, "Not": Not, "Add": Add, "Sub": Sub, "Mul": Mul, "Div": Div, "Pow": Pow,
	"Atan2": Atan2, "Hypot": Hypot, "Min": Min, "Max": Max, "Mod": Mod, "Polygamma": Polygamma,
	"Xlogy": Xlogy, "Lt": Lt, "Le": Le, "Gt": Gt, "Ge": Ge, "Eq": Eq, "Ne": Ne, "And": And, "Or": Or,
	"Select": Select,
}

func TestTableIsComplete(t *testing.T) {
	referenced := map[Op]bool{}
	for _, r := range references(t) {
		referenced[opNames[r.Op]] = true
	}
	names := map[string]Op{}
	for op := Op(0); op < numOps; op++ {
		r := &table[op]
		if r.name == "" {
			t.Errorf("operation %d has no row", op)
			continue
		}
		if old, ok := names[r.name]; ok && !(r.name == "-" && old == Neg && op == Sub) {
			t.Errorf("%q names operations %d and %d", r.name, old, op)
		}
		names[r.name] = op
		switch r.kind {
		case Elementwise:
			values := 0
			for arity, set := range map[int]bool{1: r.f1 != nil, 2: r.f2 != nil, 3: r.f3 != nil} {
				if set {
					values++
					if len(r.d) != arity {
						t.Errorf("%s: %d partial derivatives for %d arguments", r.name, len(r.d), arity)
					}
				}
			}
			if values != 1 {
				t.Errorf("%s: %d ways to compute the value", r.name, values)
			}
			if !referenced[op] {
				t.Errorf("%s: testdata/elementwise.json has no reference values", r.name)
			}
		case Linear, Bilinear:
			if r.transpose == nil {
				t.Errorf("%s has no transpose", r.name)
			}
		case Reduction:
			if r.weights == nil {
				t.Errorf("%s has no weights", r.name)
			}
		default:
			if op > seed {
				t.Errorf("%s has no kind", r.name)
			}
		}
	}
}

// closeTo allows the rounding of a few operations.
func closeTo(got, want, tol float64) bool {
	if got == want || math.IsNaN(got) && math.IsNaN(want) {
		return true
	}
	return math.Abs(got-want) <= tol*math.Max(math.Abs(want), 1e-300)
}

func evalScalars(t *testing.T, g *Graph, x []float64, ns ...*Node) []float64 {
	t.Helper()
	p, err := Compile[float64](g, ns...)
	if err != nil {
		t.Fatal(err)
	}
	outs, flat := make([][]float64, len(ns)), make([]float64, len(ns))
	for i := range outs {
		outs[i] = flat[i : i+1]
	}
	if err := p.Run(x, outs...); err != nil {
		t.Fatal(err)
	}
	return flat
}

// tolerance is larger where rounding of the argument or cancellation in a
// textbook formula costs digits, as 1-y² does for tanh.
func tolerance(op string, order int) float64 {
	switch op {
	case "Digamma", "Lgamma", "Polygamma", "Tanh", "Sigmoid", "Softplus", "Acosh", "Atanh", "Tan", "Asin", "Acos":
		return 2e-13
	}
	return 4e-15 * float64(order+1)
}

func TestElementwiseAgainstMpmath(t *testing.T) {
	for _, r := range references(t) {
		g := New()
		args := make([]*Node, len(r.At))
		for i := range args {
			args[i] = g.Param(fmt.Sprint("p", i))
		}
		y := g.Apply(opNames[r.Op], args...)
		d := g.Grad(y, args...)
		got := evalScalars(t, g, r.At, append([]*Node{y}, d...)...)
		if !closeTo(got[0], r.Value, tolerance(r.Op, 0)) {
			t.Errorf("%s%v = %v, want %v", r.Op, r.At, got[0], r.Value)
		}
		for i := range args {
			if !closeTo(got[1+i], r.D[i], tolerance(r.Op, 1)) {
				t.Errorf("∂%s%v/∂%d = %v, want %v", r.Op, r.At, i, got[1+i], r.D[i])
			}
			dd := evalScalars(t, g, r.At, g.Grad(d[i], args...)...)
			forward := evalScalars(t, g, r.At, g.JVP(d, []*Node{args[i]}, []*Node{g.Const(1)})...)
			for j := range args {
				if !closeTo(dd[j], r.DD[i][j], tolerance(r.Op, 2)) {
					t.Errorf("∂²%s%v/∂%d∂%d = %v, want %v", r.Op, r.At, i, j, dd[j], r.DD[i][j])
				}
				if !closeTo(forward[j], r.DD[j][i], tolerance(r.Op, 2)) {
					t.Errorf("forward ∂²%s%v/∂%d∂%d = %v, want %v", r.Op, r.At, j, i, forward[j], r.DD[j][i])
				}
			}
		}
	}
}

func TestElementwiseAgainstCentralDifferences(t *testing.T) {
	for _, r := range references(t) {
		g := New()
		args := make([]*Node, len(r.At))
		for i := range args {
			args[i] = g.Param(fmt.Sprint("p", i))
		}
		y := g.Apply(opNames[r.Op], args...)
		d := evalScalars(t, g, r.At, g.Grad(y, args...)...)
		for i := range args {
			if r.Op == "Polygamma" && i == 0 {
				continue // its order is a whole number
			}
			h := 1e-5 * math.Max(math.Abs(r.At[i]), 1e-3)
			x := append([]float64(nil), r.At...)
			x[i] += h
			up := evalScalars(t, g, x, y)[0]
			x[i] -= 2 * h
			down := evalScalars(t, g, x, y)[0]
			diff := (up - down) / (2 * h)
			if !near(d[i], diff, 1e-4*math.Max(1, math.Abs(up))) {
				t.Errorf("∂%s%v/∂%d = %v, central difference %v", r.Op, r.At, i, d[i], diff)
			}
		}
	}
}

// TestElementwiseShapes holds the array and row loops to the operations on
// registers, and the gradients of broadcast arguments to sums.
func TestElementwiseShapes(t *testing.T) {
	shapes := [][]int{nil, {1}, {3}, {2, 3}, {2, 1}, {1, 3}, {4, 2, 3}, {4, 1, 3}, {4, 1, 1}}
	for _, r := range references(t) {
		for _, first := range shapes {
			for _, second := range shapes {
				if len(r.At) == 1 && second != nil {
					continue
				}
				all := [][]int{first, second, {3}}[:len(r.At)]
				checkShapes(t, r, all)
			}
		}
	}
}

func checkShapes(t *testing.T, r reference, shapes [][]int) {
	t.Helper()
	g := New()
	args := make([]*Node, len(r.At))
	var x []float64
	for i, s := range shapes {
		args[i] = g.Param(fmt.Sprint("p", i), s...)
		for range args[i].Len() {
			x = append(x, r.At[i])
		}
	}
	y := g.Apply(opNames[r.Op], args...)
	grads := g.Grad(g.Sum(y), args...)
	outs := append([]*Node{y}, grads...)
	p, err := Compile[float64](g, outs...)
	if err != nil {
		t.Fatal(err)
	}
	bufs := make([][]float64, len(outs))
	for i, n := range outs {
		bufs[i] = make([]float64, n.Len())
	}
	if err := p.Run(x, bufs...); err != nil {
		t.Fatal(err)
	}
	s := New()
	ps := make([]*Node, len(args))
	for i := range ps {
		ps[i] = s.Param(fmt.Sprint("p", i))
	}
	want := evalScalars(t, s, r.At, s.Apply(opNames[r.Op], ps...))[0]
	for _, v := range bufs[0] {
		if !closeTo(v, want, 4e-15) {
			t.Fatalf("%s%v on shapes %v: %v, on numbers %v", r.Op, r.At, shapes, v, want)
		}
	}
	for i, a := range args {
		sum := r.D[i] * float64(y.Len()) / float64(a.Len())
		for _, v := range bufs[1+i] {
			if !closeTo(v, sum, 3e-13) {
				t.Fatalf("∂Σ%s%v/∂%d on shapes %v: %v, want %v", r.Op, r.At, i, shapes, v, sum)
			}
		}
	}
}

func TestLanesAgree(t *testing.T) {
	for _, r := range references(t) {
		g := New()
		args := make([]*Node, len(r.At))
		for i := range args {
			args[i] = g.Param(fmt.Sprint("p", i))
		}
		y := g.Apply(opNames[r.Op], args...)
		p, err := Compile[float64](g, append([]*Node{y}, g.Grad(y, args...)...)...)
		if err != nil {
			t.Fatal(err)
		}
		compareManyWithOne(t, r.Op, p, 300, func(i, j int) float64 { return r.At[j] * (1 + float64(i)/1000) })
	}
}

// compareManyWithOne runs n points at once and one by one.
func compareManyWithOne[T Float](t *testing.T, name string, p *Program[T], n int, x func(point, i int) float64) {
	t.Helper()
	xs := make([]T, n*p.Dim())
	for i := range xs {
		xs[i] = T(x(i/p.Dim(), i%p.Dim()))
	}
	eps := 1e-13
	if _, single := any(T(0)).(float32); single {
		eps = 1e-6
	}
	many, one := make([][]T, len(p.code.lens)), make([][]T, len(p.code.lens))
	for i, k := range p.code.lens {
		many[i], one[i] = make([]T, n*k), make([]T, k)
	}
	if err := p.RunMany(xs, n, many...); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := p.Run(xs[i*p.Dim():(i+1)*p.Dim()], one...); err != nil {
			t.Fatal(err)
		}
		for k, o := range one {
			for j, v := range o {
				// Elementary functions of many numbers come from vector kernels.
				got, want := float64(many[k][i*len(o)+j]), float64(v)
				if got != want && !(math.Abs(got-want) <= eps*(math.Abs(want)+1)) && !(math.IsNaN(got) && math.IsNaN(want)) {
					t.Fatalf("%s: output %d of point %d is %v among many and %v alone", name, k, i, got, v)
				}
			}
		}
	}
}
