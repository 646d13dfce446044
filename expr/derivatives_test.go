package expr

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"descent/graph"

	"github.com/google/go-cmp/cmp"
)

// paramScope declares every variable of a formula as a parameter.
func paramScope(g *graph.Graph, f *Formula) Scope {
	s := Scope{}
	for _, v := range f.Variables() {
		if v.Indexed {
			s[v.Name] = g.Param(v.Name, v.MinLen)
		} else {
			s[v.Name] = g.Param(v.Name)
		}
	}
	return s
}

// TestDerivatives compares printed derivatives with testdata/derivatives.txt:
// a formula after ">>> ", then a line for each variable.
func TestDerivatives(t *testing.T) {
	want, err := os.ReadFile("testdata/derivatives.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for line := range strings.Lines(string(want)) {
		src, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), ">>> ")
		if !ok {
			continue
		}
		f, err := Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		ds, err := f.Derivatives(paramScope(graph.New(), f))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, ">>> %s\n", src)
		for _, d := range ds {
			fmt.Fprintf(&got, "%s: %s%s\n", d.name(), d.Text, d.Omitted)
		}
		got.WriteString("\n")
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("testdata/derivatives.txt", []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Errorf("derivatives differ from testdata/derivatives.txt (-want +got):\n%s", d)
	}
}

func (d *Derivative) name() string {
	if d.Index == 0 {
		return d.Var
	}
	return entryName(d.Var, d.Index)
}
