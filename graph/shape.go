package graph

import (
	"fmt"
	"slices"
)

// size is the number of elements of an array of that shape.
func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// BroadcastShapes gives the shape of an elementwise operation on arrays of
// shapes a and b: aligned at the right, extents must agree or be 1.
func BroadcastShapes(a, b []int) ([]int, error) {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a) == 0 {
		return nil, nil
	}
	out := slices.Clone(a)
	for i, d := range b {
		j := len(a) - len(b) + i
		switch {
		case a[j] == d || d == 1:
		case a[j] == 1:
			out[j] = d
		default:
			return nil, fmt.Errorf("graph: shapes %v and %v do not broadcast: axis %d has %d and %d elements; they must agree or be 1", a, b, j, a[j], d)
		}
	}
	return out, nil
}

// split views a shape as [outer, middle, inner] around span axes from axis on.
func split(shape []int, axis, span int) (outer, middle, inner int) {
	return size(shape[:axis]), size(shape[axis : axis+span]), size(shape[axis+span:])
}

// keptShape is shape with the axis reduced to extent 1.
func keptShape(shape []int, axis int) []int {
	out := slices.Clone(shape)
	out[axis] = 1
	return out
}
