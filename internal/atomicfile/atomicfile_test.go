package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func writeBytes(path string, content []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

func TestWriteReplacesTheWholeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.bin")
	for _, content := range []string{"first and long", "second"} {
		if err := writeBytes(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != content {
			t.Fatalf("got %q, %v; want %q", got, err, content)
		}
	}
}

func TestAFailedWriteLeavesTheOldFileAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.bin")
	if err := writeBytes(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("ran out of numbers")
	err := Write(path, func(w io.Writer) error {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v does not carry the cause", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("the old file now holds %d bytes", len(got))
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestASetIsReplacedWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	text := func(s string) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, s)
			return err
		}
	}
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	if err := WriteAll(Part{a, text("old a")}, Part{b, text("old b")}); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the disk is full")
	err := WriteAll(Part{a, text("new a")}, Part{b, func(io.Writer) error { return broken }})
	if !errors.Is(err, broken) {
		t.Errorf("error %v does not carry the cause", err)
	}
	for path, want := range map[string]string{a: "old a", b: "old b"} {
		if got, _ := os.ReadFile(path); string(got) != want {
			t.Errorf("%s holds %q, want %q", path, got, want)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestErrorsNameTheFileAsked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "such", "folder.txt")
	err := writeBytes(path, nil)
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), ".tmp") {
		t.Errorf("got %v", err)
	}
}

func TestAStaleTemporaryFileIsNoObstacle(t *testing.T) {
	dir := t.TempDir()
	f, err := create(dir, "x")
	if err != nil {
		t.Fatal(err)
	}
	f.Close() // as a killed process would leave it
	if err := writeBytes(filepath.Join(dir, "x"), []byte("y")); err != nil {
		t.Fatal(err)
	}
}

func TestFilesAreReadableByOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := writeBytes(path, nil); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o600 != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestOnlyOrdinaryFilesAreReplaced(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, os.DevNull} {
		if err := writeBytes(path, []byte("x")); err == nil || !strings.Contains(err.Error(), "no ordinary file") {
			t.Errorf("%s: error %v", path, err)
		}
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatalf("%s is an ordinary file now", os.DevNull)
	}
}

func TestCreateCommitDiscard(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "trace.csv")
	for _, commit := range []bool{false, true} {
		f, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("a,b\n")); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Fatal("the file is there before it is whole")
		}
		if commit {
			err = f.Commit()
		} else {
			f.Discard()
		}
		if err != nil {
			t.Fatal(err)
		}
		entries, _ := os.ReadDir(dir)
		if want := map[bool]int{false: 0, true: 1}[commit]; len(entries) != want {
			t.Errorf("commit %t leaves %v", commit, entries)
		}
	}
	if got, _ := os.ReadFile(path); string(got) != "a,b\n" {
		t.Errorf("the file holds %q", got)
	}
}
