// Package reference finds the real data sets and foreign results that tests
// compare against and that are too large to live in the repository.
package reference

import (
	"os"
	"path/filepath"
	"testing"
)

// Env names the folder that holds the reference data. Without it the folder
// shared/data beside the repository is taken.
const Env = "DESCENT_DATA"

// Path returns the path of one reference file, for example
// Path(t, "mnist", "train-images-idx3-ubyte.gz"). A file that is not there
// fails the test: a comparison that did not happen must not look like one that
// did.
func Path(t testing.TB, elem ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{root(t)}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("reference file missing: %v; set %s to the folder that holds %s", err, Env, filepath.Join(elem...))
	}
	return path
}

// root is the reference folder: what Env says, or shared/data beside the
// folder of go.mod.
func root(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv(Env); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatalf("reference data: %v; set %s", err, Env)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return sibling(dir)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatalf("reference data: no go.mod above the test; set %s", Env)
		}
		dir = parent
	}
}

// sibling looks for shared/data beside the repository and, for a checkout that
// lies deeper, beside its parents.
func sibling(repo string) string {
	first := filepath.Join(filepath.Dir(repo), "shared", "data")
	for dir := filepath.Dir(repo); ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "shared", "data")
		if _, err := os.Stat(path); err == nil {
			return path
		}
		if dir == filepath.Dir(dir) {
			return first
		}
	}
}
