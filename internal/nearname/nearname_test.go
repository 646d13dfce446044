package nearname

import (
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	for _, c := range []struct{ name, candidates, want string }{
		{"adma", "gd momentum adam adamw", "adam"},
		{"ADAM", "gd adam", "adam"},
		{"sdg", "gd sgd", "sgd"},
		{"gda", "gd adam", "gd"},
		{"x", "y z", ""},
		{"x", "X", "X"},
		{"horspower", "mpg horsepower weight", "horsepower"},
		{"standarddeviaton", "standard_deviation mean", "standard_deviation"},
		{"foo", "gd adam", ""},
		{"", "gd adam", ""},
		{"gd", "", ""},
		{"größe", "grösse groß", "grösse"},
	} {
		if got := Of(c.name, strings.Fields(c.candidates)); got != c.want {
			t.Errorf("Of(%q, %s) = %q, want %q", c.name, c.candidates, got, c.want)
		}
	}
}

func TestHint(t *testing.T) {
	if got, want := Hint("adma", []string{"gd", "adam"}), `; did you mean "adam"?`; got != want {
		t.Errorf("Hint = %q, want %q", got, want)
	}
	if got := Hint("zzz", []string{"gd", "adam"}); got != "" {
		t.Errorf("Hint = %q, want nothing", got)
	}
}
