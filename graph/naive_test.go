package graph

import "math"

// naive evaluates nodes in the plainest way, from the definitions: the twin
// that compiled programs are held to.
type naive struct {
	x    []float64
	data map[string][]float64
	memo map[*Node][]float64
}

func (e *naive) eval(n *Node) []float64 {
	if v, ok := e.memo[n]; ok {
		return v
	}
	args := make([][]float64, len(n.Args))
	for i, a := range n.Args {
		args[i] = e.eval(a)
	}
	v := e.value(n, args)
	if e.memo == nil {
		e.memo = map[*Node][]float64{}
	}
	e.memo[n] = v
	return v
}

func (e *naive) value(n *Node, args [][]float64) []float64 {
	switch n.Op {
	case Const:
		return []float64{n.Value}
	case Tensor:
		return n.Values
	case Param:
		return e.x[n.Offset : n.Offset+n.Len()]
	case Data:
		return e.data[n.Name]
	case Reshape:
		return args[0]
	}
	out := make([]float64, n.Len())
	switch n.Op {
	case Sum, LogSumExp, Maximum:
		e.reduce(n, args[0], out)
	case Pad:
		for i, v := range args[0] {
			k := size(n.Shape[1:])
			out[(n.Start+i/k*n.Step)*k+i%k] = v
		}
	case Scatter:
		for i, v := range args[0] {
			k := size(n.Shape[1:])
			out[n.Index[i/k]*k+i%k] += v
		}
	default:
		for i := range out {
			out[i] = e.element(n, args, i)
		}
	}
	return out
}

// element is element i of an operation whose elements are independent.
func (e *naive) element(n *Node, args [][]float64, i int) float64 {
	switch n.Op {
	case Broadcast:
		return args[0][source(i, n.Shape, n.Args[0].Shape)]
	case Transpose:
		rows := n.Shape[1]
		return args[0][i%rows*n.Shape[0]+i/rows]
	case MatMul:
		k, cols := n.Args[0].Shape[1], n.Shape[1]
		s := 0.0
		for j := range k {
			s += args[0][i/cols*k+j] * args[1][j*cols+i%cols]
		}
		return s
	case Slice:
		k := size(n.Shape[1:])
		return args[0][(n.Start+i/k*n.Step)*k+i%k]
	case Gather:
		k := size(n.Shape[1:])
		return args[0][n.Index[i/k]*k+i%k]
	case Stack:
		k := size(n.Shape[1:])
		return args[i/k][i%k]
	}
	var v [3]float64
	for j, a := range n.Args {
		v[j] = args[j][source(i, n.Shape, a.Shape)]
	}
	switch r := &table[n.Op]; len(n.Args) {
	case 1:
		return r.f1(v[0])
	case 2:
		return r.f2(v[0], v[1])
	default:
		return r.f3(v[0], v[1], v[2])
	}
}

func (e *naive) reduce(n *Node, x, out []float64) {
	outer, m, inner := split(n.Args[0].Shape, n.Axis, n.Span)
	for o := range outer {
		for i := range inner {
			s, top := 0.0, math.Inf(-1)
			for j := range m {
				v := x[(o*m+j)*inner+i]
				top = max(top, v)
				if n.Op == LogSumExp {
					v = math.Exp(v)
				}
				s += v
			}
			switch n.Op {
			case LogSumExp:
				s = math.Log(s)
			case Maximum:
				s = top
			}
			out[o*inner+i] = s
		}
	}
}

// source is the element of an array of shape from that a broadcast to shape to
// puts at place i.
func source(i int, to, from []int) int {
	at, stride := 0, 1
	for k := len(to) - 1; k >= 0; k-- {
		j := k - len(to) + len(from)
		if j >= 0 {
			if from[j] > 1 {
				at += i % to[k] * stride
			}
			stride *= from[j]
		}
		i /= to[k]
	}
	return at
}
