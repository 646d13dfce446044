package main

import (
	"bufio"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// writeSparse writes rows of a class and some fifty of so many features, the
// first of them frequent and the last rare, until the file has so many bytes.
func writeSparse(t *testing.T, path string, bytes, width int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	rng := rand.New(rand.NewPCG(4, 9))
	var pairs, line []byte
	for size := 0; size < bytes; size += len(line) {
		pairs = pairs[:0]
		z := 0.0
		for j := rng.IntN(4); j < width; j += 1 + rng.IntN(2+j/4) {
			v := rng.Float64()
			pairs = strconv.AppendInt(append(pairs, ' '), int64(j), 10)
			pairs = strconv.AppendFloat(append(pairs, ':'), v, 'f', 4, 64)
			z += 3 * v * math.Sin(float64(j))
		}
		class := "-1"
		if z+rng.NormFloat64() > 0 {
			class = "1"
		}
		line = append(append(append(line[:0], class...), pairs...), '\n')
		if _, err := w.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// writeWords is writeSparse in the format of Vowpal Wabbit, with words for numbers.
func writeWords(t *testing.T, path string, bytes, width int) {
	t.Helper()
	writeSparse(t, path, bytes, width)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.ReplaceAll(string(text), " ", " w")
	if err := os.WriteFile(path, []byte(regexp.MustCompile(`(?m)^(-?1)`).ReplaceAllString(lines, "$1 |f")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A file of sparse rows that is larger in memory than what is allowed trains
// within it, by all rows in every step to the weights that it gets in memory, and
// one row at a time as well as there.
func TestMemoryIsBoundedForSparseRows(t *testing.T) {
	dir := t.TempDir()
	writeSparse(t, filepath.Join(dir, "rows.svm"), 48<<20, 20000)
	const limit = 96_000_000
	for _, args := range [][]string{{"--method", "lbfgs", "--epochs", "12"}, {"--method", "normalized", "--epochs", "2"}} {
		type result struct {
			Peak     int     `json:"peak_memory_bytes"`
			Speed    float64 `json:"rows_per_second"`
			Metrics  map[string]float64
			Loss     struct{ Objective float64 }
			Features int
		}
		var results [2]result
		for i, memory := range []string{"96MB", "8GB"} {
			all := append([]string{"fit", "rows.svm", "--model", "logistic", "--validation", "none", "--memory", memory, "--json", "--quiet", "--out", "run", "--force"}, args...)
			stdout, stderr, status := descentIn(t, dir, all...)
			if err := json.Unmarshal(stdout, &results[i]); err != nil || status == exitFailed {
				t.Fatalf("%v: %v\n%s", args, err, stderr)
			}
		}
		bounded, free := results[0], results[1]
		if bounded.Peak <= 0 || bounded.Peak >= limit || free.Peak < 3*limit/2 {
			t.Errorf("%v: the peak is %d bytes of %d, in memory %d", args, bounded.Peak, limit, free.Peak)
		}
		d := bounded.Metrics["accuracy"] - free.Metrics["accuracy"]
		if d > 0.005 || d < -0.005 || free.Metrics["accuracy"] < 0.8 || args[1] == "lbfgs" && bounded.Loss != free.Loss || bounded.Features != free.Features {
			t.Errorf("%v: %+v, in memory %+v", args, bounded, free)
		}
		t.Logf("%v: peak %d MB, %.3g rows a second; in memory %d MB, %.3g", args, bounded.Peak/1e6, bounded.Speed, free.Peak/1e6, free.Speed)
	}
	_, stderr, status := descentIn(t, dir, "fit", "rows.svm", "--model", "mlp:100", "--memory", "96MB")
	if status != exitUsage || !strings.Contains(stderr, "parameters with adam take about") || len(names(t, dir)) != 2 {
		t.Errorf("a model that does not fit: status %d, %q, left %q", status, stderr, names(t, dir))
	}
}
