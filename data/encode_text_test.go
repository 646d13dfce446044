package data

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestTextFeatures: the words, marks and pairs of a text are what a plain
// reading of the rule finds, and a row has the length 1.
func TestTextFeatures(t *testing.T) {
	tokens := func(words ...string) map[int32]float64 {
		counts := map[int32]float64{}
		for i, w := range words {
			counts[place(fnv(fnvOffset, []byte(w)), TextFeatures)]++
			if i > 0 {
				counts[place(fnv(fnvOffset, []byte(words[i-1]+" "+w)), TextFeatures)]++
			}
		}
		squares := 0.0
		for j, n := range counts {
			counts[j] = 1 + math.Log(n)
			squares += counts[j] * counts[j]
		}
		for j := range counts {
			counts[j] /= math.Sqrt(squares)
		}
		return counts
	}
	var h hasher
	for text, want := range map[string]map[int32]float64{
		"":                        tokens(),
		" \t ":                    tokens(),
		"Free":                    tokens("free"),
		"FREE entry, free ENTRY!": tokens("free", "entry", ",", "free", "entry", "!"),
		"don't £100 ÄÖ":           tokens("don", "'", "t", "£", "100", "äö"),
		"a\xffb":                  tokens("a", "\ufffd", "b"),
	} {
		h.features(text, TextFeatures)
		got := map[int32]float64{}
		for k, j := range h.index {
			got[j] = h.value[k]
		}
		if len(got) != len(want) || !slices.IsSorted(h.index) {
			t.Errorf("%q: %d features, want %d", text, len(got), len(want))
		}
		for j, v := range want {
			if math.Abs(got[j]-v) > 1e-15 {
				t.Errorf("%q: feature %d is %v, want %v", text, j, got[j], v)
			}
		}
	}
	// 64-bit FNV-1a of "foobar", as its authors give it.
	if got := fnv(fnvOffset, []byte("foobar")); got != 0x85944171f73967e8 {
		t.Errorf("FNV-1a of foobar is %#x", got)
	}
	// Few words share a place.
	seen := map[int32]bool{}
	for i := range 10000 {
		seen[place(fnv(fnvOffset, []byte("word"+strings.Repeat("x", i%7)+string(rune('a'+i%26))+string(rune(0x4e00+i)))), TextFeatures)] = true
	}
	if len(seen) < 9700 { // 9812 are expected of a uniform hash
		t.Errorf("10000 words have %d places", len(seen))
	}
}

// TestTextColumns: a text that was asked for is a feature, sparse or dense alike.
func TestTextColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.String(), 1, 4).Draw(t, "texts")
		table, err := NewTable("t", NumberColumn("x", make([]float64, len(texts))), TextColumn("s", texts))
		if err != nil {
			t.Fatal(err)
		}
		e, err := NewEncoder(table, upTo(len(texts)), FeatureOptions{Names: []string{"x", "s"}})
		if err != nil {
			t.Fatal(err)
		}
		dense := make([]float64, len(texts)*e.Width())
		if _, err := Encode(e, table, upTo(len(texts)), dense); err != nil {
			t.Fatal(err)
		}
		m, _, err := EncodeSparse[float64](e, table, upTo(len(texts)))
		if err != nil {
			t.Fatal(err)
		}
		for i := range texts {
			index, value := m.Row(i)
			for k, j := range index {
				if dense[i*e.Width()+int(j)] != value[k] {
					t.Fatalf("row %d, feature %d: %v and %v", i, j, dense[i*e.Width()+int(j)], value[k])
				}
				dense[i*e.Width()+int(j)] = 0
			}
		}
		if slices.ContainsFunc(dense, func(v float64) bool { return v != 0 }) {
			t.Fatal("the dense matrix has more")
		}
	})
	table, err := read("s,y\none two,1\nthree,2\n", ReadOptions{Types: map[string]Kind{"s": Text}})
	if err != nil {
		t.Fatal(err)
	}
	if e, err := NewEncoder(table, upTo(2), FeatureOptions{Without: []string{"y"}}); err != nil || e.Width() != TextFeatures {
		t.Errorf("%v: %+v", err, e)
	}
	var h hasher
	h.features("some words for it", TextFeatures)
	if n := testing.AllocsPerRun(20, func() { h.features("Other words for it.", TextFeatures) }); n != 0 {
		t.Errorf("%v allocations a text", n)
	}
}
