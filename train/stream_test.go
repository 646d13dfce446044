package train

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/loss"
)

// writeRows writes a file of rows with numbers, gaps and levels, whose class,
// number and weight depend on them.
func writeRows(t *testing.T, rows int) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 9))
	var b bytes.Buffer
	b.WriteString("a,b,c,level,class,kind,y,w,late\n")
	for range rows {
		a, x, c := rng.NormFloat64(), rng.NormFloat64(), rng.IntN(10)
		level := rng.IntN(4)
		z := 1.5*a - x + 0.7*float64(level) + rng.NormFloat64()
		class := "no"
		if z > 0 {
			class = "yes"
		}
		gap := fmt.Sprintf("%.6f", x)
		if rng.IntN(20) == 0 {
			gap = ""
		}
		if rng.IntN(50) == 0 {
			class = ""
		}
		fmt.Fprintf(&b, "%.6f,%s,%d,%c,%s,%s,%.5f,%d,%t\n", a, gap, c, 'p'+level, class, []string{"u", "v", "w"}[min(2, int(math.Abs(z)))], 3*z+10, 1+rng.IntN(3), z+a > 1)
	}
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// openRows caches a file in groups of so many bytes.
func openRows(t *testing.T, file string, group int) *data.Cache {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.cache")
	if err := data.WriteCache(path, []string{file}, data.ReadOptions{}, group, nil); err != nil {
		t.Fatal(err)
	}
	c, err := data.OpenCache(path, []string{file}, data.ReadOptions{}, group)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// A fit to all rows in every step is the same to the bit whether the rows lie
// in memory or pass by, and so is all that is measured on them.
func TestStreamedFullBatchesAreThoseInMemory(t *testing.T) {
	file := writeRows(t, 20000)
	table, err := data.Read(file, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cache := openRows(t, file, 1<<14)
	for _, o := range []Options{
		{Target: "class", Features: []string{"a", "b", "c", "level"}},
		{Target: "kind", Features: []string{"a", "b", "level"}, Model: "softmax"},
		{Target: "y", Features: []string{"a", "b", "level"}, Model: "linear", Method: "lbfgs", Weight: "w"},
		{Target: "y", Features: []string{"a", "b", "level"}, Model: "mlp:5", Method: "lbfgs", Epochs: 15},
		{Target: "y", Model: "p*a + q*c + r", Method: "lbfgs"},
		{Target: "class", Features: []string{"a", "level"}, Model: "logistic", ClassWeight: "balanced"},
		{Target: "y", Features: []string{"a", "b"}, Model: "linear", Loss: "mae", Method: "adam", Batch: FullBatch, Epochs: 20},
		{Target: "y,a", Features: []string{"b", "c", "level"}, Method: "lbfgs", Weight: "w"},
		{Target: "class,late", Features: []string{"a", "b", "level"}, L2: 1e-3},
		{Target: "y,c", Features: []string{"a", "b"}, Model: "mlp:5", Method: "lbfgs", Epochs: 12},
		{Target: "class", Features: []string{"a", "level"}, Model: "mlp:4", Method: "adam", Batch: FullBatch, Epochs: 30, Rate: 0.3},
	} {
		o.Seed, o.Memory = 3, 1<<28
		for _, o.Validation = range []float64{NoValidation, 0.2} {
			t.Run(fmt.Sprintln(o.Target, o.Model, o.ClassWeight, o.Validation), func(t *testing.T) { fitsAlike(t, table, cache, o) })
		}
	}
}

// fitsAlike fits both ways, compares what comes of it, and returns it.
func fitsAlike(t *testing.T, table *data.Table, cache *data.Cache, o Options) (want, got *Result) {
	t.Helper()
	want, err := Fit(context.Background(), table, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err = FitStream(context.Background(), cache, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(want.Model.Weights, got.Model.Weights) {
		t.Errorf("weights %v, in memory %v", got.Model.Weights, want.Model.Weights)
	}
	if a, b := recipeText(t, want), recipeText(t, got); a != b {
		t.Errorf("recipe %s\nin memory %s", b, a)
	}
	if want.Best != got.Best || want.Reason != got.Reason {
		t.Errorf("%s, epoch %d kept; in memory %s, %d", got.Reason, got.Best, want.Reason, want.Best)
	}
	sameMetrics(t, want, got)
	return want, got
}

// Rows of a file of one's own stop a fit as they do in memory, from memory and
// from a cache.
func TestStreamedFitsStopByOtherRows(t *testing.T) {
	file, other := writeRows(t, 3000), writeRows(t, 1200)
	table, err := data.Read(file, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	held, err := data.Read(other, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cache := openRows(t, file, 1<<13)
	o := Options{Target: "class", Features: []string{"a", "b", "level"}, Model: "mlp:6", Method: "adam", Batch: FullBatch, Epochs: 200, Rate: 0.3, Patience: 4, ClassWeight: "balanced", Weight: "w", Seed: 3, Memory: 1 << 28, ValidationTable: held}
	want, _ := fitsAlike(t, table, cache, o)
	o.ValidationTable, o.ValidationCache = nil, openRows(t, other, 1<<12)
	got, err := FitStream(context.Background(), cache, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(want.Model.Weights, got.Model.Weights) || got.Best != want.Best || got.Validation != want.Validation || got.Steps == 200 {
		t.Errorf("epoch %d of %d kept, %d rows; in memory %d of %d, %d", got.Best, got.Steps, got.Validation, want.Best, want.Steps, want.Validation)
	}
	sameMetrics(t, want, got)
	if a, b := kindsOf(want.Diagnoses), kindsOf(got.Diagnoses); a != b || !strings.Contains(a, "duplicated_rows") {
		t.Errorf("the doctor found %q, in memory %q", b, a)
	}
}

// A cross-validation deals the same folds, and comes to the same.
func TestStreamedFoldsAreThoseInMemory(t *testing.T) {
	file := writeRows(t, 4000)
	table, err := data.Read(file, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cache := openRows(t, file, 1<<13)
	for _, o := range []Options{
		{Target: "class", Features: []string{"a", "b", "level"}, Folds: 4},
		{Target: "y", Features: []string{"a", "b", "level"}, Method: "lbfgs", Weight: "w", Folds: 3, Validation: 0.3},
		{Target: "class,late", Features: []string{"a", "b"}, Folds: 2},
		{Target: "y", Features: []string{"a", "b"}, Model: "mlp:4", Method: "adam", Batch: FullBatch, Epochs: 20, Folds: 3},
	} {
		o.Seed, o.Memory = 5, 1<<28
		t.Run(o.Target+" "+o.Model, func(t *testing.T) {
			want, got := fitsAlike(t, table, cache, o)
			for i, f := range want.CV.PerFold {
				g := got.CV.PerFold[i]
				near := func(a, b loss.Metrics) {
					for j, m := range a {
						if j >= len(b) || b[j].Name != m.Name || math.Abs(m.Value-b[j].Value) > 1e-12*max(1, math.Abs(m.Value)) {
							t.Errorf("fold %d: %v, in memory %v", i+1, b, a)
							return
						}
					}
				}
				near(f.Metrics, g.Metrics)
				near(f.Baseline, g.Baseline)
				f.Metrics, f.Baseline, g.Metrics, g.Baseline = nil, nil, nil, nil
				if f.Train = g.Train; fmt.Sprint(f) != fmt.Sprint(g) {
					t.Errorf("fold %d: %+v, in memory %+v", i+1, g, f)
				}
			}
		})
	}
}

// Where dealing all rows takes more than is allowed, a hash deals them: each row
// has one part, parts have their shares, and no class is without training rows.
func TestRowsDealtByAHash(t *testing.T) {
	file := writeRows(t, 20000)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rare := bytes.Repeat([]byte("1,2,3,p,rare,u,4,1,true\n"), 2)
	lone := []byte("1,2,3,p,lone,u,4,1,true\n")
	if err := os.WriteFile(file, slices.Concat(text, rare, lone), 0o644); err != nil {
		t.Fatal(err)
	}
	c := openRows(t, file, 1<<13)
	for seed := range uint64(6) {
		p, err := beginStream(c, Options{Target: "class", Features: []string{"a", "c"}, Memory: 1 << 28, Seed: seed, Validation: 0.3})
		if err != nil {
			t.Fatal(err)
		}
		d, err := p.dealStream()
		if err != nil {
			t.Fatal(err)
		}
		d.limit = 1000
		const k = 3
		if _, err := p.dealFolds(d, k); err != nil {
			t.Fatal(err)
		}
		for fold := 1; fold <= k; fold++ {
			part, err := d.without(fold)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.setAside(part, 0.3); err != nil {
				t.Fatal(err)
			}
			sides, err := part.supplies([]string{"class"}, learned, aside, judged)
			if err != nil {
				t.Fatal(err)
			}
			all := sides[0].rows + sides[1].rows + sides[2].rows
			if all != d.usable() || math.Abs(float64(sides[1].rows)/float64(all)-0.2) > 0.02 || math.Abs(float64(sides[2].rows)/float64(all)-1./k) > 0.02 {
				t.Errorf("%d, %d and %d rows of %d", sides[0].rows, sides[1].rows, sides[2].rows, d.usable())
			}
			for i, s := range sides {
				last := 0
				if err := s.pass([]string{"class"}, func(t *data.Table, rows []int) error {
					y, err := t.Column("class")
					for _, row := range rows {
						if l := y.Cell(row); l == "lone" || l == "rare" {
							last++
						}
					}
					return err
				}); err != nil {
					t.Fatal(err)
				}
				if i == 0 && last < 2 || i == 2 && last > 1 {
					t.Errorf("part %d has %d rows of rare classes", i, last)
				}
			}
		}
	}
}

func recipeText(t *testing.T, r *Result) string {
	t.Helper()
	text, err := json.Marshal(r.Model.Recipe)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// sameMetrics compares what was measured, up to the rounding of sums in another
// order.
func sameMetrics(t *testing.T, want, got *Result) {
	t.Helper()
	near := func(name string, a, b, tol float64) {
		if math.Abs(a-b) > tol*max(1, math.Abs(a)) {
			t.Errorf("%s is %v, in memory %v", name, b, a)
		}
	}
	for i, m := range want.Metrics {
		near(m.Name, m.Value, got.Metrics[i].Value, 1e-12)
	}
	for i, m := range want.Baseline.Metrics {
		near("baseline "+m.Name, m.Value, got.Baseline.Metrics[i].Value, 1e-12)
	}
	near("loss", float64(want.Loss.Train), float64(got.Loss.Train), 1e-12)
	near("baseline", float64(want.Loss.Baseline), float64(got.Loss.Baseline), 1e-12)
	if want.Baseline.Rule != got.Baseline.Rule || want.Rows != got.Rows || want.Dropped != got.Dropped || len(want.Metrics) != len(got.Metrics) {
		t.Errorf("baseline %q of %d rows, in memory %q of %d", got.Baseline.Rule, got.Rows, want.Baseline.Rule, want.Rows)
	}
}
