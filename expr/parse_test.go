package expr

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestErrors compares messages with testdata/errors.txt: formulas after ">>> ",
// each followed by its message. In formulas ⏎ is a line end.
func TestErrors(t *testing.T) {
	want, err := os.ReadFile("testdata/errors.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for line := range strings.Lines(string(want)) {
		src, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), ">>> ")
		if !ok {
			continue
		}
		_, err := Parse(strings.ReplaceAll(src, "⏎", "\n"))
		fmt.Fprintf(&got, ">>> %s\n%v\n\n", src, err)
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("testdata/errors.txt", []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Errorf("messages differ from testdata/errors.txt (-want +got):\n%s", d)
	}
}

// TestPrint: a formula, how it is printed, and the variables in it.
func TestPrint(t *testing.T) {
	for _, c := range []struct{ src, text, latex string }{
		{"2x", "2*x", `2 x`},
		{"2 x y", "", ""},
		{"-x^2", "-x^2", `-x^{2}`},
		{"(-x)^2", "(-x)^2", `\left(-x\right)^{2}`},
		{"2^-x", "2^-x", `2^{-x}`},
		{"2^3^x", "2^3^x", `2^{3^{x}}`},
		{"(2^3)^x", "(2^3)^x", `\left(2^{3}\right)^{x}`},
		{"((x))", "x", "x"},
		{"(x+y)+z", "x + y + z", "x + y + z"},
		{"x+(y+z)", "x + (y + z)", `x + \left(y + z\right)`},
		{"x-(y-z)", "x - (y - z)", `x - \left(y - z\right)`},
		{"x*(y/z)", "x*(y/z)", `x \, \frac{y}{z}`},
		{"x/y/z", "x/y/z", `\frac{x}{y \, z}`},
		{"(x+1)(x-1)", "(x + 1)*(x - 1)", `\left(x + 1\right) \, \left(x - 1\right)`},
		{"2^3x", "2^3*x", `2^{3} \, x`},
		{"x**2", "x^2", "x^{2}"},
		{"sum([1,-2, 1/3]*x)", "sum([1, -2, 1/3]*x)", `\sum\left(\left[1, -2, \frac{1}{3}\right] \, x\right)`},
		{"x³y", "x^3*y", `x^{3} \, y`},
		{"x⁻²", "x^-2", `x^{-2}`},
		{"2·x×y−3÷z", "2*x*y - 3/z", `2 x \, y - \frac{3}{z}`},
		{"2π", "2*pi", `2 \pi`},
		{"a && b || not c", "a and b or not c", `a \land b \lor \lnot c`},
		{"not (a or b)", "not (a or b)", `\lnot \left(a \lor b\right)`},
		{"(x < 1)*2", "(x < 1)*2", `\left(x < 1\right) \cdot 2`},
		{"if(x<=1,x,2)", "if(x <= 1, x, 2)", `\begin{cases} x & \text{if } x \le 1 \\ 2 & \text{otherwise} \end{cases}`},
		{"ln(x)", "log(x)", `\ln\left(x\right)`},
		{"1e-3+.5+1e21+150000", "0.001 + 0.5 + 1e21 + 150000", `0.001 + 0.5 + 10^{21} + 150000`},
		{"alpha*x1 + x_max", "alpha*x1 + x_max", `\alpha \, x_{1} + x_{\mathrm{max}}`},
		{"`petal width` + `x` + `sum`", "`petal width` + x + `sum`", `\mathrm{petal\ width} + x + \mathrm{sum}`},
		{"sum(i=1..n, x[i]^2)", "sum(i=1..n, x[i]^2)", `\sum_{i=1}^{n} x_{i}^{2}`},
		{"sum(i=1..3, j=1..i, i+j)", "sum(i=1..3, sum(j=1..i, i + j))", `\sum_{i=1}^{3} \sum_{j=1}^{i} \left(i + j\right)`},
		{"a = 2; b = a^2\nb*x", "a = 2; b = a^2; b*x", `a = 2,\quad b = a^{2},\quad b \, x`},
		{"x # a remark\n", "x", "x"},
		{"x +\n\ty", "x + y", "x + y"},
		{"a =\n 2;x and # why\n not a", "a = 2; x and not a", `a = 2,\quad x \land \lnot a`},
		{"x\n* y", "", ""},
		{"(x\n+ y)", "x + y", "x + y"},
	} {
		f, err := Parse(c.src)
		if c.text == "" {
			if err == nil {
				t.Errorf("%q parses as %s, want an error", c.src, f)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", c.src, err)
			continue
		}
		if got := f.String(); got != c.text {
			t.Errorf("%q prints as %q, want %q", c.src, got, c.text)
		}
		if got := f.LaTeX(); got != c.latex {
			t.Errorf("%q is %q in LaTeX, want %q", c.src, got, c.latex)
		}
	}
}

func TestVariables(t *testing.T) {
	for _, c := range []struct {
		src  string
		want []Variable
	}{
		{"y + x*y", []Variable{{Name: "y", Whole: true}, {Name: "x", Whole: true}}},
		{"pi + e", []Variable{}},
		{"a = 2; a*x", []Variable{{Name: "x", Whole: true}}},
		{"x[3] + x[1]", []Variable{{Name: "x", Indexed: true, MinLen: 3}}},
		{"sum(i=1..99, x[i+1] - y[2*i-1])", []Variable{{Name: "x", Indexed: true, MinLen: 100}, {Name: "y", Indexed: true, MinLen: 197}}},
		{"n = 7; sum(i=1..n, sum(j=i..2*i, x[j]))", []Variable{{Name: "x", Indexed: true, MinLen: 14}}},
		{"sum(i=1..n, x[i]) + x[4]", []Variable{{Name: "n", Whole: true}, {Name: "x", Indexed: true, MinLen: 4}}},
		{"sum(i=1..5, if(i < 5, x[i+1], 0))", []Variable{{Name: "x", Indexed: true, MinLen: 5}}},
		{"norm2(w) + w[2]", []Variable{{Name: "w", Indexed: true, Whole: true, MinLen: 2}}},
		{"sum(i=1..0, x[i])", []Variable{{Name: "x", Indexed: true}}},
		{"sum(i=1..4000000, x[i])", []Variable{{Name: "x", Indexed: true, MinLen: 4000000}}},
	} {
		f, err := Parse(c.src)
		if err != nil {
			t.Error(err)
			continue
		}
		if d := cmp.Diff(c.want, f.Variables()); d != "" {
			t.Errorf("variables of %q:\n%s", c.src, d)
		}
	}
}

func TestSuspicious(t *testing.T) {
	for _, c := range []struct {
		src   string
		known string
		want  string // texts, joined by |
	}{
		{"x^2 + xy + y^2", "", "xy is one variable; was x*y meant?"},
		{"x^2 + xy", "x y", "xy is one variable; was x*y meant?"},
		{"x^2 + xy", "", ""},
		{"x^2 + xy + y^2", "x y xy", ""},
		{"x*y + `xy`", "", ""},
		{"sinx + x", "", "sinx is one variable; was sin(x) meant?"},
		{"x + 2*pix", "", "pix is one variable; was pi*x meant?"},
		{"x + x2", "", "x2 is one variable; was x^2 or 2*x meant?"},
		{"x1 + x2 + x", "", ""},
		{"X + x", "", "X and x are two variables: capitals count"},
		{"1/2x", "", "/2x divides by 2 and multiplies by x; to divide by both write /(2*x)"},
		{"e^2x", "", "^2x raises to the power 2 and multiplies by x; for the power of both write ^(2*x)"},
		{"1/2*x + x^2*y", "", ""},
		{"exp(-x) + alpha*beta", "", ""},
	} {
		f, err := Parse(c.src)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, h := range f.Suspicious(strings.Fields(c.known)...) {
			texts = append(texts, h.Text)
		}
		if got := strings.Join(texts, "|"); got != c.want {
			t.Errorf("%q with %q: %q, want %q", c.src, c.known, got, c.want)
		}
	}
}
