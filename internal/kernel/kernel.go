// Package kernel holds the loops that run over flat slices: vectors, matrices,
// elementwise functions and fused updates, in float32 and float64.
//
// Every kernel here is portable Go. It is the readable twin that any faster
// version is held to.
package kernel

import "unsafe"

// Float is the element type of every kernel.
type Float interface{ float32 | float64 }

// byteLen is the size in bytes of n elements.
func byteLen[T Float](n int) int { return n * int(unsafe.Sizeof(T(0))) }
