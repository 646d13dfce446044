package train

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/internal/kernel"
	"descent/optim"
)

// writeSparseRows writes rows of labels and index:value pairs, with counts and
// classes that depend on them; some features are rare and some of other size.
func writeSparseRows(t *testing.T, rows, width, each, classes int) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(2, 7))
	var b bytes.Buffer
	for range rows {
		var line []byte
		z := 0.0
		for j := 1 + rng.IntN(3); j <= width; j += 1 + rng.IntN(2*width/each) {
			v := rng.NormFloat64() * math.Pow(10, float64(j%3)-1)
			z += v * math.Sin(float64(j)) * math.Pow(10, 1-float64(j%3))
			line = fmt.Appendf(line, " %d:%.4g", j, v)
		}
		class := int(math.Abs(z+rng.NormFloat64())/1.5) % classes
		if classes == 2 {
			class = 0
			if z+rng.NormFloat64() > 0 {
				class = 1
			}
		}
		fmt.Fprintf(&b, "%d%s\n", class, line)
	}
	path := filepath.Join(t.TempDir(), "rows.svm")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// A fit to all sparse rows in every step is the same to the bit whether the rows
// lie in memory or pass by, whatever the model, in one chunk or several.
func TestStreamedSparseFullBatchesAreThoseInMemory(t *testing.T) {
	for _, c := range []struct {
		rows, width, each, classes int
		options                    []Options
	}{
		{30000, 300, 20, 2, []Options{
			{Model: "logistic"}, {Model: "logistic", L1: 1e-3, L2: 1e-3, Epochs: 60}, {Model: "logistic", ClassWeight: "balanced", L2: 1e-3},
			{Model: "mlp:6", Method: "lbfgs", Epochs: 8}, {Model: "logistic", Method: "gd", Batch: FullBatch, Epochs: 20},
		}},
		{30000, 300, 20, 4, []Options{
			{Model: "softmax"}, {Model: "poisson", L2: 1e-2}, {Model: "linear", Method: "lbfgs", Epochs: 40},
			{Model: "linear", Loss: "quantile:0.7", Method: "adam", Batch: FullBatch, Epochs: 15},
			{Model: "linear", Scale: data.MaxAbs, Method: "lbfgs", Epochs: 40},
		}},
	} {
		file := writeSparseRows(t, c.rows, c.width, c.each, c.classes)
		table, err := data.Read(file, data.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		cache := openRows(t, file, 1<<15)
		for _, o := range c.options {
			o.Target, o.Validation, o.Seed, o.Memory = "label", NoValidation, 3, 1<<28
			t.Run(fmt.Sprint(c.classes, o.Model, o.Loss, o.Scale, o.L1, o.ClassWeight, o.Method), func(t *testing.T) {
				sameInMemory(t, table, cache, o)
			})
		}
	}
}

// sameInMemory fits in memory and to rows that pass by, and compares.
func sameInMemory(t *testing.T, table *data.Table, cache *data.Cache, o Options) {
	t.Helper()
	want, err := Fit(context.Background(), table, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := FitStream(context.Background(), cache, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if o.ClassWeight != "" { // whose sum is taken in another order
		for i, w := range want.Model.Weights {
			if math.Abs(w-got.Model.Weights[i]) > 1e-9 {
				t.Fatalf("weight %d is %v, in memory %v", i, got.Model.Weights[i], w)
			}
		}
	} else if !slices.Equal(want.Model.Weights, got.Model.Weights) {
		t.Errorf("other weights after %d steps, in memory %d: %s and %s", got.Steps, want.Steps, got.Reason, want.Reason)
	}
	if a, b := recipeText(t, want), recipeText(t, got); a != b {
		t.Errorf("recipe %s\nin memory %s", b, a)
	}
	if want.Method != got.Method {
		t.Errorf("by %s, in memory by %s", got.Method, want.Method)
	}
	sameMetrics(t, want, got)
}

// L-BFGS sees many dense rows that pass by in the same directions as those in
// memory, and sparse ones in the same units.
func TestStreamedPreconditioners(t *testing.T) {
	dense, sparse := writeRows(t, manyRows+5000), writeSparseRows(t, 3000, 100, 8, 2)
	for file, o := range map[string]Options{
		dense:  {Target: "class", Features: []string{"a", "b", "c", "level"}},
		sparse: {Target: "label"},
	} {
		o.Method, o.Validation, o.Seed, o.Memory = "lbfgs", NoValidation, 3, 1<<28
		table, err := data.Read(file, data.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want, err := Fit(context.Background(), table, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		cache := openRows(t, file, 1<<18)
		s := streamSession(t, cache, o)
		p := s.problem(nil)
		_, solver, err := s.solver(&p, 10)
		if err != nil {
			t.Fatal(err)
		}
		switch solver.(type) {
		case *optim.Whitened[float64]:
			if file != dense {
				t.Errorf("sparse rows are whitened")
			}
		case *optim.Scaled[float64]:
			if file != sparse {
				t.Errorf("dense rows are scaled")
			}
		default:
			t.Errorf("%T sees the weights as they are", solver)
		}
		got, err := FitStream(context.Background(), cache, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(want.Model.Weights, got.Model.Weights) || want.Steps != got.Steps {
			t.Errorf("other weights than in memory after %d steps, %d there", got.Steps, want.Steps)
		}
	}
}

// sparseRowsOf lists the rows that a feed of sparse batches brings in the given
// steps: each is known by its target.
func sparseRowsOf(t *testing.T, s *session[float64], batch, from, to int) (rows []float64) {
	t.Helper()
	f := s.whole.set.open(batch, batch)
	per := f.rows / batch
	for step := from; step < to; step++ {
		b, err := f.get(step / per)
		if err != nil {
			t.Fatal(err)
		}
		for i := step % per * batch; i < (step%per+1)*batch; i++ {
			rows = append(rows, b.target[i])
			m := b.sparse.matrix
			if lo, hi := m.Start[i], m.Start[i+1]; hi != lo+1 || m.Value[lo] != b.target[i]+1 || int(m.Index[lo]) != int(b.target[i])%90 {
				t.Fatalf("row %v has other entries", b.target[i])
			}
		}
	}
	return rows
}

// Every epoch brings every sparse row once with what belongs to it, in an order of
// its own, and from any step on the same.
func TestStreamedSparseBatches(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rows.svm")
	var b bytes.Buffer
	const n, batch = 4000, 48
	for i := range n {
		fmt.Fprintf(&b, "%d %d:%d\n", i, i%90, i+1)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	c := openRows(t, file, 1<<12)
	o := Options{Target: "label", Model: "poisson", Method: "adam", Validation: NoValidation, Memory: 1 << 28, Seed: 5}
	const steps = 2*n/batch + 1
	rows := sparseRowsOf(t, streamSession(t, c, o), batch, 0, steps)
	for epoch := range 2 {
		seen := slices.Clone(rows[epoch*n : (epoch+1)*n])
		slices.Sort(seen)
		for i, v := range seen {
			if v != float64(i) {
				t.Fatalf("epoch %d has row %v where %d was to be", epoch, v, i)
			}
		}
	}
	if slices.Equal(rows[:n], rows[n:2*n]) {
		t.Error("both epochs have one order")
	}
	for _, from := range []int{1, 83, 84, steps - 1} {
		if again := sparseRowsOf(t, streamSession(t, c, o), batch, from, steps); !slices.Equal(again, rows[from*batch:]) {
			t.Errorf("from step %d on the rows are others", from)
		}
	}
}

// Methods that learn sparse rows as they pass by, one at a time or in batches that
// touch few features, or by gradients of all parameters, come as far as they do in
// memory, with progressive losses and the same weights on any number of threads.
func TestStreamedSparseLearning(t *testing.T) {
	file := writeSparseRows(t, 24000, 300, 20, 2)
	table, err := data.Read(file, data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cache := openRows(t, file, 1<<15)
	for name, o := range map[string]Options{
		"sgd": {Method: "sgd"}, "adagrad": {Method: "adagrad", L1: 1e-5}, "ftrl": {Method: "ftrl", L1: 1e-5}, "adam": {Method: "adam"},
		"normalized": {Method: "normalized", L2: 1e-6}, "batches": {Method: "adam", Batch: 2}, "dense gradients": {Method: "momentum", Batch: 64, Rate: 0.1},
		"perceptron": {Model: "mlp:8", Method: "adam", Batch: 2, Rate: 0.003}, "dropout": {Model: "mlp:8:dropout=0.1", Method: "adam", Batch: 64},
	} {
		t.Run(name, func(t *testing.T) {
			o.Target, o.Validation, o.Seed, o.Memory, o.Epochs, o.Scale = "label", NoValidation, 3, 1<<28, 3, data.MaxAbs
			if o.Model == "" {
				o.Model = "logistic"
			}
			want, err := Fit(context.Background(), table, o, nil)
			if err != nil {
				t.Fatal(err)
			}
			onThreads(t, cache, o, func(got *Result) {
				if a, b := accuracy(got), accuracy(want); math.Abs(a-b) > 0.01 || b < 0.7 || got.Method != want.Method {
					t.Errorf("accuracy %v by %s, in memory %v by %s", a, got.Method, b, want.Method)
				}
				if rows := strings.Contains(got.Method, "updating only"); rows != (name == "batches" || name == "perceptron") {
					t.Errorf("the method is %s", got.Method)
				}
				if len(got.Progressive) != len(want.Progressive) || len(got.Progressive) > 0 && got.Progressive[len(got.Progressive)-1].Rows != got.Rows {
					t.Errorf("%d progressive losses, in memory %d", len(got.Progressive), len(want.Progressive))
				}
			})
		})
	}
}

// onThreads shows a streamed fit on one, two and three threads, which all give the
// same weights.
func onThreads(t *testing.T, cache *data.Cache, o Options, show func(*Result)) {
	t.Helper()
	var weights []float64
	for _, threads := range []int{1, 2, 3} {
		stop := kernel.StartThreads(threads)
		got, err := FitStream(context.Background(), cache, o, nil)
		stop()
		if err != nil {
			t.Fatal(err)
		}
		if weights == nil {
			weights = got.Model.Weights
		}
		if !slices.Equal(weights, got.Model.Weights) {
			t.Errorf("%d threads give other weights than one", threads)
		}
		show(got)
	}
}

func accuracy(r *Result) float64 {
	for _, m := range r.Metrics {
		if m.Name == "accuracy" {
			return m.Value
		}
	}
	return math.NaN()
}

// A step on sparse rows that pass by does not allocate.
func TestStreamedSparseStepsDoNotAllocate(t *testing.T) {
	c := openRows(t, writeSparseRows(t, 24000, 300, 20, 2), 1<<19)
	for _, o := range []Options{{Method: "momentum"}, {Method: "normalized"}, {Method: "adam", Batch: 2}} {
		o.Target, o.Model, o.Memory = "label", "logistic", 1<<28
		s := streamSession(t, c, o)
		draw, steps, err := s.batches()
		if err != nil {
			t.Fatal(err)
		}
		p := s.problem(draw)
		x, solver, err := s.solver(&p, steps)
		if err != nil {
			t.Fatal(err)
		}
		run, err := optim.Start(p, x, solver)
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			run.Next(t.Context())
		}
		if n := testing.AllocsPerRun(100, func() { run.Next(t.Context()) }); n > 4 { // of the goroutine that reads ahead
			t.Errorf("%s: %v allocations a step", o.Method, n)
		}
		if run.Err() != nil {
			t.Fatal(run.Err())
		}
	}
}

// Texts and categories of many levels stay sparse as they pass by, with the
// weights that they get in memory.
func TestStreamedTextsAndLevels(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	var b bytes.Buffer
	b.WriteString("y,words,city,x\n")
	for range 6000 {
		city, x := rng.IntN(2500), rng.NormFloat64()
		text, z := "", x
		for range 3 + rng.IntN(9) {
			w := rng.IntN(400)
			text += fmt.Sprintf(" w%d", w)
			z += math.Sin(float64(w))
		}
		class := "no"
		if z+math.Cos(float64(city)) > 0 {
			class = "yes"
		}
		fmt.Fprintf(&b, "%s,%s,c%d,%.4f\n", class, text, city, x)
	}
	file := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	read := data.ReadOptions{Types: map[string]data.Kind{"words": data.Text, "city": data.Category}}
	table, err := data.Read(file, read)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rows.cache")
	if err := data.WriteCache(path, []string{file}, read, 1<<15, nil); err != nil {
		t.Fatal(err)
	}
	cache, err := data.OpenCache(path, []string{file}, read, 1<<15)
	if err != nil {
		t.Fatal(err)
	}
	defer cache.Close()
	for _, o := range []Options{
		{Features: []string{"words", "x"}, Method: "lbfgs", Epochs: 10}, {Features: []string{"city", "x"}, Method: "lbfgs"},
		{Features: []string{"city", "words"}, Method: "normalized", Epochs: 6, L2: 1e-6}, {Features: []string{"words"}, Model: "mlp:4", Epochs: 5, Batch: 32},
	} {
		o.Target, o.Validation, o.Seed, o.Memory = "y", NoValidation, 3, 1<<28
		t.Run(fmt.Sprint(o.Features, o.Method), func(t *testing.T) {
			if o.Method == "lbfgs" {
				sameInMemory(t, table, cache, o)
				return
			}
			want, err := Fit(context.Background(), table, o, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := FitStream(context.Background(), cache, o, nil)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := accuracy(got), accuracy(want); math.Abs(a-b) > 0.02 || b < 0.7 || got.Method != want.Method {
				t.Errorf("accuracy %v by %s, in memory %v by %s", a, got.Method, b, want.Method)
			}
		})
	}
	o := Options{Target: "y", Features: []string{"words"}, Method: "lbfgs", Memory: 90_000_000}
	if _, err := FitStream(context.Background(), cache, o, nil); err == nil || !strings.Contains(err.Error(), "262145 parameters with lbfgs take about") {
		t.Errorf("a model larger than the memory: %v", err)
	}
	o.Method, o.Memory = "sgd", 128_000_000
	if _, err := FitStream(context.Background(), cache, o, nil); err != nil {
		t.Errorf("a method that keeps less: %v", err)
	}
}
