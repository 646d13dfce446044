package data

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// mixed is a table with a column of every kind that can be encoded.
func mixed(t *rapid.T) *Table {
	n := rapid.IntRange(1, 12).Draw(t, "rows")
	words, numbers := make([]string, n), make([]float64, n)
	truths, dates := make([]int32, n), make([]float64, n)
	m := NewCSR[float64](0, n, 0)
	for i := range n {
		words[i] = rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "word")
		numbers[i] = rapid.SampledFrom([]float64{math.NaN(), 0, -1, 2.5}).Draw(t, "number")
		truths[i] = rapid.Int32Range(-1, 1).Draw(t, "truth")
		dates[i] = rapid.SampledFrom([]float64{math.NaN(), 0, 1e6, 3e7}).Draw(t, "date")
		for j := range 6 {
			if v := rapid.SampledFrom([]float64{0, 0, 0, 1, -4}).Draw(t, "entry"); v != 0 {
				m.Add(j, v)
				m.Cols = max(m.Cols, j+1)
			}
		}
		m.EndRow()
	}
	table, err := NewTable("mixed", NumberColumn("x", numbers), CategoryColumn("word", words), SparseColumn("entries", m),
		&Column{Name: "b", Kind: Boolean, Codes: truths, Levels: []string{"no", "yes"}}, &Column{Name: "d", Kind: Date, Numbers: dates})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestEncodeSparse: the sparse matrix is the dense one, for rows that training
// saw and rows that it did not.
func TestEncodeSparse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := mixed(t)
		scale := rapid.SampledFrom(append(Scalings, "")).Draw(t, "scale")
		all := make([]int, table.Rows)
		for i := range all {
			all[i] = i
		}
		e, err := NewEncoder(table, all[:(len(all)+1)/2], FeatureOptions{Scale: scale, Names: []string{"all", "word*x", "b*word", "d*x*b"}})
		if err != nil {
			if strings.Contains(err.Error(), "no entry") {
				return
			}
			t.Fatal(err)
		}
		dense := make([]float64, len(all)*e.Width())
		unseen, err := Encode(e, table, all, dense)
		if err != nil {
			t.Fatal(err)
		}
		m, same, err := EncodeSparse[float64](e, table, all)
		if err != nil || same != unseen || m.Cols != e.Width() || m.Rows() != len(all) {
			t.Fatalf("%v: %d unseen, want %d; %d×%d", err, same, unseen, m.Rows(), m.Cols)
		}
		if len(e.Names()) != e.Width() {
			t.Fatalf("%d names of %d features", len(e.Names()), e.Width())
		}
		back := make([]float64, len(dense))
		for i := range all {
			index, value := m.Row(i)
			if !slices.IsSorted(index) {
				t.Fatalf("row %d: %v", i, index)
			}
			for k, j := range index {
				back[i*m.Cols+int(j)] += value[k]
			}
		}
		if !slices.Equal(dense, back) {
			t.Fatalf("dense %v\nsparse %v", dense, back)
		}
	})
}

func TestSparseBeyond(t *testing.T) {
	m := &CSR[float64]{Cols: 9, Start: []int64{0, 2, 5}, Index: []int32{2, 4, 0, 3, 8}, Value: []float64{1, -8, 3, 4, 5}}
	table, err := NewTable("t", SparseColumn("f", m))
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewEncoder(table, []int{0}, FeatureOptions{Scale: MaxAbs})
	if err != nil {
		t.Fatal(err)
	}
	f := e.Features[0]
	if f.First != 1 || f.Width != 4 || !slices.Equal(f.Scales, []float64{1, 1, 1, 8}) || e.Names()[3] != "f[4]" {
		t.Errorf("%+v", f)
	}
	got, _, err := EncodeSparse[float32](e, table, []int{0, 1})
	if err != nil || !slices.Equal(got.Index, []int32{1, 3, 2}) || !slices.Equal(got.Value, []float32{1, -1, 4}) {
		t.Errorf("%v: %+v", err, got)
	}
	if f.Entries != 2 || e.MostlyZero() {
		t.Errorf("%v entries a row; sparse: %v", f.Entries, e.MostlyZero())
	}
	if wide := (&Encoder{Features: []Feature{{Kind: Category, Width: 63}, {Kind: Number, Width: 1}}}); !wide.MostlyZero() {
		t.Error("63 levels and a number are not kept sparse")
	}
	if n := e.Overlap(table, []int{0, 1}).Beyond; n != 2 {
		t.Errorf("%d entries beyond training, want 2", n)
	}
	if text := table.Columns[0].Cell(1); text != "0:3 3:4 8:5" {
		t.Errorf("row 1 is %q", text)
	}
}
