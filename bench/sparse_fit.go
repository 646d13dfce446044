package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"descent/data"
	"descent/internal/numtext"
)

// sparseSection compares reading sparse rows, and the road from such a file to
// within a thousandth of the least objective of a logistic regression with the
// penalty |w|²/(2·rows): ours is the command, from the start of its process to
// its end; the peer's begins where Python has started, and penalises the bias like a
// weight.
// The remark says how far above the least objective each came.
func sparseSection(b *bench) {
	for _, n := range []int{1, 2} {
		b.section("Reading sparse rows from LIBSVM text", "peer", []row{{
			name: fmt.Sprintf("%d rows of %d pairs, against scikit-learn's load_svmlight_file, threads %d", b.sparseRows, sparsePairs, n), env: threads(n, ""),
			ours:   func() (float64, string, error) { return b.readSparse(n) },
			theirs: func() (float64, string, error) { return b.askSparse(n, request{"op": "read_libsvm"}) },
			rate:   func(seconds float64) string { return numtext.Short(b.sparseBytes()/seconds/1e6, 3) + " MB/s" },
		}})
	}
	for _, p := range []struct{ with, name string }{
		{"liblinear", "LIBLINEAR with its own reader"}, {"scikit-learn", "scikit-learn"}, {"vw", "Vowpal Wabbit from its own text"},
	} {
		for _, n := range []int{1, 2} {
			b.section("Sparse logistic regression from LIBSVM text to within 1e-3 of the least objective", "peer", []row{{
				name: fmt.Sprintf("%d × %d, %d pairs a row, against %s, threads %d", b.sparseRows, sparseFeatures, sparsePairs, p.name, n), env: threads(n, ""),
				ours:   func() (float64, string, error) { return b.fitSparse(n) },
				theirs: func() (float64, string, error) { return b.askSparse(n, request{"op": "fit_sparse", "with": p.with}) },
				rate:   duration,
			}})
		}
	}
}

func (b *bench) sparseBytes() float64 {
	info, err := os.Stat(filepath.Join(b.folder, "sparse.libsvm"))
	if err != nil {
		return 0
	}
	return float64(info.Size())
}

// readSparse is the time to read the file.
func (b *bench) readSparse(n int) (float64, string, error) {
	path, err := b.sparseFile()
	if err != nil {
		return 0, "", err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	runtime.GC()
	began := time.Now()
	t, err := data.Read(path, data.ReadOptions{Threads: n})
	seconds := time.Since(began).Seconds()
	if err == nil && t.Rows != b.sparseRows {
		err = fmt.Errorf("bench: %d rows were read of %d", t.Rows, b.sparseRows)
	}
	return seconds, "", err
}

// fitSparse is the time of the command.
func (b *bench) fitSparse(n int) (float64, string, error) {
	path, err := b.sparseFile()
	if err != nil {
		return 0, "", err
	}
	r, err := b.fitCommand(n, path, "--validation", "none", "--l2", b.sparseL2(), "--grad-tol", "3e-4")
	if err != nil {
		return 0, "", err
	}
	return r.seconds, fmt.Sprintf("%d steps, %s", r.Steps, b.sparseExcess(r.Loss.Objective)), nil
}

// askSparse asks a peer.
func (b *bench) askSparse(n int, q request) (float64, string, error) {
	path, err := b.sparseFile()
	if err != nil {
		return 0, "", err
	}
	q["path"], q["threads"], q["l2"] = path, n, 1/float64(b.sparseRows)
	a, err := b.ask(threads(n, ""), q)
	if err == nil && a.Value > 0 {
		a.Note += ", " + b.sparseExcess(a.Value)
	}
	return a.Seconds, a.Note, err
}

// sparseExcess says how far an objective lies above the least, which the command
// finds with a tolerance far below.
func (b *bench) sparseExcess(objective float64) string {
	const within = 1e-3
	if b.leastSparse == 0 {
		if err := b.findLeastSparse(); err != nil {
			return err.Error()
		}
	}
	over := objective/b.leastSparse - 1
	text := numtext.Short(over, 2) + " above the least objective"
	if over > within {
		text += ": NOT within 1e-3"
	}
	return text
}

func (b *bench) findLeastSparse() error {
	r, err := b.fitCommand(2, filepath.Join(b.folder, "sparse.libsvm"), "--validation", "none", "--grad-tol", "1e-7", "--l2", b.sparseL2())
	if err != nil {
		return fmt.Errorf("bench: the least objective: %w", err)
	}
	b.leastSparse = r.Loss.Objective
	return nil
}

// sparseL2 is the penalty of the sparse regression, one row's worth.
func (b *bench) sparseL2() string {
	return strconv.FormatFloat(1/float64(b.sparseRows), 'g', -1, 64)
}
