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

// Write creates or replaces the file at path with what write prints. If write
// or the disk fails, the file that was there before stays as it was and
// nothing is left behind.
func Write(path string, write func(io.Writer) error) (err error) {
	dir := filepath.Dir(path)
	f, err := create(dir, filepath.Base(path))
	if err != nil {
		return explain(path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(f, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return explain(path, err)
	}
	if err := f.Sync(); err != nil {
		return explain(path, err)
	}
	if err := f.Close(); err != nil {
		return explain(path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return explain(path, err)
	}
	return syncDir(dir)
}

// WriteBytes is Write with the whole content at hand.
func WriteBytes(path string, content []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
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
