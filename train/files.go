package train

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"descent/data"
)

// cacheFile is the cache of rows in a run folder, while a fit needs it.
const cacheFile = "rows.cache"

// Files are tables of text whose rows need not fit in memory.
type Files struct {
	Paths []string         // may have wildcards
	Read  data.ReadOptions // how they are read
	// Cache is a folder for the cache of their rows, which stays there for the
	// next fit; "": the run folder, which keeps it only until the fit is done.
	Cache string
	Watch data.Watch // of the pass over the text; may be nil

	block data.BlockSize // of a pass without a cache; 0: as the rows and the memory ask for it
}

// FitFiles is Fit for files: it writes their rows to a cache in one pass, unless
// there is one of the same files in the same state, and fits the model to the
// rows as they pass by, within opts.Memory bytes for the whole process. The
// table describes the columns; it has no values.
func FitFiles(ctx context.Context, f Files, opts Options, observe Observer) (r *Result, t *data.Table, err error) {
	began := time.Now()
	if f.Cache == "" && opts.Dir == "" {
		return nil, nil, fmt.Errorf("train: rows that do not fit in memory need a folder for their cache; name one, or a run folder")
	}
	if opts.Dir != "" && !opts.Resume {
		if err := checkFolder(opts.Dir, opts.Force); err != nil {
			return nil, nil, err
		}
	}
	if opts.Force && !opts.Resume {
		clearCheckpoints(opts.Dir)
	}
	defer BoundMemory(opts.Memory)()
	path, group, err := f.place(opts)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if f.Cache == "" && !unfinished(opts.Dir) {
			_ = os.Remove(path)
		}
	}()
	r, t, err = f.fit(ctx, path, group, opts, observe)
	if err == nil {
		r.Seconds = time.Since(began).Seconds()
	}
	return r, t, err
}

// unfinished says whether a run folder holds a checkpoint to go on from.
func unfinished(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, checkpointFile))
	return err == nil
}

// place is where the cache lies, and the size of its groups.
func (f *Files) place(opts Options) (path string, group int, err error) {
	group = groupBytes(opts.Memory)
	dir, name := opts.Dir, cacheFile
	if f.Cache != "" {
		dir = f.Cache
		if name, err = data.CacheName(f.Paths, f.Read, group); err != nil {
			return "", 0, err
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", 0, fmt.Errorf("train: cannot make the folder %s for the cache of rows: %w", dir, reason(err))
	}
	torn, _ := filepath.Glob(filepath.Join(dir, "."+name+".*.tmp"))
	for _, path := range torn { // of a process that was killed
		_ = os.Remove(path)
	}
	return filepath.Join(dir, name), group, nil
}

// fit opens or writes the cache and fits to its rows. A cache that turns out to
// be damaged is written anew, once.
func (f *Files) fit(ctx context.Context, path string, group int, opts Options, observe Observer) (*Result, *data.Table, error) {
	note := ""
	for written := false; ; written = true {
		c, err := data.OpenCache(path, f.Paths, f.Read, group)
		switch {
		case err == nil:
		case written || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, data.ErrStale) && !errors.Is(err, data.ErrDamaged):
			return nil, nil, err
		default:
			if errors.Is(err, data.ErrDamaged) {
				note = fmt.Sprintf("the cache of rows was made anew, as it could not be used (%v)", err)
			}
			if err := f.write(ctx, path, group, opts.Memory); err != nil {
				return nil, nil, err
			}
			continue
		}
		r, err := FitStream(ctx, c, opts, observe)
		c.Close()
		if errors.Is(err, data.ErrDamaged) && !written {
			note = fmt.Sprintf("the cache of rows was made anew, as it could not be used (%v)", err)
			if err := f.write(ctx, path, group, opts.Memory); err != nil {
				return nil, nil, err
			}
			continue
		}
		if err == nil && note != "" {
			r.Notes = append(r.Notes, note)
		}
		return r, c.Described(), err
	}
}

// write writes the cache.
func (f *Files) write(ctx context.Context, path string, group int, limit int64) error {
	read := f.Read
	read.Memory = max((limit-programs)/2, 1)
	return data.WriteCache(path, f.Paths, read, group, func(at data.Caching) error {
		if ctx.Err() != nil {
			return fmt.Errorf("train: interrupted while reading %s: %w", f.Paths[0], ctx.Err())
		}
		if f.Watch == nil {
			return nil
		}
		return f.Watch(at)
	})
}
