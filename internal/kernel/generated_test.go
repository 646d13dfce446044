//go:build amd64 && !noasm

package kernel

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestGeneratedIsFresh runs the generator again and compares.
func TestGeneratedIsFresh(t *testing.T) {
	dir := t.TempDir()
	files := []string{"asm_amd64.s", "asm_amd64.go", "tiles_amd64.go"}
	cmd := exec.Command("go", "run", "-C", "gen", ".", "-out", filepath.Join(dir, files[0]), "-stubs", filepath.Join(dir, files[1]), "-pkg", "kernel", filepath.Join(dir, files[2]))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("generator: %v\n%s", err, out)
	}
	for _, name := range files {
		fresh, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		old, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		// The first line names the command, with its paths.
		_, fresh, _ = bytes.Cut(fresh, []byte("\n"))
		_, old, _ = bytes.Cut(old, []byte("\n"))
		if !bytes.Equal(fresh, old) {
			t.Errorf("%s is stale: run go generate ./internal/kernel", name)
		}
	}
}
