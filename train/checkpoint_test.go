package train

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"descent/safetensors"
)

// numbered is a checkpoint that is known by its step.
func numbered(step int) *safetensors.File {
	text := fmt.Sprintf(`{"format":%d,"step":%d}`, formatVersion, step)
	return &safetensors.File{Metadata: map[string]string{recipeKey: text, checksumKey: checksum(text, nil)}}
}

// TestCheckpointNames: at each moment of writing a checkpoint the folder holds
// two different whole ones, the later is read, and the next goes on from there.
func TestCheckpointNames(t *testing.T) {
	steps := func(dir string) (list []int) {
		for _, name := range []string{nextFile, checkpointFile, formerFile} {
			if c, err := openCheckpoint(filepath.Join(dir, name)); err == nil {
				list = append(list, c.state.Step)
			}
		}
		return list
	}
	for _, moment := range []struct {
		name    string
		holds   map[string]int
		damaged string
		read    int
		after   string
	}{
		{"first", map[string]int{checkpointFile: 1}, "", 1, "[9 1]"},
		{"two", map[string]int{checkpointFile: 2, formerFile: 1}, "", 2, "[9 2]"},
		{"half written", map[string]int{checkpointFile: 2, formerFile: 1, "." + nextFile + ".1-0.tmp": 3}, "", 2, "[9 2]"},
		{"on the disk", map[string]int{nextFile: 3, checkpointFile: 2, formerFile: 1}, "", 3, "[9 3]"},
		{"half way up", map[string]int{nextFile: 3, formerFile: 2}, "", 3, "[9 3]"},
		{"next damaged", map[string]int{nextFile: 3, checkpointFile: 2, formerFile: 1}, nextFile, 2, "[9 2]"},
		{"last damaged", map[string]int{checkpointFile: 2, formerFile: 1}, checkpointFile, 1, "[9 1]"},
		{"half way up and damaged", map[string]int{nextFile: 3, formerFile: 2}, nextFile, 2, "[9 2]"},
	} {
		dir := t.TempDir()
		for name, step := range moment.holds {
			f, err := os.Create(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if err := safetensors.Write(f, numbered(step)); err != nil {
				t.Fatal(err)
			}
			f.Close()
		}
		if moment.damaged != "" {
			if err := os.Truncate(filepath.Join(dir, moment.damaged), 20); err != nil {
				t.Fatal(err)
			}
		}
		c, err := readCheckpoint(dir)
		if err != nil {
			t.Fatal(err)
		}
		if c.state.Step != moment.read || (c.note != "") != (moment.damaged != "") {
			t.Errorf("%s: read step %d, want %d; %q", moment.name, c.state.Step, moment.read, c.note)
		}
		if err := c.succeed(dir); err != nil {
			t.Fatal(err)
		}
		if err := writeCheckpoint(dir, numbered(9)); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(steps(dir)); got != moment.after {
			t.Errorf("%s: afterwards %s, want %s", moment.name, got, moment.after)
		}
	}
}

// TestCheckpointNotWritten: a checkpoint that cannot be written leaves the two
// before it as they were.
func TestCheckpointNotWritten(t *testing.T) {
	dir := t.TempDir()
	for step := range 2 {
		if err := writeCheckpoint(dir, numbered(step)); err != nil {
			t.Fatal(err)
		}
	}
	wrong := numbered(2)
	wrong.Tensors = []safetensors.Tensor{{Name: "a", DType: safetensors.F64, Shape: []int{2}}} // without its data
	if err := writeCheckpoint(dir, wrong); err == nil {
		t.Fatal("written without its data")
	}
	for name, want := range map[string]int{checkpointFile: 1, formerFile: 0} {
		if c, err := openCheckpoint(filepath.Join(dir, name)); err != nil || c.state.Step != want {
			t.Errorf("%s: %v, want step %d", name, err, want)
		}
	}
}
