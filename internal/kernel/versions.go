package kernel

// versions are those of one kernel by instruction set; the portable one is nil,
// and so is what no assembly exists for.
type versions[A, B any] struct {
	f32 [sets]A
	f64 [sets]B
}

// The types of kernels: a map takes vectors and numbers to a vector, a fold
// takes vectors to one number.
type (
	map1032  = func(dst, a *float32, n int)
	map1064  = func(dst, a *float64, n int)
	map2032  = func(dst, a, b *float32, n int)
	map2064  = func(dst, a, b *float64, n int)
	map1132  = func(dst, a *float32, s0 float32, n int)
	map1164  = func(dst, a *float64, s0 float64, n int)
	map2132  = func(dst, a, b *float32, s0 float32, n int)
	map2164  = func(dst, a, b *float64, s0 float64, n int)
	map1232  = func(dst, a *float32, s0, s1 float32, n int)
	map1264  = func(dst, a *float64, s0, s1 float64, n int)
	power32  = func(dst, a *float32, k, n int)
	power64  = func(dst, a *float64, k, n int)
	fold132  = func(a *float32, n int) float64
	fold164  = func(a *float64, n int) float64
	fold232  = func(a, b *float32, n int) float64
	fold264  = func(a, b *float64, n int) float64
	update32 = func(y, x, grad, m, v *float32, s0, s1, s2, s3, s4, s5, s6 float32, n int)
	update64 = func(y, x, grad, m, v *float64, s0, s1, s2, s3, s4, s5, s6 float64, n int)

	columns32 = func(sum *float64, x *float32, stride, rows, columns int)
	columns64 = func(sum *float64, x *float64, stride, rows, columns int)
	expSums32 = func(x *float32, tops, sums *float64, rows, n int)
	expSums64 = func(x *float64, tops, sums *float64, rows, n int)
	softmax32 = func(dst, x *float32, tops, sums *float64, rows, n int)
	softmax64 = func(dst, x *float64, tops, sums *float64, rows, n int)

	shares32 = func(dst *float32, src *byte, n int)
	shares64 = func(dst *float64, src *byte, n int)

	map10Versions  = versions[map1032, map1064]
	map20Versions  = versions[map2032, map2064]
	map11Versions  = versions[map1132, map1164]
	map21Versions  = versions[map2132, map2164]
	map12Versions  = versions[map1232, map1264]
	powerVersions  = versions[power32, power64]
	fold1Versions  = versions[fold132, fold164]
	fold2Versions  = versions[fold232, fold264]
	sharesVersions = versions[shares32, shares64]
	updateVersions = versions[update32, update64]

	columnsVersions = versions[columns32, columns64]
	expSumsVersions = versions[expSums32, expSums64]
	softmaxVersions = versions[softmax32, softmax64]
)
