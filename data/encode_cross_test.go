package data

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// TestCrosses: a cross is the product of the features of its parts, as two loops
// find it, with their names.
func TestCrosses(t *testing.T) {
	table, err := NewTable("t",
		NumberColumn("n", []float64{1, 2, 6, math.NaN()}), NumberColumn("m", []float64{4, 0, 1, 1}),
		CategoryColumn("c", []string{"a", "b", "b", ""}), NumberColumn("a*b", []float64{1, 2, 3, 4}))
	if err != nil {
		t.Fatal(err)
	}
	for _, parts := range [][2]string{{"n", "m"}, {"c", "n"}, {"n", "c"}} {
		e, got := encoded(t, table, FeatureOptions{Names: []string{parts[0] + "*" + parts[1]}})
		a, x := encoded(t, table, FeatureOptions{Names: parts[:1]})
		b, y := encoded(t, table, FeatureOptions{Names: parts[1:]})
		var want []float64
		var names []string
		for i := range table.Rows {
			for j := range a.Width() {
				for k := range b.Width() {
					want = append(want, x[i*a.Width()+j]*y[i*b.Width()+k])
					if i == 0 {
						names = append(names, a.Names()[j]+"*"+b.Names()[k])
					}
				}
			}
		}
		if !slices.Equal(got, want) || !slices.Equal(e.Names(), names) {
			t.Errorf("%v: %v\n%v, want %v\n%v", parts, e.Names(), got, names, want)
		}
		if kinds := e.Columns(); len(kinds) != 2 || kinds[parts[0]] == Guess || kinds[parts[1]] == Guess {
			t.Errorf("%v reads %v", parts, kinds)
		}
	}
	// A column of that name goes before a cross; all is every other one.
	e, _ := encoded(t, table, FeatureOptions{Names: []string{"all", "n*c"}, Without: []string{"m"}})
	if want := "n c=a c=b c=<missing> c=<other> a*b n*c=a n*c=b n*c=<missing> n*c=<other>"; strings.Join(e.Names(), " ") != want {
		t.Errorf("features %v, want %s", e.Names(), want)
	}
}
