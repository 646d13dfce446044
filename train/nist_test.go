package train

import (
	"context"
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"descent/data"
	"descent/internal/reference"
)

// nistProblem is a certified nonlinear fit of the NIST StRD: a formula, two
// starts and eleven digits.
type nistProblem struct {
	formula   string
	starts    [2]map[string]float64
	certified map[string]float64
	squares   float64 // residual sum
}

func nistProblems(t *testing.T) map[string]*nistProblem {
	t.Helper()
	f, err := os.Open(reference.Path(t, "nist-strd", "nonlinear", "certified.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	problems := map[string]*nistProblem{}
	for _, l := range lines[1:] {
		number := func(i int) float64 {
			v, err := strconv.ParseFloat(l[i], 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		p := problems[l[0]]
		if p == nil {
			p = &nistProblem{formula: l[4], certified: map[string]float64{}, squares: number(10)}
			p.starts = [2]map[string]float64{{}, {}}
			problems[l[0]] = p
		}
		p.starts[0][l[5]], p.starts[1][l[5]], p.certified[l[5]] = number(6), number(7), number(8)
	}
	return problems
}

// nistTable reads the data of a problem, from line 61 of its file.
func nistTable(t *testing.T, name string) *data.Table {
	t.Helper()
	table, err := data.Read(reference.Path(t, "nist-strd", "nonlinear", name+".dat"), data.ReadOptions{
		Separator: ' ', Skip: 60, Header: data.HeaderNo, Names: []string{"y", "x"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestNIST fits formulas to certified data from both starting points that NIST
// gives, and wants six digits of every parameter (four count as solved).
func TestNIST(t *testing.T) {
	problems := nistProblems(t)
	for _, name := range []string{"Misra1a", "DanWood", "Chwirut2", "Misra1c", "Rat42", "BoxBOD"} {
		table := nistTable(t, name)
		for i, start := range problems[name].starts {
			t.Run(name+"/"+strconv.Itoa(i+1), func(t *testing.T) {
				p := problems[name]
				r, err := Fit(context.Background(), table, Options{Target: "y", Model: p.formula, Start: start}, nil)
				if err != nil {
					t.Fatal(err)
				}
				for b, want := range p.certified {
					got := r.Weights[b]
					if digits := -math.Log10(math.Abs(got-want) / math.Abs(want)); !(digits >= 6) {
						t.Errorf("%s = %.11g, certified %.11g: %.1f digits (%s)", b, got, want, digits, r.Reason)
					}
				}
				if got := float64(r.Loss.Train) * float64(table.Rows); math.Abs(got-p.squares) > 1e-6*p.squares {
					t.Errorf("residual sum of squares %.11g, certified %.11g", got, p.squares)
				}
				if r.Status != "converged" || !strings.HasPrefix(r.Method, "lm") {
					t.Errorf("ended as %s by %s: %s", r.Status, r.Method, r.Reason)
				}
			})
		}
	}
}
