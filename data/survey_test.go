package data

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// parted is a pass over rows of a table, a few at a time.
func parted(t *Table, rows []int, size int) Pass {
	return func(visit func(t *Table, rows []int) error) error {
		for lo := 0; lo < t.Rows; lo += size {
			part := &Table{Name: t.Name, Rows: min(size, t.Rows-lo)}
			for _, c := range t.Columns {
				d := *c
				if c.Numbers != nil {
					d.Numbers = c.Numbers[lo : lo+part.Rows]
				}
				if c.Codes != nil {
					d.Codes = c.Codes[lo : lo+part.Rows]
				}
				part.Columns = append(part.Columns, &d)
			}
			var some []int
			for _, row := range rows {
				if lo <= row && row < lo+part.Rows {
					some = append(some, row-lo)
				}
			}
			if err := visit(part, some); err != nil {
				return err
			}
		}
		return nil
	}
}

// drawTable is a table of so many rows with numbers of many kinds.
func drawTable(t *rapid.T, n int, rng *rand.Rand) *Table {
	draw := func(f func() float64) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = f()
		}
		return v
	}
	gap := func(v float64) float64 {
		if rng.IntN(5) == 0 {
			return math.NaN()
		}
		return v
	}
	levels := make([]string, n)
	for i := range levels {
		levels[i] = []string{"", "a", "b", "c", "rare"}[rng.IntN(4+rng.IntN(2)*rng.IntN(2))]
	}
	table, err := NewTable("drawn",
		NumberColumn("normal", draw(rng.NormFloat64)),
		NumberColumn("gaps", draw(func() float64 { return gap(math.Exp(8 * rng.NormFloat64())) })),
		NumberColumn("two", draw(func() float64 { return float64(2*rng.IntN(2)) - 1 })),
		NumberColumn("few", draw(func() float64 { return gap(float64(rng.IntN(7))) })),
		NumberColumn("same", draw(func() float64 { return 2.5 })),
		NumberColumn("none", draw(math.NaN)),
		CategoryColumn("level", levels),
		NumberColumn("near", draw(func() float64 { return 1e9 + float64(rng.IntN(3))/1024 })),
	)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// A survey teaches an encoder and a target what the table does, to the bit.
func TestASurveyTeachesWhatTheTableDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6000).Draw(t, "rows")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		table := drawTable(t, n, rng)
		var rows []int
		for row := range n {
			if rng.IntN(4) > 0 || row == n-1 {
				rows = append(rows, row)
			}
		}
		opts := FeatureOptions{Scale: rapid.SampledFrom([]Scaling{"", MinMax, Unscaled}).Draw(t, "scale")}
		target := rapid.SampledFrom([]string{"normal", "two", "same", "near"}).Draw(t, "target")
		task := rapid.SampledFrom([]Task{AutoTask, Regression, Classification}).Draw(t, "task")
		s, err := NewSurvey(table, table.Names(), []string{target, "few"}, parted(table, rows, rapid.IntRange(1, 3000).Draw(t, "part")))
		if err != nil {
			t.Fatal(err)
		}
		want, err1 := NewEncoder(table, rows, opts)
		got, err2 := s.Encoder(opts)
		agree(t, want, got, err1, err2)
		y, err1 := NewTarget(table, rows, target, task)
		z, err2 := s.Target(target, task)
		agree(t, y, z, err1, err2)
		if err1 == nil {
			c, err := ClassesOf(table, target, task, parted(table, rows, 500))
			if err != nil || !slices.Equal(c.Classes, y.Classes) || !slices.Equal(c.Counts, y.Counts) {
				t.Fatalf("classes %v, %v, in the table %v", c, err, y)
			}
		}
	})
}

func agree(t *rapid.T, want, got any, err1, err2 error) {
	t.Helper()
	a, _ := json.Marshal(want)
	b, _ := json.Marshal(got)
	if string(a) != string(b) || fmt.Sprint(err1) != fmt.Sprint(err2) {
		t.Fatalf("the table teaches   %s, %v\nthe survey teaches %s, %v", a, err1, b, err2)
	}
}

// The value of any rank is found among any values, in at most seven passes.
func TestSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.Float64(), 1, 3000).Draw(t, "values")
		if rapid.Bool().Draw(t, "alike") {
			for i := range v { // many that differ in their last bits alone
				v[i] = math.Float64frombits(math.Float64bits(1.5) + math.Float64bits(v[i])%4000)
			}
			v = append(v, v...)
		}
		rank := rapid.IntRange(0, len(v)-1).Draw(t, "rank")
		s := newSearch()
		s.rank = rank
		passes := 0
		for ; !s.found; passes++ {
			for _, x := range v {
				s.see(x)
			}
			s.settle()
		}
		below, equal := 0, 0
		for _, x := range v {
			if x < s.value {
				below++
			}
			if x == s.value {
				equal++
			}
		}
		if rank < below || rank >= below+equal || passes > 7 {
			t.Fatalf("%v has %d below it and %d its like, not rank %d; %d passes", s.value, below, equal, rank, passes)
		}
	})
}
