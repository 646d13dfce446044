package data

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestTargets(t *testing.T) {
	table, err := NewTable("t",
		CategoryColumn("g", []string{"b", "a", "c", "a"}),
		NumberColumn("flag", []float64{1, 0, 1, 1}),
		NumberColumn("digit", []float64{10, 9, 2, 10}),
		NumberColumn("x", []float64{1.5, 2, 3, 4}))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		column  string
		task    Task
		classes []string
		values  []float64
	}{
		{"g", AutoTask, []string{"a", "b", "c"}, []float64{1, 0, 2, 0}},
		{"flag", AutoTask, []string{"0", "1"}, []float64{1, 0, 1, 1}},
		{"flag", Regression, nil, []float64{1, 0, 1, 1}},
		{"digit", AutoTask, nil, []float64{10, 9, 2, 10}},
		{"digit", Classification, []string{"2", "9", "10"}, []float64{2, 1, 0, 2}},
		{"x", "", nil, []float64{1.5, 2, 3, 4}},
	}
	for _, c := range cases {
		y, err := NewTarget(table, upTo(4), c.column, c.task)
		if err != nil {
			t.Errorf("%s: %v", c.column, err)
			continue
		}
		got := make([]float64, 4)
		if err := y.Encode(table, upTo(4), got); err != nil {
			t.Errorf("%s: %v", c.column, err)
		}
		if !slices.Equal(y.Classes, c.classes) || !slices.Equal(got, c.values) {
			t.Errorf("%s as %s: classes %q, values %v; want %q, %v", c.column, c.task, y.Classes, got, c.classes, c.values)
		}
	}
	y, err := NewTarget(table, upTo(4), "x", AutoTask)
	if err != nil || y.Mean != 2.625 || y.Min != 1.5 || y.Max != 4 || math.Abs(y.SD-math.Sqrt(3.6875/4)) > 1e-15 {
		t.Errorf("got %+v, %v", y, err)
	}
}

func TestTargetRefuses(t *testing.T) {
	nan := math.NaN()
	table, err := NewTable("t",
		CategoryColumn("g", []string{"a", "a", "b", ""}),
		NumberColumn("x", []float64{1.5, 2, 3, nan}),
		TextColumn("s", []string{"p", "q", "r", "t"}))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		column string
		rows   []int
		task   Task
		want   string
	}{
		{"gg", upTo(3), AutoTask, "did you mean \"g\"?"},
		{"g", upTo(4), AutoTask, "missing in data row 4"},
		{"x", upTo(4), AutoTask, "missing in data row 4"},
		{"g", upTo(2), AutoTask, "only the class \"a\""},
		{"g", upTo(3), Regression, "has levels (a, b), not numbers"},
		{"x", upTo(3), Classification, "numbers with fractions"},
		{"x", upTo(3), "guess", "no task \"guess\""},
		{"s", upTo(3), AutoTask, "cannot be predicted"},
		{"x", nil, AutoTask, "no training rows"},
	}
	for _, c := range cases {
		if _, err := NewTarget(table, c.rows, c.column, c.task); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q in it", c.column, err, c.want)
		}
	}
	y, err := NewTarget(table, upTo(3), "g", AutoTask)
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewTable("other", CategoryColumn("g", []string{"a.", "b", "c"}))
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float64, 2)
	if err := y.Encode(other, upTo(2), got); err != nil || !slices.Equal(got, []float64{0, 1}) {
		t.Errorf("labels with a final dot: %v, %v", got, err)
	}
	if err := y.Encode(other, []int{2}, got[:1]); err == nil || !strings.Contains(err.Error(), "\"c\" in data row 3 of other, which is none of the classes a, b") {
		t.Errorf("an unknown class: %v", err)
	}
	if err := y.Encode(table, []int{3}, got[:1]); err == nil {
		t.Error("encoded a missing target")
	}
}

// Values at the ends of the range have a deviation, and those that have none
// are refused by name.
func TestTargetsAtTheEndsOfTheRange(t *testing.T) {
	for _, unit := range []float64{1e-310, 1e-299, 1e-160, 1, 1e160, 1e307} {
		y := make([]float64, 8)
		rows := make([]int, len(y))
		for i := range y {
			y[i], rows[i] = float64(i)*unit, i
		}
		table, err := NewTable("t", NumberColumn("y", y))
		if err != nil {
			t.Fatal(err)
		}
		target, err := NewTarget(table, rows, "y", Regression)
		if err != nil {
			t.Errorf("in units of %g: %v", unit, err)
		} else if want := math.Sqrt(63.0/12) * unit; !(math.Abs(target.SD-want) <= 1e-12*want) && unit > 1e-300 || target.SD == 0 {
			t.Errorf("in units of %g: deviation %g, want %g", unit, target.SD, want)
		}
	}
	table, err := NewTable("t", NumberColumn("y", []float64{-math.MaxFloat64, math.MaxFloat64, math.MaxFloat64}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewTarget(table, []int{0, 1, 2}, "y", Regression); err == nil || !strings.Contains(err.Error(), "too far apart") {
		t.Errorf("the whole range: %v", err)
	}
}

func TestCompleteRowsAndWeights(t *testing.T) {
	nan := math.NaN()
	table, err := NewTable("t", NumberColumn("x", []float64{1, nan, 3, 4}), CategoryColumn("g", []string{"a", "b", "", "d"}),
		NumberColumn("w", []float64{1, -1, 0, math.Inf(1)}))
	if err != nil {
		t.Fatal(err)
	}
	rows, dropped, err := table.Complete("x", "g")
	if err != nil || dropped != 2 || !slices.Equal(rows, []int{0, 3}) {
		t.Errorf("rows %v, %d dropped, %v", rows, dropped, err)
	}
	w := make([]float64, 2)
	if err := table.Weights("w", []int{0, 2}, w); err != nil || !slices.Equal(w, []float64{1, 0}) {
		t.Errorf("weights %v, %v", w, err)
	}
	for rows, want := range map[[1]int]string{{1}: "holds -1 in data row 2", {2}: "sum to 0 over the 1 row at hand (of 4)", {3}: "holds +Inf"} {
		if err := table.Weights("w", rows[:], w[:1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("row %v: %v; want %q in it", rows, err, want)
		}
	}
	if err := table.Weights("x", []int{0, 1}, w); err == nil || !strings.Contains(err.Error(), "is missing in data row 2") {
		t.Errorf("a missing weight: %v", err)
	}
	vast, err := NewTable("t", NumberColumn("w", []float64{1e308, 1e308}))
	if err != nil {
		t.Fatal(err)
	}
	if err := vast.Weights("w", []int{0, 1}, w); err == nil || !strings.Contains(err.Error(), "more than a number can hold") {
		t.Errorf("vast weights: %v", err)
	}
	if err := table.Values("g", []int{0}, w[:1]); err == nil || !strings.Contains(err.Error(), "is a category, not a number") {
		t.Errorf("got %v", err)
	}
}
