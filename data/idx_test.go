package data

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestIDX(t *testing.T) {
	const (
		images = "\x00\x00\x08\x03\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x03\x01\x02\x03\x04\x05\x06"
		labels = "\x00\x00\x08\x01\x00\x00\x00\x02\x09\x04"
		rows   = "\x00\x00\x08\x02\x00\x00\x00\x02\x00\x00\x00\x03\x01\x02\x03\x04\x05\x06"
	)
	dir := t.TempDir()
	path := filepath.Join(dir, "images-idx3-ubyte")
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("images-idx3-ubyte", images)
	table, err := Read(path, ReadOptions{})
	if err != nil || show(table) != "image:image |  | " {
		t.Errorf("images alone: %v", err)
	}
	write("labels-idx1-ubyte", labels)
	table, err = Read(path, ReadOptions{})
	if err != nil || show(table) != "image:image label:category |  9 |  4" {
		t.Errorf("images and labels: %v", err)
	}
	write("images-idx3-ubyte", rows)
	if table, err = Read(path, ReadOptions{}); err != nil || table.Columns[0].Height != 1 || table.Columns[0].Width != 3 {
		t.Errorf("rows of pixels: %v", err)
	}
	for content, want := range map[string]string{
		images[:len(images)-1]:                                    "expected 6 bytes of elements in this IDX file, found 5",
		images + "x":                                              "expected 6 bytes of elements in this IDX file, found 7",
		images[:10]:                                               "expected an IDX file of 1 to 3 axes",
		"\x00\x00\x0d" + images[3:]:                               "elements of type 0xd",
		"\x00\x00\x08\x04" + images[4:]:                           "found 4 axes",
		images[:4] + "\xff\xff\xff\xff" + images:                  "which does not fit",
		images[:4] + "\x00\x00\x00\x00" + images:                  "0 long",
		images[:7] + "\x01" + images[8:15] + "\x06" + images[16:]: "expected 1 labels",
	} {
		write("images-idx3-ubyte", content)
		if _, err := Read(path, ReadOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q in it", content, err, want)
		}
	}
}
