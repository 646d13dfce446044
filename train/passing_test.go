package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"descent/data"
)

// passingText is a table with numbers, words, dates, free text, gaps, weights and
// several targets.
func passingText(rng *rand.Rand, rows int, words []string) string {
	var b strings.Builder
	b.WriteString("y,yes,also,kind,other,w,a,b,word,day,free\n")
	for i := range rows {
		a, c := rng.NormFloat64(), rng.NormFloat64()
		second := fmt.Sprint(c)
		if rng.IntN(20) == 0 {
			second = ""
		}
		fmt.Fprintf(&b, "%g,%d,%d,k%d,%g,%d,%g,%s,%s,2024-03-%02d,some %s text %d\n", 2*a-c+0.1*rng.NormFloat64(), rng.IntN(2), rng.IntN(2), rng.IntN(3), a*c, rng.IntN(3),
			a, second, words[rng.IntN(len(words))], 1+rng.IntN(28), words[i%len(words)], rng.IntN(50))
	}
	return b.String()
}

// passingModels are models of every kind of output and of every kind of column.
func passingModels(t *testing.T, dir string) map[string]*Model {
	t.Helper()
	train := filepath.Join(dir, "train.csv")
	if err := os.WriteFile(train, []byte(passingText(rand.New(rand.NewPCG(1, 1)), 400, []string{"red", "green", "blue"})), 0o644); err != nil {
		t.Fatal(err)
	}
	table, err := data.Read(train, data.ReadOptions{Types: map[string]data.Kind{"free": data.Text}})
	if err != nil {
		t.Fatal(err)
	}
	models := map[string]*Model{}
	for name, o := range map[string]Options{
		"number":  {Target: "y", Model: "linear", Features: []string{"a", "b", "word", "day"}, Weight: "w"},
		"classes": {Target: "kind", Model: "softmax", Features: []string{"a", "b", "word"}},
		"network": {Target: "yes", Model: "mlp:4", Features: []string{"a", "b", "word"}},
		"several": {Target: "y,other", Model: "linear", Features: []string{"a", "word"}},
		"labels":  {Target: "yes,also", Model: "logistic", Features: []string{"a", "b"}},
		"formula": {Target: "y", Model: "p*sqrt(a+4) + q*b"},
		"text":    {Target: "yes", Model: "logistic", Features: []string{"free", "a"}},
		"drop":    {Target: "y", Model: "linear", Features: []string{"a", "b"}, Missing: data.DropRow},
	} {
		o.Epochs = 2
		r, err := Fit(t.Context(), table, o, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		models[name] = r.Model
	}
	return models
}

// sameNumbers compares two predictions, or evaluations, bit for bit: as text,
// where NaN is equal to itself.
func sameNumbers(a, b any) bool { return fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", b) }

// Rows that pass by are predicted and judged as those in memory are, to the bit,
// for any size of blocks and any number of threads.
func TestPassingIsTheSame(t *testing.T) {
	dir := t.TempDir()
	models := passingModels(t, dir)
	var names []string
	for name := range models {
		names = append(names, name)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := models[rapid.SampledFrom(names).Draw(t, "model")]
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		path := filepath.Join(dir, "rows.csv")
		if err := os.WriteFile(path, []byte(passingText(rng, rapid.IntRange(1, 3000).Draw(t, "rows"), []string{"red", "mauve", "blue", "NA"})), 0o644); err != nil {
			t.Fatal(err)
		}
		read := data.ReadOptions{Expect: m.Columns(), Threads: rapid.IntRange(1, 4).Draw(t, "threads")}
		table, err := data.Read(path, read)
		if err != nil {
			t.Fatal(err)
		}
		want, err := m.Predict(table)
		if err != nil {
			t.Fatal(err)
		}
		f := Files{Paths: []string{path}, Read: read, block: data.BlockSize{Rows: rapid.IntRange(1, 4000).Draw(t, "block rows"), Bytes: rapid.SampledFrom([]int{200, 10_000, 1 << 20}).Draw(t, "block bytes")}}
		got := &Prediction{}
		passed, err := PredictFiles(m, f, 0, func(p *Prediction) *Prediction { return p }, func(p *Prediction) error {
			if got.Target == "" && got.Several == nil {
				*got = *p
				return nil
			}
			got.append(p)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		notes := append(table.Notes, want.Notes...)
		want.Notes = nil
		if !sameNumbers(got.flat(), want.flat()) || passed.Rows != table.Rows || !reflect.DeepEqual(passed.Notes, notes) {
			t.Fatalf("%d rows, %q; want %d, %q", passed.Rows, passed.Notes, table.Rows, notes)
		}
		judged, err1 := m.Evaluate(table)
		passing, _, err2 := m.EvaluateFiles(f, 0)
		if fmt.Sprint(err1) != fmt.Sprint(err2) || err1 == nil && !sameNumbers(flatEvaluation(judged), flatEvaluation(passing)) {
			t.Fatalf("%+v, %v; want %+v, %v", passing, err2, judged, err1)
		}
	})
}

// append puts the predictions of more rows behind those of p.
func (p *Prediction) append(o *Prediction) {
	for j := range p.Several {
		p.Several[j].append(o.Several[j])
	}
	p.Number, p.Class, p.Probability = append(p.Number, o.Number...), append(p.Class, o.Class...), append(p.Probability, o.Probability...)
}

// flat is all of p without pointers.
func (p *Prediction) flat() (list []any) {
	for _, one := range p.Several {
		list = append(list, one.flat()...)
	}
	return append(list, p.Target, p.Number, p.Class, p.Classes, p.Probability)
}

func flatEvaluation(e *Evaluation) []any {
	if e == nil {
		return nil
	}
	list := []any{e.Rows, e.Metrics, e.Loss, e.Targets, e.Notes}
	if e.Confusion != nil {
		list = append(list, e.Confusion.Counts)
	}
	return list
}

// Metrics of more rows than can be kept agree with those of all but for rounding,
// and the area under the ROC curve within what its note says.
func TestPassingMetricsAreSummedUp(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "rows.csv")
	if err := os.WriteFile(path, []byte(passingText(rand.New(rand.NewPCG(3, 1)), 5000, []string{"red", "blue"})), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, m := range passingModels(t, dir) {
		table, err := data.Read(path, data.ReadOptions{Expect: m.Columns()})
		if err != nil {
			t.Fatal(err)
		}
		run, err := m.program()
		if err != nil {
			t.Fatal(err)
		}
		k := newKept(m, 0)
		k.most = 700
		read := data.ReadOptions{Expect: m.Columns()}
		_, err = data.InBlocks([]string{path}, read, data.BlockSize{Bytes: 8000}, func(t *data.Table) (*judgement, error) { return m.judge(run, m.needs(), t) }, k.take)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err1 := k.evaluation(table, m.needs())
		want, err2 := m.Evaluate(table)
		if name == "formula" && err1 != nil && err2 != nil {
			continue // no finite value somewhere
		}
		if err1 != nil || err2 != nil || len(got.Metrics) != len(want.Metrics) || got.Rows != want.Rows {
			t.Fatalf("%s: %+v, %v; want %+v, %v", name, got, err1, want, err2)
		}
		for j, one := range want.Targets {
			want.Metrics, got.Metrics = append(want.Metrics, one.Metrics...), append(got.Metrics, got.Targets[j].Metrics...)
		}
		for i, v := range want.Metrics {
			if g := got.Metrics[i]; g.Name != v.Name || math.Abs(g.Value-v.Value) > 1e-9*math.Max(1, math.Abs(v.Value)) {
				t.Errorf("%s: %s is %v, want %s %v", name, g.Name, g.Value, v.Name, v.Value)
			}
		}
	}
}

// A model that does not fit into the memory is refused with numbers.
func TestPassingRefusesMemory(t *testing.T) {
	m := passingModels(t, t.TempDir())["number"]
	m.Weights = make([]float64, 4<<20)
	_, _, err := m.EvaluateFiles(Files{Paths: []string{"-"}}, 64e6)
	if err == nil || !strings.Contains(err.Error(), "the 64 MB that are allowed") {
		t.Errorf("a model of 4 million numbers in 64 MB: %v", err)
	}
}
