package optim

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"testing"
)

// torchLBFGS are the settings that take the steps of make_lbfgs.py.
func torchLBFGS() map[string]*TorchLBFGS[float64] {
	return map[string]*TorchLBFGS[float64]{
		"fixed":        {Fixed: true, Rate: 0.3},
		"fixed long":   {Fixed: true, Rate: 0.05, Memory: 8},
		"fixed inner":  {Fixed: true, Rate: 0.5, Inner: 7, Memory: 5},
		"wolfe":        {},
		"wolfe memory": {Rate: 3, Memory: 3},
		"wolfe short":  {Rate: 0.03, Evals: 4},
		"wolfe inner":  {Inner: 20, Evals: 25},
	}
}

// LBFGS by PyTorch's conventions takes the steps of PyTorch's to 1e-10: 100 on
// the function with an L2 term, and as many on the function alone as do not
// depend on the last digits of the start there. Where PyTorch stands still by its
// tolerances, the run ends.
func TestTorchLBFGS(t *testing.T) {
	var file trajectories
	golden(t, "lbfgs.json", &file)
	cases := torchLBFGS()
	if len(file.Cases) != 2*len(cases) {
		t.Errorf("%d cases in the file, %d here", len(file.Cases), len(cases))
	}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		file.followTorch(t, name, file.problem(), cases[name])
		file.followTorch(t, name+" L2", withL2(file.problem(), 0.5), cases[name])
	}
}

func (f *trajectories) followTorch(t *testing.T, name string, p Problem[float64], l *TorchLBFGS[float64]) {
	t.Helper()
	points := f.Cases["torch LBFGS "+name]
	run, err := Start(p, f.Start, l, MaxIter[float64](100))
	if err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for k := 1; k <= 100; k++ {
		run.Next(t.Context())
		want, ok := points[strconv.Itoa(k)]
		if !ok {
			continue
		}
		size, off := 0.0, 0.0
		for i, w := range want {
			size, off = max(size, math.Abs(w)), max(off, math.Abs(run.State().X[i]-w))
		}
		if worst = max(worst, off/size); !(off <= 1e-10*size) {
			t.Errorf("%s after %d steps: off by %.3g of %.3g", name, k, off, size)
		}
		delete(points, strconv.Itoa(k))
	}
	if len(points) > 0 || worst == 0 {
		t.Errorf("%s: %d points are left, and the largest deviation is %v", name, len(points), worst)
	}
	t.Logf("%-15s %.1e", name, worst)
}
