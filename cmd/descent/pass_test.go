package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Rows of a file that is larger than the memory that is allowed are predicted and
// judged within it, to the bytes that any memory and any threads give.
func TestPassingMemoryIsBounded(t *testing.T) {
	dir := t.TempDir()
	writeTable(t, filepath.Join(dir, "few.csv"), 1<<20)
	writeTable(t, filepath.Join(dir, "rows.csv"), 96<<20)
	const limit = 64_000_000
	if _, stderr, status := descentIn(t, dir, "fit", "few.csv", "--target", "class", "--model", "logistic", "--quiet", "--out", "run"); status != 0 {
		t.Fatal(stderr)
	}
	var report struct {
		Rows    int
		Without int     `json:"rows_without_prediction"`
		Peak    int     `json:"peak_memory_bytes"`
		Speed   float64 `json:"rows_per_second"`
		Metrics map[string]float64
	}
	predict := func(more ...string) string {
		t.Helper()
		args := append([]string{"predict", "run", "rows.csv", "--out", "out.csv", "--force", "--json"}, more...)
		stdout, stderr, status := descentIn(t, dir, args...)
		if err := json.Unmarshal(stdout, &report); err != nil || status != 0 {
			t.Fatalf("%v: status %d, %v\n%s", more, status, err, stderr)
		}
		t.Logf("%v: peak %d MB, %.3g rows a second", more, report.Peak/1e6, report.Speed)
		return fileHash(t, filepath.Join(dir, "out.csv"))
	}
	want := predict("--memory", "64MB")
	if report.Peak <= 0 || report.Peak >= limit {
		t.Errorf("predict: the peak is %d bytes of %d", report.Peak, limit)
	}
	for _, more := range [][]string{{"--threads", "1"}, {"--threads", "3"}} {
		if got := predict(more...); got != want || report.Rows < 800_000 || report.Without != 0 {
			t.Errorf("%v: %s, want %s; %+v", more, got, want, report)
		}
	}
	stdout, stderr, status := descentIn(t, dir, "evaluate", "run", "rows.csv", "--json", "--memory", "64MB")
	if err := json.Unmarshal(stdout, &report); err != nil || status != 0 {
		t.Fatalf("status %d, %v\n%s", status, err, stderr)
	}
	if report.Peak <= 0 || report.Peak >= limit || report.Metrics["accuracy"] < 0.8 || report.Rows < 800_000 {
		t.Errorf("evaluate: the peak is %d bytes of %d; %+v", report.Peak, limit, report)
	}
	t.Logf("evaluate: peak %d MB", report.Peak/1e6)
}

func fileHash(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d bytes, %x", len(content), sha256.Sum256(content))
}

// A row in the middle that cannot be read is named with its place, and leaves no
// half file: neither a new one nor in the place of another.
func TestPredictionsAreWholeOrAbsent(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "rows.csv")
	writeTable(t, path, 8<<20)
	if _, stderr, status := descentIn(t, dir, "fit", "rows.csv", "--target", "class", "--model", "logistic", "--epochs", "1", "--quiet", "--out", "run"); status == exitFailed || status == exitUsage {
		t.Fatal(stderr)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(content, []byte{'\n'})
	at := len(lines) * 3 / 4
	lines[at] = []byte("true,c1,nonsense,1,1,1,1,1,1,1,1,1,1,1\n")
	if err := os.WriteFile(path, slices.Concat(lines...), 0o644); err != nil {
		t.Fatal(err)
	}
	before := names(t, dir)
	place := fmt.Sprintf("rows.csv:%d:9: in column \"x1\"", at+1)
	_, stderr, status := descentIn(t, dir, "predict", "run", "rows.csv", "--out", "out.csv")
	if status != exitFailed || !strings.Contains(stderr, place) || strings.Count(stderr, "\n") != 1 {
		t.Errorf("status %d: %s", status, stderr)
	}
	if after := names(t, dir); !slices.Equal(after, before) {
		t.Errorf("left behind: %q", after)
	}
	if err := os.WriteFile(filepath.Join(dir, "out.csv"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, status := descentIn(t, dir, "predict", "run", "rows.csv", "--out", "out.csv", "--force"); status != exitFailed {
		t.Errorf("status %d", status)
	}
	if kept, err := os.ReadFile(filepath.Join(dir, "out.csv")); err != nil || string(kept) != "mine" {
		t.Errorf("what was there before is %q, %v", kept, err)
	}
	stdout, stderr, status := descentIn(t, dir, "predict", "run", "rows.csv", "--on-error", "skip")
	if n := bytes.Count(stdout, []byte{'\n'}); status != 0 || n != len(lines)-2 || !strings.Contains(stderr, fmt.Sprintf("note: 1 faulty row skipped; the first: line %d:", at+1)) {
		t.Errorf("status %d, %d lines of %d: %s", status, n, len(lines), stderr)
	}
	_, stderr, status = descentIn(t, dir, "evaluate", "run", "rows.csv")
	if status != exitFailed || !strings.Contains(stderr, place) {
		t.Errorf("evaluate: status %d: %s", status, stderr)
	}
}
