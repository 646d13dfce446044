package reference

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheEnvironmentNamesTheFolder(t *testing.T) {
	dir := t.TempDir()
	want := filepath.Join(dir, "mnist", "x")
	if err := os.MkdirAll(want, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv(Env, dir)
	if got := Path(t, "mnist", "x"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTheFolderBesideTheRepositoryIsFound(t *testing.T) {
	dir := t.TempDir()
	repo, data := filepath.Join(dir, "a", "repo"), filepath.Join(dir, "shared", "data")
	for _, d := range []string{filepath.Join(repo, "pkg"), data} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if got := sibling(repo); got != data {
		t.Errorf("got %s, want %s", got, data)
	}
	if got, want := sibling(filepath.Join(dir, "shared")), data; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
