package optim

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/cmplx"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// nistModels are the models of the NIST StRD data sets in complex arithmetic, so
// that one evaluation at b + i·h·eⱼ gives an exact derivative (the complex step).
var nistModels = map[string]func(b []complex128, x []float64) complex128{
	"Bennett5": func(b []complex128, x []float64) complex128 {
		return b[0] * cmplx.Pow(b[1]+complex(x[0], 0), -1/b[2])
	},
	"BoxBOD":   rising,
	"Chwirut2": func(b []complex128, x []float64) complex128 { return decay(b[0], x) / (b[1] + b[2]*complex(x[0], 0)) },
	"DanWood":  func(b []complex128, x []float64) complex128 { return b[0] * cmplx.Pow(complex(x[0], 0), b[1]) },
	"ENSO": func(b []complex128, x []float64) complex128 {
		t := complex(2*math.Pi*x[0], 0)
		y := b[0] + b[1]*cmplx.Cos(t/12) + b[2]*cmplx.Sin(t/12)
		return y + b[4]*cmplx.Cos(t/b[3]) + b[5]*cmplx.Sin(t/b[3]) + b[7]*cmplx.Cos(t/b[6]) + b[8]*cmplx.Sin(t/b[6])
	},
	"Eckerle4": func(b []complex128, x []float64) complex128 {
		z := (complex(x[0], 0) - b[2]) / b[1]
		return b[0] / b[1] * cmplx.Exp(-z*z/2)
	},
	"Gauss1": gauss,
	"Gauss3": gauss,
	"Hahn1": func(b []complex128, x []float64) complex128 {
		z := complex(x[0], 0)
		return (b[0] + z*(b[1]+z*(b[2]+z*b[3]))) / (1 + z*(b[4]+z*(b[5]+z*b[6])))
	},
	"Lanczos1": lanczosSum,
	"Lanczos3": lanczosSum,
	"MGH09": func(b []complex128, x []float64) complex128 {
		z := complex(x[0], 0)
		return b[0] * (z*z + z*b[1]) / (z*z + z*b[2] + b[3])
	},
	"MGH10":   func(b []complex128, x []float64) complex128 { return b[0] * cmplx.Exp(b[1]/(complex(x[0], 0)+b[2])) },
	"MGH17":   func(b []complex128, x []float64) complex128 { return b[0] + b[1]*decay(b[3], x) + b[2]*decay(b[4], x) },
	"Misra1a": rising,
	"Misra1c": func(b []complex128, x []float64) complex128 {
		return b[0] * (1 - 1/cmplx.Sqrt(1+2*b[1]*complex(x[0], 0)))
	},
	"Nelson": func(b []complex128, x []float64) complex128 { return b[0] - b[1]*complex(x[0], 0)*decay(b[2], x[1:]) },
	"Rat42": func(b []complex128, x []float64) complex128 {
		return b[0] / (1 + cmplx.Exp(b[1]-b[2]*complex(x[0], 0)))
	},
}

func decay(b complex128, x []float64) complex128 { return cmplx.Exp(-b * complex(x[0], 0)) }

func rising(b []complex128, x []float64) complex128 { return b[0] * (1 - decay(b[1], x)) }

func gauss(b []complex128, x []float64) complex128 {
	u, v := (complex(x[0], 0)-b[3])/b[4], (complex(x[0], 0)-b[6])/b[7]
	return b[0]*decay(b[1], x) + b[2]*cmplx.Exp(-u*u) + b[5]*cmplx.Exp(-v*v)
}

func lanczosSum(b []complex128, x []float64) complex128 {
	return b[0]*decay(b[1], x) + b[2]*decay(b[3], x) + b[4]*decay(b[5], x)
}

// nistSet is one data set with its certified fit.
type nistSet struct {
	name      string
	y         []float64
	x         [][]float64
	starts    [2][]float64
	certified []float64
	rss       float64
}

func readNIST(t *testing.T) map[string]*nistSet {
	t.Helper()
	f, err := os.Open("testdata/nist/certified.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sets := map[string]*nistSet{}
	for _, row := range rows[1:] {
		set := sets[row[0]]
		if set == nil {
			set = &nistSet{name: row[0]}
			set.readData(t)
			sets[row[0]] = set
		}
		for i, v := range []*[]float64{&set.starts[0], &set.starts[1], &set.certified} {
			*v = append(*v, number(t, row[6+i]))
		}
		set.rss = number(t, row[10])
	}
	return sets
}

func (set *nistSet) readData(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata/nist", set.name+".dat"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(text), "\n")[60:] {
		var row []float64
		for _, field := range strings.Fields(line) {
			row = append(row, number(t, field))
		}
		if len(row) < 2 {
			continue
		}
		if set.name == "Nelson" {
			row[0] = math.Log(row[0])
		}
		set.y, set.x = append(set.y, row[0]), append(set.x, row[1:])
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// problem is the least squares problem of the set: f = ½·|y − model|².
func (set *nistSet) problem() Problem[float64] {
	model, m, n := nistModels[set.name], len(set.y), len(set.certified)
	z := make([]complex128, n)
	at := func(b []float64, i, j int, h float64) complex128 {
		for k, v := range b {
			z[k] = complex(v, 0)
		}
		if j >= 0 {
			z[j] += complex(0, h)
		}
		return model(z, set.x[i])
	}
	eval := func(b, r []float64) error {
		for i := range r {
			r[i] = real(at(b, i, -1, 0)) - set.y[i]
		}
		return nil
	}
	jac := func(b, jac []float64) error {
		const h = 1e-100
		for j := range n {
			for i := range m {
				jac[j*m+i] = imag(at(b, i, j, h)) / h
			}
		}
		return nil
	}
	r, cols := make([]float64, m), make([]float64, m*n)
	return Problem[float64]{
		Dim: n,
		Eval: func(b, grad []float64) (float64, error) {
			_, _ = eval(b, r), jac(b, cols)
			for j := range grad {
				grad[j] = 0
				for i, v := range r {
					grad[j] += v * cols[j*m+i]
				}
			}
			return 0.5 * sumSquares(r), nil
		},
		Resid: &Residuals[float64]{Len: m, Scale: 1, Eval: eval, Jac: jac},
	}
}

// TestLevenbergMarquardtReachesCertifiedParameters runs every data set from
// both of NIST's starts and counts the right digits of the worst parameter. The
// certified values have 11 digits.
func TestLevenbergMarquardtReachesCertifiedParameters(t *testing.T) {
	for name, set := range readNIST(t) {
		for k, start := range set.starts {
			t.Run(fmt.Sprintf("%s/start%d", name, k+1), func(t *testing.T) {
				run, err := Minimize(t.Context(), set.problem(), start, &LevenbergMarquardt[float64]{})
				if err != nil {
					t.Fatal(err)
				}
				got := run.Result()
				if got.Status != Converged {
					t.Errorf("ended as %s: %s", got.Status, got.Text)
				}
				for j, c := range set.certified {
					if digits := -math.Log10(math.Abs(got.X[j]-c) / math.Abs(c)); digits < 7 {
						t.Errorf("b%d = %.11g has %.1f of the digits of %.11g", j+1, got.X[j], digits, c)
					}
				}
				// Lanczos1's sum is far below the rounding of its residuals.
				if rss := 2 * got.F; name != "Lanczos1" && math.Abs(rss-set.rss) > 1e-9*set.rss {
					t.Errorf("sum of squares %.11g, certified %.11g", rss, set.rss)
				}
			})
		}
	}
}
