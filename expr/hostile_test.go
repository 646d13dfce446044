package expr

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"descent/graph"
)

// hostile formulas and what their refusal says; empty: they are taken.
func hostile() map[string][2]string {
	big := 1 << 20
	chain := func(first, rest string, n int) string { return first + strings.Repeat(rest, n) }
	var deepBindings strings.Builder
	deepBindings.WriteString("a0 = x")
	for i := range 20_000 {
		fmt.Fprintf(&deepBindings, "; a%d = sin(a%d) + a%d", i+1, i, i)
	}
	return map[string][2]string{
		"a million brackets":       {chain("", "(", big), "nested more than 1000 levels"},
		"matched brackets":         {chain("", "(", 500_000) + "x" + chain("", ")", 500_000), "nested more than 1000 levels"},
		"brackets within bounds":   {chain("", "(", 900) + "x" + chain("", ")", 900), ""},
		"a million signs":          {chain("", "-", big) + "x", "nested more than 1000 levels"},
		"a tower of powers":        {chain("x", "^x", big/2), "nested more than 1000 levels"},
		"a tower of nots":          {chain("", "not ", big/4) + "x", "nested more than 1000 levels"},
		"a tower of functions":     {chain("", "sin(", big/4), "nested more than 1000 levels"},
		"a tower of indices":       {chain("", "x[", big/2), "nested more than 1000 levels"},
		"a tower of ranges":        {chain("", "sum(i=", big/8), "nested more than 1000 levels"},
		"nested sums":              {"sum(a1=1..1, sum(a2=1..1, sum(a3=1..1, sum(a4=1..1, sum(a5=1..1, sum(a6=1..1, sum(a7=1..1, sum(a8=1..1, sum(a9=1..1, x", "more than 8 levels"},
		"a long sum":               {chain("x", "+x*y", 100_000), ""},
		"a long alternating sum":   {chain("x", "-y+x^2", 50_000), ""},
		"a long product":           {chain("x", "*y/x", 50_000), ""},
		"a long condition":         {chain("x<1", " and x<2 or y>3", 20_000), ""},
		"a sum of many variables":  {manyNames(20_000), ""},
		"one name":                 {chain("x", "y", big), ""},
		"one number":               {chain("1", "0", 300) + "." + chain("", "1", big), ""},
		"a number beyond doubles":  {chain("1", "0", 400), "too large"},
		"a huge exponent":          {"1e999999999999999999999", "too large"},
		"a tiny number":            {"1e-999999999999999999999", "too small"},
		"many arguments":           {"max(x" + chain("", ",y+1", 100_000) + ")", ""},
		"blanks":                   {chain("", " ", big) + "x", ""},
		"line ends":                {chain("", "\n", big) + "x", ""},
		"remarks":                  {chain("", "#\n", big/2) + "x", ""},
		"too long":                 {chain("x", "+x", 2*big+1), "the limit is 4194304"},
		"not text":                 {"x + \xff\xfe", "not UTF-8"},
		"a zero byte":              {"x\x00", "U+0000"},
		"a trillion terms":         {"sum(i=1..1e12, x)", "1000000000000 terms; the limit is 4000000"},
		"a square of terms":        {"sum(i=1..1e5, j=1..1e5, x)", "10000000000 terms"},
		"a triangle of terms":      {"sum(i=1..1e6, j=1..i, x)", "500000500000 terms"},
		"a far index":              {"x[1e15]", "at most 4000000 entries"},
		"a million terms":          {"sum(i=1..1000000, (x - i)^2)", ""},
		"millions of even entries": {"sum(i=1..2000000, (z[2*i-1] - z[i+1])^2)", ""},
		"many uneven entries":      {"sum(i=1..1000000, z[mod(7*i, 1000) + 1])", ""},
		"shared bindings":          {deepBindings.String() + "; a20000", ""},
		"doubling bindings":        {doubling(200), ""},
	}
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "v%d*v%d + ", i, i+1)
	}
	return b.String() + "1"
}

// doubling squares a sum of two again and again: its text would have 2^n terms.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString("a0 = x*y")
	for i := range n {
		fmt.Fprintf(&b, "; a%d = sin(a%d)*cos(a%d)", i+1, i, i)
	}
	fmt.Fprintf(&b, "; a%d", n)
	return b.String()
}

// TestHostile: no formula crashes or hangs the parser, lowering,
// differentiation or printing.
func TestHostile(t *testing.T) {
	for name, c := range hostile() {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			f, err := Parse(c[0])
			if c[1] != "" {
				if err == nil || !strings.Contains(err.Error(), c[1]) {
					t.Fatalf("error %.200v, want one with %q", err, c[1])
				}
				if n := len(err.Error()); n > 1000 {
					t.Fatalf("a message of %d bytes", n)
				}
				return
			}
			if err != nil {
				t.Fatalf("%.300v", err)
			}
			f.LaTeX()
			f.Suspicious()
			again, err := Parse(f.String())
			if err != nil || !f.value.equal(again.value) {
				t.Fatalf("does not round trip: %.300v", err)
			}
			g := graph.New()
			scope := paramScope(g, f)
			y, err := f.Lower(g, scope)
			if err != nil {
				t.Fatalf("%.300v", err)
			}
			Text(y)
			o, err := graph.NewObjective[float64](g, y)
			if err != nil {
				t.Fatal(err)
			}
			x := make([]float64, o.Dim())
			if _, err := o.Eval(x, make([]float64, len(x))); err != nil {
				t.Fatal(err)
			}
			if _, err := f.Derivatives(scope); err != nil {
				t.Fatalf("%.300v", err)
			}
			t.Logf("%v", time.Since(start))
		})
	}
}
