package data

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// encoded is the matrix of all rows, and the encoder, which learned from them
// and went through JSON.
func encoded(t *testing.T, table *Table, opts FeatureOptions) (*Encoder, []float64) {
	t.Helper()
	learned, err := NewEncoder(table, upTo(table.Rows), opts)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(learned)
	if err != nil {
		t.Fatal(err)
	}
	e := new(Encoder)
	if err := json.Unmarshal(text, e); err != nil {
		t.Fatal(err)
	}
	dst := make([]float64, table.Rows*e.Width())
	if _, err := Encode(e, table, upTo(table.Rows), dst); err != nil {
		t.Fatal(err)
	}
	if len(e.Names()) != e.Width() {
		t.Fatalf("%d names of %d features", len(e.Names()), e.Width())
	}
	return e, dst
}

func near(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= 1e-8*max(1, math.Abs(y)) })
}

// TestScalings: what each rule makes of a column. The robust values are those of
// scikit-learn 1.9.1 (RobustScaler).
func TestScalings(t *testing.T) {
	x := []float64{1, 2, 4.5, 8, 16, -3.25}
	logs := make([]float64, len(x))
	for i, v := range x {
		logs[i] = math.Log1p(math.Abs(v))
	}
	logs[5] *= -1
	mean, sd := meanSD(logs)
	for i := range logs {
		logs[i] = (logs[i] - mean) / sd
	}
	table, err := NewTable("t", NumberColumn("x", x), NumberColumn("other", x))
	if err != nil {
		t.Fatal(err)
	}
	for scale, want := range map[Scaling][]float64{
		Robust:   {-0.38297872, -0.21276596, 0.21276596, 0.80851064, 2.17021277, -1.10638298},
		Log:      logs,
		MaxAbs:   {1. / 16, 2. / 16, 4.5 / 16, 0.5, 1, -3.25 / 16},
		Unscaled: x,
	} {
		_, got := encoded(t, table, FeatureOptions{Names: []string{"x"}, Scales: map[string]Scaling{"x": scale}, Scale: MinMax})
		if !near(got, want) {
			t.Errorf("%s: %v, want %v", scale, got, want)
		}
	}
	// Quartiles that are equal say nothing about the spread.
	flat, err := NewTable("t", NumberColumn("x", []float64{0, 1, 1, 1, 1, 1, 2}))
	if err != nil {
		t.Fatal(err)
	}
	_, robust := encoded(t, flat, FeatureOptions{Scale: Robust})
	if _, standard := encoded(t, flat, FeatureOptions{}); !slices.Equal(robust, standard) {
		t.Errorf("equal quartiles: %v, want %v", robust, standard)
	}
}

// TestMissingRules: what counts for a missing value of each kind.
func TestMissingRules(t *testing.T) {
	table, err := NewTable("t",
		NumberColumn("n", []float64{1, 2, 6, math.NaN()}),
		CategoryColumn("c", []string{"a", "b", "b", ""}),
		&Column{Name: "b", Kind: Boolean, Codes: []int32{1, 0, 1, -1}, Levels: []string{"no", "yes"}},
		&Column{Name: "d", Kind: Date, Numbers: []float64{0, 2 * secondsOfDay, 7 * secondsOfDay, math.NaN()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		column string
		rule   Missing
		last   []float64 // the features of the row without a value
		said   string
	}{
		{"n", "", []float64{2}, "the median 2 (1 of 4"}, {"n", FillMedian, []float64{2}, "the median 2"}, {"n", FillMean, []float64{3}, "the mean 3"},
		{"n", FillZero, []float64{0}, "count as 0"}, {"n", "-4.5", []float64{-4.5}, "count as -4.5"}, {"n", FillLevel, []float64{2, 1}, "a column of their own"},
		{"n", DropRow, []float64{2}, "left out"},
		{"c", "", []float64{0, 0, 1, 0}, "one for missing"}, {"c", FillLevel, []float64{0, 0, 1, 0}, "one for missing"},
		{"c", FillMode, []float64{0, 1, 0}, "count as b"}, {"c", "a", []float64{1, 0, 0}, "count as a"},
		{"b", "", []float64{2. / 3, 1}, "share of yes"}, {"b", FillMode, []float64{1}, "count as yes"}, {"b", "no", []float64{0}, "count as no"},
		{"d", "", []float64{2, 0}, "1970-01-03"}, {"d", "1970-01-11", []float64{10, 0}, "1970-01-11"}, {"d", FillMean, []float64{3, 0}, "1970-01-04"},
	} {
		opts := FeatureOptions{Names: []string{c.column}, Scale: Unscaled}
		if c.rule != "" {
			opts.Missings = map[string]Missing{c.column: c.rule}
		}
		e, dst := encoded(t, table, opts)
		got := dst[3*e.Width():]
		if c.column == "d" { // the days count from the mean
			got = []float64{got[0] + e.Features[0].Shift/secondsOfDay, 0}
		}
		if !near(got, c.last) || !strings.Contains(e.Features[0].Rule, c.said) {
			t.Errorf("%s by %q: %v, %s; want %v, %s", c.column, c.rule, got, e.Features[0].Rule, c.last, c.said)
		}
	}
	for want, opts := range map[string]FeatureOptions{
		"which is no feature":            {Missings: map[string]Missing{"x": FillMean}},
		"a scaling for column \"x\"":     {Scales: map[string]Scaling{"x": Log}},
		"cannot be scaled by":            {Scales: map[string]Scaling{"c": Log}},
		"whose logarithm means nothing":  {Scales: map[string]Scaling{"d": Log}},
		"did you mean \"robust\"?":       {Scales: map[string]Scaling{"n": "robus"}},
		"cannot be replaced by the rule": {Missings: map[string]Missing{"c": FillMean}},
		"is no number":                   {Missings: map[string]Missing{"n": "few"}},
		"is no date":                     {Missings: map[string]Missing{"d": "soon"}},
		"none of the levels a, b":        {Missings: map[string]Missing{"c": "z"}},
		"neither no nor yes":             {Missings: map[string]Missing{"b": "z"}},
		"no rule \"some\" for missing":   {Missing: "some"},
		"no scaling \"std\"":             {Scale: "std"},
	} {
		if _, err := NewEncoder(table, upTo(3), opts); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", opts, err, want)
		}
	}
}

// TestDateFeatures: the days are scaled, and the cycles are those that the rows
// go through, by the calendar of package time.
func TestDateFeatures(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(2, 20).Draw(rt, "rows")
		seconds := make([]float64, n)
		for i := range seconds {
			seconds[i] = float64(rapid.Int64Range(-3e9, 5e9).Draw(rt, "seconds"))
		}
		seconds[0], seconds[1] = 0, 200.5*secondsOfDay
		table, err := NewTable("t", &Column{Name: "d", Kind: Date, Numbers: seconds})
		if err != nil {
			rt.Fatal(err)
		}
		e, got := encoded(t, table, FeatureOptions{Scale: Unscaled})
		if want := []string{"d", "d.week.sin", "d.week.cos", "d.year.sin", "d.year.cos", "d.day.sin", "d.day.cos"}; !slices.Equal(e.Names(), want) {
			rt.Fatalf("features %v", e.Names())
		}
		for i, v := range seconds {
			at := time.Unix(int64(v), 0).UTC()
			day := float64(at.Hour()*3600+at.Minute()*60+at.Second()) / secondsOfDay
			turns := []float64{float64((int(at.Weekday())+3)%7) / 7, float64(at.YearDay()-1) / 365.25, day}
			want := []float64{(v - e.Features[0].Shift) / secondsOfDay}
			for _, turn := range turns {
				want = append(want, math.Sin(2*math.Pi*turn), math.Cos(2*math.Pi*turn))
			}
			if row := got[i*7 : i*7+7]; !near(row, want) {
				rt.Fatalf("%s: %v, want %v", at, row, want)
			}
		}
	})
	// A few days of one week have neither a year nor an hour.
	table, err := NewTable("t", &Column{Name: "d", Kind: Date, Numbers: []float64{0, secondsOfDay, 3 * secondsOfDay}})
	if err != nil {
		t.Fatal(err)
	}
	if e, _ := encoded(t, table, FeatureOptions{}); !slices.Equal(e.Features[0].Cycles, []string{weekCycle}) || !strings.HasPrefix(e.Features[0].Rule, "days since 1970-01-02T08:00:00 divided by 1.24") {
		t.Errorf("%v: %s", e.Features[0].Cycles, e.Features[0].Rule)
	}
}
