package data

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// others lists the rows of 0..n-1 that are not divisible by 3.
func others(n int) (rows []int) {
	for i := range n {
		if i%3 != 0 {
			rows = append(rows, i)
		}
	}
	return rows
}

func penguins(t *testing.T) *Table {
	t.Helper()
	table, err := Read("sample:penguins", ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// The reference was computed by scikit-learn; see the source it names.
func TestEncodingAgreesWithScikitLearn(t *testing.T) {
	var ref struct {
		Columns     []string
		Rows        []int
		Standard    [][]float64
		MinMax      [][]float64
		OneHotNames []string `json:"onehot_names"`
		OneHot      [][]float64
	}
	content, err := os.ReadFile("testdata/penguins-encoded.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &ref); err != nil {
		t.Fatal(err)
	}
	table := penguins(t)
	for scale, want := range map[Scaling][][]float64{Standard: ref.Standard, MinMax: ref.MinMax} {
		e, err := NewEncoder(table, others(table.Rows), FeatureOptions{Names: ref.Columns, Scale: scale})
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float64, len(ref.Rows)*e.Width())
		if _, err := Encode(e, table, ref.Rows, got); err != nil {
			t.Fatal(err)
		}
		for i, v := range slices.Concat(want...) {
			if math.Abs(got[i]-v) > 1e-13*(1+math.Abs(v)) {
				t.Fatalf("%s: feature %d of row %d: got %v, want %v", scale, i%4, ref.Rows[i/4], got[i], v)
			}
		}
	}
	e, err := NewEncoder(table, others(table.Rows), FeatureOptions{Names: []string{"island", "sex"}})
	if err != nil {
		t.Fatal(err)
	}
	// Ours has the same columns and, after each group, one for other levels.
	got := make([]float64, len(ref.Rows)*e.Width())
	if _, err := Encode(e, table, ref.Rows, got); err != nil {
		t.Fatal(err)
	}
	if len(ref.OneHotNames)+2 != e.Width() {
		t.Fatalf("features %v, want %v and two more", e.Names(), ref.OneHotNames)
	}
	for i, want := range ref.OneHot {
		row := got[i*e.Width() : (i+1)*e.Width()]
		if !slices.Equal(slices.Concat(row[:3], row[4:7]), want) || row[3] != 0 || row[7] != 0 {
			t.Fatalf("row %d: got %v, want %v", ref.Rows[i], row, want)
		}
	}
}

func TestNamesAndRules(t *testing.T) {
	table := penguins(t)
	e, err := NewEncoder(table, upTo(table.Rows), FeatureOptions{Without: []string{"species", "bill_depth_mm", "flipper_length_mm"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"island=Biscoe", "island=Dream", "island=Torgersen", "island=<other>", "bill_length_mm", "body_mass_g", "sex=FEMALE", "sex=MALE", "sex=<missing>", "sex=<other>"}
	if !slices.Equal(e.Names(), want) || e.Width() != len(want) {
		t.Errorf("features %v", e.Names())
	}
	rules := []string{
		"one column per level (3), one for levels not seen in training and missing values",
		"(value - 43.925) / 5.43587; missing values count as the median 44.45 (2 of 344 training rows)",
		"(value - 4200.87) / 798.533; missing values count as the median 4050 (2 of 344 training rows)",
		"one column per level (2), one for missing values, one for levels not seen in training",
	}
	for i, f := range e.Features {
		if f.Rule != rules[i] {
			t.Errorf("%s: %s\nwant %s", f.Column, f.Rule, rules[i])
		}
	}
}

func TestAnEncoderSurvivesJSON(t *testing.T) {
	table := penguins(t)
	e, err := NewEncoder(table, others(table.Rows), FeatureOptions{Without: []string{"species"}})
	if err != nil {
		t.Fatal(err)
	}
	y, err := NewTarget(table, others(table.Rows), "species", AutoTask)
	if err != nil {
		t.Fatal(err)
	}
	type recipe struct {
		E *Encoder
		Y *Target
	}
	text, err := json.Marshal(recipe{e, y})
	if err != nil {
		t.Fatal(err)
	}
	var back recipe
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, recipe{e, y}) {
		t.Errorf("got %+v, want %+v", back, recipe{e, y})
	}
}

// What the held-out rows hold must not reach the encoder.
func TestOnlyTheTrainingRowsTeach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "rows")
		value := rapid.OneOf(rapid.Float64Range(-1e6, 1e6), rapid.Just(math.NaN()))
		x := rapid.SliceOfN(value, n, n).Draw(t, "x")
		level := rapid.SampledFrom([]string{"", "a", "b", "c"})
		g := rapid.SliceOfN(level, n, n).Draw(t, "g")
		train := upTo(rapid.IntRange(1, n-1).Draw(t, "training rows"))
		learn := func() *Encoder {
			table, err := NewTable("drawn", NumberColumn("x", slices.Clone(x)), CategoryColumn("g", slices.Clone(g)))
			if err != nil {
				t.Fatal(err)
			}
			e, err := NewEncoder(table, train, FeatureOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		before := learn()
		for i := len(train); i < n; i++ {
			x[i], g[i] = value.Draw(t, "other x"), level.Draw(t, "other g")
		}
		if after := learn(); !reflect.DeepEqual(before, after) {
			t.Fatalf("before %+v, after %+v", before, after)
		}
	})
}

// Standardised training features have mean 0 and variance 1, or are all 0.
func TestStandardisedFeatures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-1e12, 1e12), 1, 50).Draw(t, "x")
		table, err := NewTable("drawn", NumberColumn("x", x))
		if err != nil {
			t.Fatal(err)
		}
		e, err := NewEncoder(table, upTo(len(x)), FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		u := make([]float64, len(x))
		if _, err := Encode(e, table, upTo(len(x)), u); err != nil {
			t.Fatal(err)
		}
		mean, sd := meanSD(u)
		constant := slices.Min(x) == slices.Max(x)
		if constant && (mean != 0 || sd != 0) {
			t.Fatalf("a constant column became %v", u)
		}
		// Values that differ only in their last digits cannot be centred well.
		narrow := slices.Max(x)-slices.Min(x) < 1e-6*math.Abs(x[0])
		if !constant && !narrow && (math.Abs(mean) > 1e-8 || math.Abs(sd-1) > 1e-8) {
			t.Fatalf("mean %v, standard deviation %v of %v", mean, sd, u)
		}
	})
}

func TestUnseenLevelsAndMissingValues(t *testing.T) {
	nan := math.NaN()
	table, err := NewTable("t",
		NumberColumn("x", []float64{1, 3, 8, nan}),
		NumberColumn("c", []float64{5, 5, 5, 9}),
		NumberColumn("e", []float64{nan, nan, nan, 2}),
		CategoryColumn("g", []string{"a", "b", "a", "z"}),
		CategoryColumn("m", []string{"a", "", "a", ""}),
		CategoryColumn("k", []string{"a", "b", "a", ""}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewEncoder(table, []int{0, 1, 2}, FeatureOptions{Scale: Standard})
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float32, e.Width())
	unseen, err := Encode(e, table, []int{3}, got)
	if err != nil {
		t.Fatal(err)
	}
	sd := math.Sqrt(26.0 / 3) // of 1, 3, 8 about their mean 4
	want := []float32{float32((3 - 4) / sd), 0, 0 /* g */, 0, 0, 1 /* m */, 0, 1, 0 /* k */, 0, 0, 1}
	if unseen != 2 || !slices.Equal(got, want) {
		t.Errorf("got %v with %d unseen, want %v with 2; features %v", got, unseen, want, e.Names())
	}
	for i, want := range []string{"median 3", "constant 5 in the training rows: always 0", "no value in the training rows: always 0"} {
		if !strings.Contains(e.Features[i].Rule, want) {
			t.Errorf("rule %q does not say %q", e.Features[i].Rule, want)
		}
	}
}

func TestImagesBecomeFractions(t *testing.T) {
	table := &Table{Name: "t", Rows: 2, Columns: []*Column{{Name: "image", Kind: Image, Height: 1, Width: 3, Pixels: []byte{0, 51, 255, 1, 2, 3}}}}
	e, err := NewEncoder(table, []int{0}, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float64, 3)
	if _, err := Encode(e, table, []int{0}, got); err != nil || !slices.Equal(got, []float64{0, 0.2, 1}) {
		t.Errorf("got %v, %v", got, err)
	}
	if names := e.Names(); !slices.Equal(names, []string{"image[0,0]", "image[0,1]", "image[0,2]"}) {
		t.Errorf("names %v", names)
	}
	table.Columns[0].Height, table.Columns[0].Width = 3, 1
	if _, err := Encode(e, table, []int{0}, got); err == nil {
		t.Error("accepted images of another shape")
	}
}

func TestEncoderRefuses(t *testing.T) {
	table, err := NewTable("t", NumberColumn("x", []float64{1, math.Inf(1), 3}), CategoryColumn("g", []string{"a", "b", "c"}),
		TextColumn("s", []string{"p", "q", "r"}), NumberColumn("wide", []float64{-math.MaxFloat64, 0, math.MaxFloat64}))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		rows []int
		opts FeatureOptions
		want string
	}{
		{nil, FeatureOptions{}, "no training rows"},
		{[]int{0}, FeatureOptions{Names: []string{"gg"}}, "did you mean \"g\"?"},
		{[]int{0}, FeatureOptions{Names: []string{"g", "g"}}, "named twice"},
		{[]int{0}, FeatureOptions{Names: []string{"g"}, Without: []string{"g"}}, "target or weight"},
		{[]int{0}, FeatureOptions{Names: []string{}}, "empty list"},
		{[]int{0}, FeatureOptions{Names: []string{"x*s"}}, "cannot be crossed"},
		{[]int{0}, FeatureOptions{Names: []string{"x*xx"}}, "in the cross \"x*xx\""},
		{[]int{0}, FeatureOptions{Names: []string{"x*x"}}, "column \"x\" twice"},
		{[]int{0}, FeatureOptions{Without: []string{"x", "g", "wide"}}, "no column left"},
		{[]int{0, 1}, FeatureOptions{Names: []string{"x"}}, "data row 2 holds +Inf"},
		{[]int{0, 2}, FeatureOptions{Names: []string{"wide"}, Scale: MinMax}, "too far apart"},
		{[]int{0}, FeatureOptions{Scale: "power"}, "no scaling \"power\""},
	}
	for _, c := range cases {
		if _, err := NewEncoder(table, c.rows, c.opts); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v; want %q in it", c.opts, err, c.want)
		}
	}
	e, err := NewEncoder(table, []int{0, 2}, FeatureOptions{Names: []string{"x", "g"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Encode(e, table, []int{1}, make([]float64, e.Width())); err == nil || !strings.Contains(err.Error(), "+Inf") {
		t.Errorf("an infinite value: %v", err)
	}
	if _, err := Encode(e, table, []int{0}, make([]float64, 1)); err == nil {
		t.Error("accepted too few places")
	}
	other, err := NewTable("other", NumberColumn("x", []float64{1}), NumberColumn("g", []float64{1}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Encode(e, other, []int{0}, make([]float64, e.Width())); err == nil || !strings.Contains(err.Error(), "read it as a category") {
		t.Errorf("another kind: %v", err)
	}
}

func TestEncodeAllocatesLittle(t *testing.T) {
	table := penguins(t)
	e, err := NewEncoder(table, upTo(table.Rows), FeatureOptions{Names: []string{"body_mass_g", "bill_length_mm"}})
	if err != nil {
		t.Fatal(err)
	}
	rows, dst := upTo(64), make([]float32, 128)
	if n := testing.AllocsPerRun(20, func() { _, _ = Encode(e, table, rows, dst) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func ExampleNewEncoder() {
	t, _ := Read("sample:penguins", ReadOptions{})
	e, _ := NewEncoder(t, []int{0, 1, 2}, FeatureOptions{Names: []string{"island", "body_mass_g"}})
	x := make([]float64, 3*e.Width())
	_, _ = Encode(e, t, []int{0, 1, 2}, x)
	fmt.Println(e.Names())
	fmt.Printf("%.3f\n", x[:3])
	// Output:
	// [island=Torgersen island=<other> body_mass_g]
	// [1.000 0.000 0.604]
}
