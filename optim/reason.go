package optim

import (
	"fmt"
	"strconv"

	"descent/internal/numtext"
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
func num(v float64, digits int) string { return numtext.Short(v, digits) }

// steps prints a count of steps: "1 step", "41 steps".
func steps(n int) string {
	if n == 1 {
		return "1 step"
	}
	return strconv.Itoa(n) + " steps"
}
