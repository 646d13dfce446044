package train

import (
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
)

// patient is a table that the doctor is asked about: two columns of noise, a and
// b, the number y = a + 2b + noise, and the class of its sign.
func patient(t testing.TB, rows int, more ...func(r *rand.Rand, y []float64) *data.Column) *data.Table {
	t.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	a, b, y, class := make([]float64, rows), make([]float64, rows), make([]float64, rows), make([]string, rows)
	for i := range rows {
		a[i], b[i] = r.NormFloat64(), r.NormFloat64()
		y[i] = a[i] + 2*b[i] + r.NormFloat64()
		class[i] = []string{"no", "yes"}[btoi(y[i] > 0)]
	}
	columns := []*data.Column{data.NumberColumn("a", a), data.NumberColumn("b", b)}
	for _, c := range more {
		columns = append(columns, c(r, y))
	}
	table, err := data.NewTable("patient", append(columns, data.NumberColumn("y", y), data.CategoryColumn("class", class))...)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// made is a column made from the target.
func made(name string, value func(r *rand.Rand, y float64) float64) func(*rand.Rand, []float64) *data.Column {
	return func(r *rand.Rand, y []float64) *data.Column {
		v := make([]float64, len(y))
		for i := range v {
			v[i] = value(r, y[i])
		}
		return data.NumberColumn(name, v)
	}
}

// words is a category made from the target.
func words(name string, value func(r *rand.Rand, y float64) string) func(*rand.Rand, []float64) *data.Column {
	return func(r *rand.Rand, y []float64) *data.Column {
		v := make([]string, len(y))
		for i := range v {
			v[i] = value(r, y[i])
		}
		return data.CategoryColumn(name, v)
	}
}

// ask fits and returns what the doctor says.
func ask(t *testing.T, table *data.Table, o Options) (*Result, []Diagnosis) {
	t.Helper()
	if o.Target == "" {
		o.Target = "y"
	}
	if o.Features == nil {
		for _, name := range table.Names() {
			if name != "y" && name != "class" {
				o.Features = append(o.Features, name)
			}
		}
	}
	r, err := Fit(context.Background(), table, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	askStream(t, table, o, r)
	for _, d := range r.Diagnoses {
		if d.Message == "" || strings.HasSuffix(d.Message, ".") || strings.Contains(d.Message, "NaN") || strings.Contains(d.Message, "%!") {
			t.Errorf("message %q", d.Message)
		}
	}
	return r, r.Diagnoses
}

// askStream asks the doctor about the same rows as they pass by from a cache: he
// is to find the same.
func askStream(t *testing.T, table *data.Table, o Options, want *Result) {
	t.Helper()
	dir := t.TempDir()
	file, types := filepath.Join(dir, "rows.csv"), map[string]data.Kind{}
	var b strings.Builder
	if err := data.WriteCSV(&b, table); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range table.Columns {
		types[c.Name] = c.Kind
	}
	path, read := filepath.Join(dir, "rows.cache"), data.ReadOptions{Types: types}
	if err := data.WriteCache(path, []string{file}, read, 1<<13, nil); err != nil {
		t.Fatal(err)
	}
	c, err := data.OpenCache(path, []string{file}, read, 1<<13)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	o.Memory = 1 << 28
	r, err := FitStream(context.Background(), c, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := kindsOf(r.Diagnoses), kindsOf(want.Diagnoses); got != want {
		t.Errorf("%+v\nfound as the rows pass by: %q, in memory: %q", o, got, want)
	}
	for i, d := range want.Diagnoses {
		switch d.Kind {
		case ConstantColumn, Unscaled, Leak, Twins, Separable: // which batches in another order do not change
			if i < len(r.Diagnoses) && table.Rows <= doctorRows && fmt.Sprintf("%+v", d) != fmt.Sprintf("%+v", r.Diagnoses[i]) {
				t.Errorf("as the rows pass by: %+v\nin memory: %+v", r.Diagnoses[i], d)
			}
		}
	}
}

func kindsOf(list []Diagnosis) string {
	var kinds []string
	for _, d := range list {
		kinds = append(kinds, string(d.Kind))
	}
	slices.Sort(kinds)
	return strings.Join(kinds, " ")
}

// Each fault alone is found, and nothing else; its healthy twin is not.
func TestDoctorOnRows(t *testing.T) {
	noise := func(r *rand.Rand, _ float64) float64 { return r.NormFloat64() }
	cases := []struct {
		name    string
		column  func(*rand.Rand, []float64) *data.Column
		o       Options
		want    string
		mention string
	}{
		{"healthy", made("c", noise), Options{}, "", ""},
		{"healthy classes", made("c", noise), Options{Target: "class"}, "", ""},
		{"constant number", made("c", func(*rand.Rand, float64) float64 { return 3 }), Options{}, "constant_column", "--types c=ignore"},
		{"constant unscaled", made("c", func(*rand.Rand, float64) float64 { return 3 }), Options{Scale: data.Unscaled}, "constant_column", "column c holds"},
		{"constant word", words("c", func(*rand.Rand, float64) string { return "x" }), Options{}, "constant_column", "column c holds"},
		{"nearly constant", words("c", func(r *rand.Rand, _ float64) string { return []string{"x", "z"}[btoi(r.Float64() < 0.02)] }), Options{}, "", ""},
		{"missing, else constant", made("c", func(r *rand.Rand, _ float64) float64 {
			if r.Float64() < 0.5 {
				return math.NaN()
			}
			return 3
		}), Options{}, "constant_column", "column c"},
		{"large column", made("c", func(r *rand.Rand, _ float64) float64 { return 1e5 * r.NormFloat64() }), Options{Scale: data.Unscaled}, "unscaled_features", "leave --scale out"},
		{"large column, scaled", made("c", func(r *rand.Rand, _ float64) float64 { return 1e5 * r.NormFloat64() }), Options{}, "", ""},
		{"years", made("c", func(r *rand.Rand, _ float64) float64 { return 2000 + math.Floor(20*r.Float64()) }), Options{Scale: data.Unscaled}, "unscaled_features", "value of c is 20"},
		{"columns alike, unscaled", made("c", func(r *rand.Rand, _ float64) float64 { return 20 * r.NormFloat64() }), Options{Scale: data.Unscaled}, "", ""},
		{"copy of the target", made("c", func(_ *rand.Rand, y float64) float64 { return 3*y + 1 }), Options{}, "target_leak", "--types c=ignore"},
		{"copy of the second target", made("c", func(_ *rand.Rand, y float64) float64 { return 3*y + 1 }), Options{Target: "b,y", Features: []string{"a", "c"}}, "target_leak", "column c alone predicts y"},
		{"curve of the target", made("c", func(_ *rand.Rand, y float64) float64 { return math.Exp(y) }), Options{}, "target_leak", "column c alone predicts y"},
		{"near the target", made("c", func(r *rand.Rand, y float64) float64 { return y + 0.3*r.NormFloat64() }), Options{}, "", ""},
		{"number of the class", made("c", func(r *rand.Rand, y float64) float64 { return y*y*y + 1e-6*r.NormFloat64() }), Options{Target: "class", Features: []string{"a", "c"}, L2: 1e-3}, "target_leak", "column c"},
		{"word of the class", words("c", func(_ *rand.Rand, y float64) string { return []string{"alive", "dead"}[btoi(y > 0)] }), Options{Target: "class", L2: 1e-3}, "target_leak", "column c"},
		{"word near the class", words("c", func(r *rand.Rand, y float64) string {
			return []string{"alive", "dead"}[btoi(y+0.3*r.NormFloat64() > 0)]
		}), Options{Target: "class"}, "", ""},
		{"missing where the class is no", made("c", func(r *rand.Rand, y float64) float64 {
			if y <= 0 {
				return math.NaN()
			}
			return r.NormFloat64()
		}), Options{Target: "class", Features: []string{"a", "c"}, Validation: NoValidation}, "target_leak", "column c"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, found := ask(t, patient(t, 1000, c.column), c.o)
			if got := kindsOf(found); got != c.want {
				t.Fatalf("found %q, want %q: %+v", got, c.want, found)
			}
			if c.want != "" && !strings.Contains(found[0].Message, c.mention) {
				t.Errorf("%q does not mention %q", found[0].Message, c.mention)
			}
		})
	}
}

// Doubled rows are found across the split, in every kind of column, and rows
// that must be alike because there are few values to have are not.
func TestDoctorOnTwins(t *testing.T) {
	whole := patient(t, 600, words("w", func(r *rand.Rand, _ float64) string { return string(rune('a' + r.IntN(20))) }))
	if _, found := ask(t, whole, Options{}); found != nil {
		t.Errorf("distinct rows: %+v", found)
	}
	double := take(t, whole, func(i int) int { return i % 500 }, 600)
	r, found := ask(t, double, Options{})
	if kindsOf(found) != "duplicated_rows" || !strings.Contains(found[0].Message, "--validation FILE") {
		t.Fatalf("%+v", found)
	}
	// A fifth of 100 pairs, each split with the chance 2·⅘·⅕.
	if d := found[0]; d.Count < 20 || d.Count > 45 || math.Abs(d.Share-float64(d.Count)/float64(r.Validation)) > 1e-12 || (d.Rows[0]-d.Rows[1])%500 != 0 {
		t.Errorf("%+v of %d validation rows", d, r.Validation)
	}
	other := take(t, whole, func(i int) int { return 500 + i }, 100)
	if _, found := ask(t, take(t, whole, func(i int) int { return i }, 500), Options{ValidationTable: other}); found != nil {
		t.Errorf("a validation table of its own: %+v", found)
	}
	if _, found := ask(t, whole, Options{ValidationTable: other}); kindsOf(found) != "duplicated_rows" || found[0].Count != 100 {
		t.Errorf("a validation table that was trained on: %+v", found)
	}
	coarse := patient(t, 600)
	for _, c := range coarse.Columns[:3] {
		for i, v := range c.Numbers {
			c.Numbers[i] = math.Round(v)
		}
	}
	if _, found := ask(t, coarse, Options{Target: "y"}); found != nil {
		t.Errorf("a few values: %+v", found)
	}
}

// Of more rows than a sample holds, the doctor finds the same in both ways.
func TestDoctorOnManyRows(t *testing.T) {
	const rows = 3 * doctorRows
	leak := made("c", func(r *rand.Rand, y float64) float64 { return y*y*y + 1e-6*r.NormFloat64() })
	same := words("same", func(*rand.Rand, float64) string { return "x" })
	clear := made("clear", func(r *rand.Rand, y float64) float64 { return y + math.Copysign(0.2, y) + 0.1*r.Float64() })
	whole := patient(t, rows, leak, same, clear)
	if _, found := ask(t, whole, Options{Features: []string{"a", "b", "c", "same"}}); kindsOf(found) != "constant_column target_leak" {
		t.Errorf("%+v", found)
	}
	double := take(t, whole, func(i int) int { return i % (rows * 4 / 5) }, rows)
	if _, found := ask(t, double, Options{Target: "class", Features: []string{"a", "clear"}, L2: NoPenalty}); kindsOf(found) != "duplicated_rows separable_classes target_leak" {
		t.Errorf("%+v", found)
	}
	few := patient(t, rows, made("c", func(r *rand.Rand, _ float64) float64 { return 1 }))
	for _, row := range []int{2, 7, rows - 3, rows - 2} { // whatever sample and split miss
		few.Columns[2].Numbers[row] = 2
	}
	if _, found := ask(t, few, Options{}); found != nil {
		t.Errorf("a few other values: %+v", found)
	}
}

// take makes a table of chosen rows.
func take(t *testing.T, from *data.Table, row func(int) int, n int) *data.Table {
	t.Helper()
	var columns []*data.Column
	for _, c := range from.Columns {
		if c.Kind == data.Number {
			v := make([]float64, n)
			for i := range v {
				v[i] = c.Numbers[row(i)]
			}
			columns = append(columns, data.NumberColumn(c.Name, v))
			continue
		}
		v := make([]string, n)
		for i := range v {
			v[i] = c.Cell(row(i))
		}
		columns = append(columns, data.CategoryColumn(c.Name, v))
	}
	out, err := data.NewTable(fmt.Sprint(from.Name, " taken"), columns...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDoctorOnSeparableClasses(t *testing.T) {
	clear := made("c", func(r *rand.Rand, y float64) float64 { return y + math.Copysign(0.2, y) + 0.1*r.Float64() })
	table := patient(t, 500, clear)
	for _, c := range []struct {
		o    Options
		want bool
	}{
		{Options{Model: "logistic", L2: NoPenalty}, true}, {Options{Model: "softmax", L2: NoPenalty}, true},
		{Options{Model: "logistic", L2: NoPenalty, Epochs: 12}, true}, {Options{Model: "logistic"}, false},
		{Options{Model: "logistic", L2: 1e-3}, false}, {Options{Model: "logistic", L1: 1e-3}, false}, {Options{Model: "mlp:4", Epochs: 20}, false},
		{Options{Model: "logistic", L2: NoPenalty, Features: []string{"a", "b"}}, false},
	} {
		c.o.Target, c.o.Validation = "class", NoValidation
		_, found := ask(t, table, c.o)
		if got := strings.Contains(kindsOf(found), "separable_classes"); got != c.want {
			t.Errorf("%+v: %+v", c.o, found)
		}
	}
}

// A rate that is too high is named with step, rows and column, and the rate that
// the doctor names instead works.
func TestDoctorOnRates(t *testing.T) {
	table := patient(t, 400, made("large", func(r *rand.Rand, _ float64) float64 { return 1000 * r.NormFloat64() }))
	for _, o := range []Options{
		{Method: "sgd", Rate: 0.1, Scale: data.Unscaled, Epochs: 20},
		{Method: "gd", Rate: 0.1, Batch: FullBatch, Scale: data.Unscaled, Epochs: 50},
		{Method: "momentum", Rate: 1, Scale: data.Unscaled, Epochs: 20, Batch: 50},
		{Method: "sgd", Rate: 30, Model: "mlp:8", Epochs: 20},
	} {
		r, found := ask(t, table, o)
		i := slices.IndexFunc(found, func(d Diagnosis) bool { return d.Kind == RateTooHigh })
		if i < 0 {
			t.Fatalf("%+v: %s, %s: %+v", o, r.Status, r.Reason, found)
		}
		d := found[i]
		if d.Step < 1 || d.Step > r.Steps+1 || !(d.Rate > 0 && d.Rate < o.Rate) {
			t.Errorf("%+v", d)
		}
		if o.Scale == data.Unscaled {
			if !slices.Equal(d.Columns, []string{"large"}) || len(d.Rows) != 1 || !(d.Share > 0.9) || !strings.Contains(d.Message, "leave --scale out") {
				t.Errorf("%+v", d)
			}
		}
		o.Rate = d.Rate
		if r, found := ask(t, table, o); strings.Contains(kindsOf(found), string(RateTooHigh)) || o.Model != "" && !(r.Loss.Train < r.Loss.Baseline) {
			t.Errorf("%+v: the rate that was named does not work: %s, %+v", o, r.Reason, found)
		}
	}
}

func TestDoctorOnUnits(t *testing.T) {
	far := func(shift float64) func(*rand.Rand, []float64) *data.Column {
		return made("c", func(r *rand.Rand, _ float64) float64 { return shift + shift*r.Float64() })
	}
	for _, c := range []struct {
		o     Options
		shift float64
		want  Ailment
	}{
		{Options{Model: "mlp:16", Scale: data.Unscaled}, 300, DeadUnits},
		{Options{Model: "mlp:16:tanh", Scale: data.Unscaled}, 300, SaturatedUnits},
		{Options{Model: "mlp:16:sigmoid", Scale: data.Unscaled}, 300, SaturatedUnits},
		{Options{Model: "mlp:16"}, 300, ""},
		{Options{Model: "mlp:16:tanh"}, 300, ""},
		{Options{Model: "mlp:16:sigmoid"}, 300, ""},
		{Options{Model: "mlp:16:silu", Scale: data.Unscaled}, 300, ""},
	} {
		c.o.Epochs, c.o.Method, c.o.Rate = 20, "adam", 0.001
		_, found := ask(t, patient(t, 500, far(c.shift)), c.o)
		found = slices.DeleteFunc(found, func(d Diagnosis) bool { return d.Kind == Unscaled || d.Kind == Stalled })
		if got := kindsOf(found); got != string(c.want) {
			t.Errorf("%s, scale %q: found %q, want %q: %+v", c.o.Model, c.o.Scale, got, c.want, found)
		}
	}
}

func TestDoctorOnOutputs(t *testing.T) {
	noise := func(r *rand.Rand, _ float64) float64 { return r.NormFloat64() }
	table := patient(t, 300, made("c", noise), made("d", noise), made("e", noise), made("f", noise), words("coin", func(r *rand.Rand, _ float64) string { return []string{"head", "tail"}[r.IntN(2)] }))
	o := Options{Target: "coin", Features: []string{"a", "b", "c", "d", "e", "f"}, Model: "mlp:64", Epochs: 800, Patience: NoPatience, Method: "adam", Rate: 0.02}
	if _, found := ask(t, table, o); !strings.Contains(kindsOf(found), "saturated_outputs") {
		t.Errorf("learned by heart: %+v", found)
	}
	o.Epochs, o.Rate, o.Patience, o.Target = 30, 0, 0, "class"
	if _, found := ask(t, table, o); found != nil {
		t.Errorf("stopped early: %+v", found)
	}
}

func TestDoctorOnALossThatStands(t *testing.T) {
	table := patient(t, 400)
	for _, c := range []struct {
		rate    float64
		epochs  int
		mention string
	}{
		{1e-12, 40, "is too small, try --lr"}, {0.01, 400, "fewer epochs would have done"}, {0.002, 20, ""},
	} {
		r, found := ask(t, table, Options{Method: "sgd", Rate: c.rate, Epochs: c.epochs, Patience: NoPatience})
		if c.mention == "" {
			if found != nil {
				t.Errorf("%+v", found)
			}
			continue
		}
		if kindsOf(found) != string(Stalled) || !strings.Contains(found[0].Message, c.mention) {
			t.Fatalf("rate %v, %s: %+v", c.rate, r.Reason, found)
		}
		if found[0].Rate > 0 {
			if r, _ := ask(t, table, Options{Method: "sgd", Rate: found[0].Rate, Epochs: c.epochs}); !(r.Loss.Train < 0.5*r.Loss.Baseline) {
				t.Errorf("the rate %v that was named does not work either: %v of %v", found[0].Rate, r.Loss.Train, r.Loss.Baseline)
			}
		}
	}
}
