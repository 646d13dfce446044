package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"descent/internal/numtext"
)

// near is how close to the least known log loss a fit must come.
const near = 1e-6

// denseSection compares the road from a CSV file of numbers to the optimum of a
// logistic regression without penalty: ours is the command, from the start of
// its process to its end, with the model in its run folder; the peer's begins
// where Python has started and imported what it needs. Neither sets rows aside.
func denseSection(b *bench) {
	const title = "Dense logistic regression from CSV to the optimum"
	var rows []row
	for _, n := range []int{1, 2} {
		rows = append(rows, row{
			name: fmt.Sprintf("%d rows of 28 features, against pandas and scikit-learn's lbfgs, threads %d", b.rows, n), env: threads(n, ""),
			ours:   func() (float64, string, error) { return b.fitDense(n) },
			theirs: func() (float64, string, error) { return b.peerDense(n) },
			rate:   duration,
		})
	}
	b.section(title, "peer", rows)
}

// fitted is what the command says of a fit, and how long it took.
type fitted struct {
	Loss    struct{ Train, Objective float64 }
	Steps   int
	seconds float64
}

// fitCommand runs descent fit on so many threads.
func (b *bench) fitCommand(n int, args ...string) (r fitted, err error) {
	bin, err := b.commandFile()
	if err != nil {
		return r, err
	}
	dir := filepath.Join(b.folder, "run")
	defer os.RemoveAll(dir)
	args = append([]string{"fit"}, args...)
	cmd := exec.Command(bin, append(args, "--threads", strconv.Itoa(n), "--out", dir, "--json", "--quiet")...)
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", n))
	began := time.Now()
	out, err := cmd.Output()
	r.seconds = time.Since(began).Seconds()
	if err != nil {
		return r, fmt.Errorf("bench: descent fit: %w", err)
	}
	return r, json.Unmarshal(out, &r)
}

// fitDense is the time of the command.
func (b *bench) fitDense(n int) (float64, string, error) {
	path, err := b.table(logistic)
	if err != nil {
		return 0, "", err
	}
	r, err := b.fitCommand(n, path+".csv", "--target", "label", "--model", "logistic", "--validation", "none", "--l2", "0")
	if err != nil {
		return 0, "", err
	}
	return r.seconds, fmt.Sprintf("%d steps, %s", r.Steps, b.excess(r.Loss.Train)), nil
}

// peerDense is the time of the peer at its default tolerance of 1e-4: with 1e-3 it
// stops short of the optimum.
func (b *bench) peerDense(n int) (float64, string, error) {
	path, err := b.table(logistic)
	if err != nil {
		return 0, "", err
	}
	a, err := b.ask(threads(n, ""), request{"op": "fit_logistic", "path": path, "tol": 1e-4})
	return a.Seconds, fmt.Sprintf("%s, %s", a.Note, b.excess(a.Value)), err
}

// excess says how far a log loss lies above the least that is known, which
// Newton's method gives.
func (b *bench) excess(loss float64) string {
	if b.least == 0 {
		a, err := b.ask(threads(1, ""), request{"op": "least_log_loss", "path": filepath.Join(b.folder, strconv.Itoa(int(logistic)))})
		if err != nil {
			return err.Error()
		}
		b.least = a.Value
	}
	text := numtext.Short(loss-b.least, 2) + " above the least log loss"
	if loss-b.least > near {
		text += ": NOT the optimum"
	}
	return text
}

// commandFile is the command, built.
func (b *bench) commandFile() (string, error) {
	bin := filepath.Join(b.folder, "descent")
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	if out, err := exec.Command("go", "build", "-o", bin, "./cmd/descent").CombinedOutput(); err != nil {
		return "", fmt.Errorf("bench: building the command: %w: %s", err, out)
	}
	return bin, nil
}
