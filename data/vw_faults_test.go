package data

import (
	"errors"
	"strings"
	"testing"
)

// A fault of a line of Vowpal Wabbit says what to try.
func TestVWFaultsSayWhatToTry(t *testing.T) {
	for line, try := range map[string]string{
		"1 2 3 4 5 |f a":           "begin them with a bar",
		"1 x |f a":                 "write \"label weight base |features\"",
		"yes 1 |f a":               "write \"label weight base",
		"1 -2 |f a":                "the weight 0",
		"1 |:2 a":                  "write |name, |name:number",
		"1 |f a:x:y":               "write name:number, or name=value",
		"1 |f:1e300 a:1e300":       "make one of them smaller",
		"1 |f a:1.7e308 a:1.7e308": "write it once",
		"1,2,3":                    "this seems to be a table with columns",
	} {
		_, err := sparseFrom("1 |f a b\n"+line+"\n", ReadOptions{Types: map[string]Kind{"features": Sparse}})
		var fault *Error
		if !errors.As(err, &fault) || fault.Line != 2 || !strings.Contains(fault.Try, try) {
			t.Errorf("%q: %v", line, err)
		}
	}
}

// What an encoder knows of rows is counted, with the first that it does not know.
func TestOverlap(t *testing.T) {
	for _, c := range []struct {
		train, apply, span string
		want               Overlap
	}{
		{"1 |f b a\n2 |g c\n", "1 |f b |g d c\n", `"f|a" to "g|c"`, Overlap{2, 1, `"g|d"`}},
		{"1 |f b a\n2 |g c\n", "1 |h b\n", `"f|a" to "g|c"`, Overlap{0, 1, `"h|b"`}},
		{"1 1:2\n2 4:1\n", "1 1:2 9:1\n", "1 to 4", Overlap{1, 1, "9"}},
		{"1 |f 1:2\n2 |f 4:1\n", "1 |g 1:2\n", "f|1 to f|4", Overlap{0, 1, "g|1"}},
	} {
		a, err := sparseFrom(c.train, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		e, err := NewEncoder(a, []int{0, 1}, FeatureOptions{Without: []string{"label"}})
		if err != nil {
			t.Fatal(err)
		}
		b, err := sparseFrom(c.apply, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got := Overlap{}
		got.Add(e.Overlap(b, []int{0}))
		if got != c.want || e.Span() != c.span {
			t.Errorf("%q after %q: %+v and %s, want %+v and %s", c.apply, c.train, got, e.Span(), c.want, c.span)
		}
	}
}
