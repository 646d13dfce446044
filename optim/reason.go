package optim

import (
	"fmt"
	"math"
	"strconv"
)

// Status says how a run ended.
type Status string

const (
	Running     Status = ""
	Converged   Status = "converged"
	Budget      Status = "budget" // iterations or evaluations spent
	Time        Status = "time"
	Target      Status = "target"
	NoProgress  Status = "no_progress"
	Diverged    Status = "diverged"
	Interrupted Status = "interrupted"
	Failed      Status = "failed" // the objective itself returned an error: see Run.Err
)

// Reason is why a run ended, with the numbers that prove it:
// {Converged, "gradient 3.1e-9 ≤ 1e-8 after 41 steps"}. The zero Reason means
// that the run goes on.
type Reason struct {
	Status Status
	Text   string
}

func because(s Status, format string, args ...any) Reason {
	return Reason{Status: s, Text: fmt.Sprintf(format, args...)}
}

// num prints a number for a sentence: at most digits significant ones, and no
// padded exponent (3.1e-9, 0.667, 1200).
func num(v float64, digits int) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return strconv.FormatFloat(v, 'g', -1, 64)
	case v == 0:
		return "0"
	}
	format := byte('g')
	if a := math.Abs(v); a >= 1e-4 && a < 1e6 {
		// Plain notation: keep the digits that were asked for, no trailing zeros.
		decimals := max(0, digits-1-int(math.Floor(math.Log10(a))))
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'f', decimals, 64), 64)
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	s := strconv.FormatFloat(v, format, digits, 64)
	return trimExponent(s)
}

// trimExponent drops the zero that strconv pads an exponent with: 3.1e-09.
func trimExponent(s string) string {
	for i := 0; i+2 < len(s); i++ {
		if s[i] == 'e' && (s[i+1] == '-' || s[i+1] == '+') {
			exp := s[i+2:]
			for len(exp) > 1 && exp[0] == '0' {
				exp = exp[1:]
			}
			if s[i+1] == '+' {
				return s[:i+1] + exp
			}
			return s[:i+2] + exp
		}
	}
	return s
}

// steps prints a count of steps: "1 step", "41 steps".
func steps(n int) string {
	if n == 1 {
		return "1 step"
	}
	return strconv.Itoa(n) + " steps"
}
