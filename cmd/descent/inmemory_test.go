package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"descent/data"
	"descent/train"
)

// writeLevels writes rows of a label, two categories of many levels and a note.
func writeLevels(t *testing.T, path string, rows int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	rng := rand.New(rand.NewPCG(8, 3))
	often := rand.NewZipf(rng, 1.2, 1, 1<<16)
	fmt.Fprintln(w, "y,user,item,note")
	for range rows {
		fmt.Fprintf(w, "%t,user-%d,item%d,", rng.IntN(3) == 0, rng.IntN(rows/3), often.Uint64())
		for range 20 {
			fmt.Fprintf(w, "w%d ", often.Uint64())
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// TestEstimatesOfMemory: a fit in memory takes no more than what --memory is held
// to, and not far less: of numbers, of many levels, of text and of sparse rows.
func TestEstimatesOfMemory(t *testing.T) {
	dir := t.TempDir()
	writeTable(t, filepath.Join(dir, "numbers.csv"), 16<<20)
	writeLevels(t, filepath.Join(dir, "words.csv"), 40_000)
	writeSparse(t, filepath.Join(dir, "rows.svm"), 16<<20, 2000)
	for _, c := range []struct {
		name, target string
		features     []string
		types        map[string]data.Kind
		flags        []string
	}{
		{"numbers.csv", "class", nil, nil, nil},
		{"words.csv", "y", []string{"user", "item"}, map[string]data.Kind{"user": data.Category, "item": data.Category}, []string{"--types", "user=category,item=category", "--features", "user,item"}},
		{"words.csv", "y", []string{"note"}, map[string]data.Kind{"note": data.Text}, []string{"--types", "note=text", "--features", "note"}},
		{"rows.svm", "label", nil, nil, nil},
	} {
		path := filepath.Join(dir, c.name)
		s, err := data.Peek([]string{path}, data.ReadOptions{Types: c.types})
		if err != nil {
			t.Fatal(err)
		}
		estimate := train.InMemory(s, train.Options{Target: c.target, Features: c.features})
		args := append([]string{"fit", c.name, "--target", c.target, "--json", "--quiet", "--memory", "6GB", "--epochs", "25", "--out", "run", "--force"}, c.flags...)
		stdout, stderr, _ := descentIn(t, dir, args...)
		var r struct {
			Peak int64 `json:"peak_memory_bytes"`
		}
		if err := json.Unmarshal(stdout, &r); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, stderr)
		}
		t.Logf("%s %v: %s, told %s", c.name, c.flags, train.Bytes(r.Peak), train.Bytes(estimate))
		if ratio := float64(estimate) / float64(r.Peak); ratio < 1 || ratio > 1.6 {
			t.Errorf("%s %v: told %s, took %s: %.2f times", c.name, c.flags, train.Bytes(estimate), train.Bytes(r.Peak), ratio)
		}
	}
}
