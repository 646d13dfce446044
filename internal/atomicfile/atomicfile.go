// Package atomicfile writes files that are either whole or not there: the
// bytes go to a temporary name in the same folder, are synced to the disk, and
// only then take the final name.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Mode is the permission of the files written, before the process's umask.
const Mode = 0o644

// File is a file under way. Commit makes it appear, Discard forgets it.
type File struct {
	path string
	f    *os.File
	w    *bufio.Writer
}

// Create begins the file at path. What is there is replaced at Commit and not
// before; only an ordinary file is.
func Create(path string) (*File, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot write %s: it exists and is no ordinary file", path)
	}
	f, err := create(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return nil, explain(path, err)
	}
	return &File{path: path, f: f, w: bufio.NewWriterSize(f, 1<<16)}, nil
}

// Write appends p.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.w.Write(p) // repeats its first error
	if err != nil {
		return n, explain(f.path, err)
	}
	return n, nil
}

// ReadAt reads what was written.
func (f *File) ReadAt(p []byte, at int64) (int, error) {
	return f.inPlace(f.f.ReadAt, p, at)
}

// WriteAt replaces bytes that were written.
func (f *File) WriteAt(p []byte, at int64) (int, error) {
	return f.inPlace(f.f.WriteAt, p, at)
}

// inPlace reads or writes once all bytes are with the system.
func (f *File) inPlace(do func([]byte, int64) (int, error), p []byte, at int64) (n int, err error) {
	if err = f.w.Flush(); err == nil {
		n, err = do(p, at)
	}
	if err != nil {
		err = explain(f.path, err)
	}
	return n, err
}

// Commit syncs the file and gives it its name. If that fails, or a Write did,
// the file that was there before stays as it was and nothing is left behind.
func (f *File) Commit() error {
	if err := f.settle(); err != nil {
		return err
	}
	return f.appear()
}

// settle brings all bytes to the disk, under the temporary name.
func (f *File) settle() error {
	for _, step := range []func() error{f.w.Flush, f.f.Sync, f.f.Close} {
		if err := step(); err != nil {
			f.Discard()
			return explain(f.path, err)
		}
	}
	return nil
}

// appear gives a settled file its name.
func (f *File) appear() error {
	if err := os.Rename(f.f.Name(), f.path); err != nil {
		f.Discard()
		return explain(f.path, err)
	}
	return syncDir(filepath.Dir(f.path))
}

// Discard forgets the file.
func (f *File) Discard() {
	f.f.Close()
	os.Remove(f.f.Name())
}

// Write creates or replaces the file at path with what write prints. If write
// or the disk fails, the file that was there before stays as it was and
// nothing is left behind.
func Write(path string, write func(io.Writer) error) error {
	return WriteAll(Part{path, write})
}

// Part is one file of several: its path, and what prints it.
type Part struct {
	Path  string
	Write func(io.Writer) error
}

// WriteAll creates or replaces several files. All of them are on the disk under
// temporary names before the first takes its own, in the order given: if one
// cannot be written, none is replaced and nothing is left behind.
func WriteAll(parts ...Part) error {
	files := make([]*File, 0, len(parts))
	discard := func(files []*File) {
		for _, f := range files {
			f.Discard()
		}
	}
	for _, part := range parts {
		f, err := Create(part.Path)
		if err != nil {
			discard(files)
			return err
		}
		files = append(files, f)
		if err = part.Write(f); err == nil {
			err = f.settle()
		}
		if err != nil {
			discard(files)
			return err
		}
	}
	for i, f := range files {
		if err := f.appear(); err != nil {
			discard(files[i+1:])
			return err
		}
	}
	return nil
}

// create opens a new file beside the final one. os.CreateTemp would make it
// private to the user; results are ordinary files, so the umask decides.
func create(dir, base string) (*os.File, error) {
	for try := 0; ; try++ {
		name := filepath.Join(dir, fmt.Sprintf(".%s.%d-%d.tmp", base, os.Getpid(), try))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, Mode)
		if !errors.Is(err, os.ErrExist) || try == 1000 {
			return f, err
		}
	}
}

// syncDir makes the rename itself durable. Folders that cannot be synced (some
// network and foreign file systems refuse it) still hold the renamed file.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	_ = d.Sync()
	return nil
}

// explain keeps the cause and drops the temporary name, which means nothing to
// the reader.
func explain(path string, err error) error {
	var pe *os.PathError
	var le *os.LinkError
	switch {
	case errors.As(err, &pe):
		err = pe.Err
	case errors.As(err, &le):
		err = le.Err
	}
	return fmt.Errorf("cannot write %s: %w", path, err)
}
