//go:build amd64 && !noasm

package kernel

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGeneratedIsFresh runs the generator again and compares.
func TestGeneratedIsFresh(t *testing.T) {
	dir := t.TempDir()
	run := func(base, pkg string, what ...string) {
		args := append([]string{"run", "-C", "gen", ".", "-out", filepath.Join(dir, base+".s"), "-stubs", filepath.Join(dir, base+".go"), "-pkg", pkg}, what...)
		cmd := exec.Command("go", args...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("generator: %v\n%s", err, out)
		}
	}
	run("asm_amd64", "kernel", filepath.Join(dir, "tiles_amd64.go"))
	run("vec_amd64", "kernel", "vectors", dir)
	run("rows_amd64", "kernel", "rows")
	run("fields_amd64", "decimal", "fields")
	if out, err := exec.Command("go", "run", "-C", "gen", ".", "neon", dir).CombinedOutput(); err != nil {
		t.Fatalf("generator for arm64: %v\n%s", err, out)
	}
	for _, name := range []string{"asm_amd64.s", "asm_amd64.go", "tiles_amd64.go", "vec_amd64.s", "vec_amd64.go", "rows_amd64.s", "rows_amd64.go", "paths_amd64.go", "paths_other.go", "vec_arm64.s", "vec_arm64.go", "rows_arm64.s", "rows_arm64.go", "asm_arm64.s", "asm_arm64.go", "tiles_arm64.go", "paths_arm64.go", "fields_amd64.s", "fields_amd64.go"} {
		fresh, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		checkedIn := name
		if base, ok := strings.CutPrefix(name, "fields_"); ok {
			checkedIn = filepath.Join("..", "decimal", "asm_"+base)
		}
		old, err := os.ReadFile(checkedIn)
		if err != nil {
			t.Fatal(err)
		}
		// The first line may name the command, with its paths.
		_, fresh, _ = bytes.Cut(fresh, []byte("\n"))
		_, old, _ = bytes.Cut(old, []byte("\n"))
		if !bytes.Equal(fresh, old) {
			t.Errorf("%s is stale: run go generate ./internal/kernel ./internal/decimal", checkedIn)
		}
	}
}

// TestGenerator runs the tests of the generator, a module of its own.
func TestGenerator(t *testing.T) {
	if out, err := exec.Command("go", "test", "-C", "gen", "./...").CombinedOutput(); err != nil {
		t.Errorf("generator: %v\n%s", err, out)
	}
}
