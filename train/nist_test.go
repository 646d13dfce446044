package train

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"descent/data"
	"descent/internal/reference"
	"descent/optim"
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

// nistTable reads the data of a problem, from line 61 of its file. The response
// of Nelson is the logarithm of its first column.
func nistTable(t *testing.T, name string) *data.Table {
	t.Helper()
	columns := []string{"y", "x"}
	if name == "Nelson" {
		columns = []string{"y", "x1", "x2"}
	}
	table, err := data.Read(reference.Path(t, "nist-strd", "nonlinear", name+".dat"), data.ReadOptions{
		Separator: ' ', Skip: 60, Header: data.HeaderNo, Names: columns,
	})
	if err != nil {
		t.Fatal(err)
	}
	if name == "Nelson" {
		y := column(t, table, "y").Numbers
		for i, v := range y {
			y[i] = math.Log(v)
		}
	}
	return table
}

// rightDigits is the number of right significant digits, at most 15.
func rightDigits(got, want float64) float64 {
	return min(15, -math.Log10(math.Abs(got-want)/math.Abs(want)))
}

// TestNIST fits the 18 formulas to certified data from both starting points that
// NIST gives, and wants six digits of every parameter.
func TestNIST(t *testing.T) {
	problems := nistProblems(t)
	if len(problems) != 18 {
		t.Fatalf("%d problems", len(problems))
	}
	worst := 15.0
	for _, name := range slices.Sorted(maps.Keys(problems)) {
		table, p := nistTable(t, name), problems[name]
		formula := strings.TrimPrefix(p.formula, "log(y) = ")
		for i, start := range p.starts {
			for _, method := range []string{"auto", "lm"} {
				r, err := Fit(t.Context(), table, Options{Target: "y", Model: formula, Start: start, Method: method}, nil)
				if err != nil {
					t.Fatal(err)
				}
				for b, want := range p.certified {
					digits := rightDigits(r.Weights[b], want)
					if worst = min(worst, digits); !(digits >= 6) {
						t.Errorf("%s from start %d: %s = %.11g, certified %.11g: %.1f digits (%s)", name, i+1, b, r.Weights[b], want, digits, r.Reason)
					}
				}
				squares := float64(r.Loss.Train) * float64(table.Rows)
				if name != "Lanczos1" && math.Abs(squares-p.squares) > 1e-9*p.squares || name == "Lanczos1" && squares > 1e-20 {
					t.Errorf("%s from start %d: residual sum of squares %.11g, certified %.11g", name, i+1, squares, p.squares)
				}
				if r.Status != optim.Converged || !strings.HasPrefix(r.Method, "lm") {
					t.Errorf("%s from start %d ended as %s by %s: %s", name, i+1, r.Status, r.Method, r.Reason)
				}
			}
		}
	}
	t.Logf("at least %.1f right digits", worst)
}

// TestNISTLinear fits the linear problems as formulas, and those of several
// columns as linear models too, and wants nine digits of every parameter.
func TestNISTLinear(t *testing.T) {
	certified := nistLinear(t)
	for name, formula := range map[string]string{
		"Norris":   "B0 + B1*x",
		"NoInt1":   "B1*x",
		"Longley":  "B0 + B1*x1 + B2*x2 + B3*x3 + B4*x4 + B5*x5 + B6*x6",
		"Wampler1": polynomial("x", 5), "Wampler3": polynomial("x", 5), "Wampler5": polynomial("x", 5),
	} {
		table, err := data.Read(reference.Path(t, "nist-strd", "linear", name+".csv"), data.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := Fit(t.Context(), table, Options{Target: "y", Model: formula}, nil)
		if err != nil {
			t.Fatal(err)
		}
		compareDigits(t, name, r.Weights, certified[name], r)
		if name != "Norris" && name != "Longley" {
			continue
		}
		if r, err = Fit(t.Context(), table, Options{Target: "y", Model: "linear", Validation: NoValidation}, nil); err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{"B0": r.Raw["bias"], "B1": r.Raw["weight[x]"]}
		for i := 1; name == "Longley" && i <= 6; i++ {
			got[fmt.Sprintf("B%d", i)] = r.Raw[fmt.Sprintf("weight[x%d]", i)]
		}
		compareDigits(t, name+" as a linear model", got, certified[name], r)
	}
}

func polynomial(x string, degree int) string {
	text := "B0"
	for k := 1; k <= degree; k++ {
		text += fmt.Sprintf(" + B%d*%s^%d", k, x, k)
	}
	return text
}

func compareDigits(t *testing.T, name string, got, want map[string]float64, r *Result) {
	t.Helper()
	const least = 9
	if r.Status != optim.Converged || len(want) == 0 {
		t.Errorf("%s ended as %s: %s", name, r.Status, r.Reason)
	}
	for b, v := range want {
		if digits := rightDigits(got[b], v); !(digits >= least) {
			t.Errorf("%s: %s = %.16g, certified %.16g: %.1f digits (%s)", name, b, got[b], v, digits, r.Reason)
		}
	}
}

// TestNISTFilip fits the polynomial of degree ten in the variable centred and
// scaled, (x + 6)/2, and wants seven digits of every coefficient that exact
// arithmetic makes of the certified ones.
func TestNISTFilip(t *testing.T) {
	table, err := data.Read(reference.Path(t, "nist-strd", "linear", "Filip.csv"), data.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Fit(t.Context(), table, Options{Target: "y", Model: polynomial("((x + 6)/2)", 10)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != optim.Converged {
		t.Errorf("ended as %s: %s", r.Status, r.Reason)
	}
	certified := nistLinear(t)["Filip"]
	// Σ Bⱼ·xʲ with x = 2z − 6: the coefficient of zᵏ is Σⱼ Bⱼ·C(j,k)·2ᵏ·(−6)ʲ⁻ᵏ.
	for k := range 11 {
		want := new(big.Float).SetPrec(500)
		for j := k; j <= 10; j++ {
			power := new(big.Int).Exp(big.NewInt(-6), big.NewInt(int64(j-k)), nil)
			power.Mul(power, new(big.Int).Binomial(int64(j), int64(k)))
			power.Lsh(power, uint(k))
			term := new(big.Float).SetPrec(500).SetInt(power)
			want.Add(want, term.Mul(term, new(big.Float).SetFloat64(certified[fmt.Sprintf("B%d", j)])))
		}
		v, _ := want.Float64()
		got := r.Weights[fmt.Sprintf("B%d", k)]
		if digits := rightDigits(got, v); !(digits >= 7) {
			t.Errorf("coefficient %d = %.12g, certified %.12g: %.1f digits (%s)", k, got, v, digits, r.Reason)
		}
	}
}

// nistLinear reads the certified parameters of the linear problems.
func nistLinear(t *testing.T) map[string]map[string]float64 {
	t.Helper()
	f, err := os.Open(reference.Path(t, "nist-strd", "linear", "certified.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	certified := map[string]map[string]float64{}
	for _, l := range lines[1:] {
		if certified[l[0]] == nil {
			certified[l[0]] = map[string]float64{}
		}
		if certified[l[0]][l[4]], err = strconv.ParseFloat(l[5], 64); err != nil {
			t.Fatal(err)
		}
	}
	return certified
}
