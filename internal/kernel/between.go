package kernel

// Between counts the values of x below lo, equal to lo and equal to hi, and
// stores the kept ones, those strictly between, in dst in their order. dst is at
// least as long as x and may hold anything behind what is kept. A NaN is nowhere.
func Between(dst, x []float64, lo, hi float64) (below, low, high, kept int) {
	if n := len(x) &^ 7; n > 0 && active == compressing {
		below, low, high, kept = betweenCall(dst[:len(x)], x[:n], lo, hi)
		x = x[n:]
	}
	dst = dst[:kept+len(x)]
	for _, v := range x { // without a branch that is hard to foresee
		below += one(v < lo)
		low += one(v == lo)
		high += one(v == hi)
		dst[kept] = v
		kept += one(v > lo) & one(v < hi)
	}
	return below, low, high, kept
}

// one is 1 for true, without a branch.
func one(b bool) int {
	n := 0
	if b {
		n = 1
	}
	return n
}
