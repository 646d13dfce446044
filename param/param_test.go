package param

import (
	"math"
	"slices"
	"testing"
)

func moments(x []float64) (mean, variance, lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range x {
		mean += v / float64(len(x))
		lo, hi = min(lo, v), max(hi, v)
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, variance, lo, hi
}

func TestInitialisersHaveThePapersVariance(t *testing.T) {
	const in, out = 200, 300
	cases := []struct {
		name     string
		init     Init
		variance float64
		width    float64 // half width of a uniform distribution, 0: unbounded
	}{
		{"glorot uniform", GlorotUniform, 2.0 / (in + out), math.Sqrt(6.0 / (in + out))},
		{"glorot normal", GlorotNormal, 2.0 / (in + out), 0},
		{"he uniform", HeUniform, 2.0 / in, math.Sqrt(6.0 / in)},
		{"he normal", HeNormal, 2.0 / in, 0},
		{"lecun uniform", LeCunUniform, 1.0 / in, math.Sqrt(3.0 / in)},
		{"lecun normal", LeCunNormal, 1.0 / in, 0},
		{"uniform", Uniform(-2, 2), 16.0 / 12, 2},
		{"normal", Normal(0, 3), 9, 0},
	}
	for _, c := range cases {
		var l Layout
		if _, err := l.Add("w", c.init, in, out); err != nil {
			t.Fatal(err)
		}
		x := Start[float64](&l, 7)
		mean, variance, lo, hi := moments(x)
		// 60000 draws: the standard error of the mean is sd/245, of the
		// variance at most variance·√2/245; five of them are allowed.
		if math.Abs(mean) > 5*math.Sqrt(c.variance)/245 {
			t.Errorf("%s: mean %g", c.name, mean)
		}
		if math.Abs(variance/c.variance-1) > 5*math.Sqrt2/245 {
			t.Errorf("%s: variance %g, want %g", c.name, variance, c.variance)
		}
		if c.width > 0 && (lo < -c.width || hi > c.width || hi-lo < 1.99*c.width) {
			t.Errorf("%s: range [%g, %g], want nearly ±%g", c.name, lo, hi, c.width)
		}
	}
}

func TestConstants(t *testing.T) {
	var l Layout
	for name, init := range map[string]Init{"zero": Zeros, "half": Constant(0.5)} {
		if _, err := l.Add(name, init, 3); err != nil {
			t.Fatal(err)
		}
	}
	x := Start[float32](&l, 1)
	for name, want := range map[string]float32{"zero": 0, "half": 0.5} {
		b, _ := Find(l.Blocks(), name)
		if got := View(x, b); !slices.Equal(got, []float32{want, want, want}) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestABlockStartsTheSameWhereverItLies(t *testing.T) {
	var alone, after Layout
	if _, err := after.Add("other", HeNormal, 5, 5); err != nil {
		t.Fatal(err)
	}
	for _, l := range []*Layout{&alone, &after} {
		if _, err := l.Add("w", HeNormal, 4, 6); err != nil {
			t.Fatal(err)
		}
	}
	want := Start[float64](&alone, 3)
	if got := Start[float64](&after, 3)[25:]; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if slices.Equal(Start[float64](&alone, 4), want) {
		t.Error("another seed gave the same start")
	}
	for i, v := range Start[float32](&alone, 3) {
		if v != float32(want[i]) {
			t.Errorf("element %d: float32 %v is not the rounded float64 %v", i, v, want[i])
		}
	}
}

func TestFans(t *testing.T) {
	cases := []struct {
		shape   []int
		in, out int
	}{{nil, 1, 1}, {[]int{7}, 1, 7}, {[]int{3, 4}, 3, 4}, {[]int{5, 5, 3, 4}, 75, 100}}
	for _, c := range cases {
		if in, out := Fans(Block{Shape: c.shape}); in != c.in || out != c.out {
			t.Errorf("shape %v: %d in, %d out; want %d, %d", c.shape, in, out, c.in, c.out)
		}
	}
}

func TestLayoutRefusesBadBlocks(t *testing.T) {
	var l Layout
	if _, err := l.Add("w", Zeros, 2, 3); err != nil {
		t.Fatal(err)
	}
	bad := []struct {
		name  string
		shape []int
	}{{"w", nil}, {"", nil}, {"a", []int{0}}, {"b", []int{-1, 4}}, {"c", []int{1 << 30, 1 << 30, 1 << 30}}}
	for _, c := range bad {
		if b, err := l.Add(c.name, Zeros, c.shape...); err == nil {
			t.Errorf("accepted %+v", b)
		}
	}
	if l.Dim() != 6 || Dim(l.Blocks()) != 6 {
		t.Errorf("dimension %d, %d; want 6", l.Dim(), Dim(l.Blocks()))
	}
}

func TestByName(t *testing.T) {
	for _, name := range InitNames() {
		if _, err := ByName(name); err != nil {
			t.Error(err)
		}
	}
	if _, err := ByName("xavier"); err == nil {
		t.Error("accepted an unknown name")
	}
}
