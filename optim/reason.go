package optim

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
)

// Reason is why a run ended, with the numbers that prove it:
// {Converged, "gradient 3.1e-9 ≤ 1e-8 after 41 steps"}. The zero Reason means
// that the run goes on.
type Reason struct {
	Status Status
	Text   string
}
