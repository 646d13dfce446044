// Package descent minimises functions: a formula, a piece of Go, a model on a
// data file. It derives exact gradients, walks downhill, and says honestly
// what kind of point it reached.
package descent
