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

// otherCacheFile is the cache of the rows to validate on.
const otherCacheFile = "validation.cache"

// Files are tables of text whose rows need not fit in memory.
type Files struct {
	Paths []string         // may have wildcards
	Read  data.ReadOptions // how they are read
	// Cache is a folder for the cache of their rows, which stays there for the
	// next fit; "": the run folder, which keeps it only until the fit is done.
	Cache string
	Watch data.Watch // of the pass over the text; may be nil

	// Validation is a file with the columns of the others, whose rows FitFiles
	// validates on; "": none.
	Validation string

	caches []string       // paths of those that are in use
	block  data.BlockSize // of a pass without a cache; 0: as the rows and the memory ask for it
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
	leave, err := enter(opts)
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	defer BoundMemory(opts.Memory)()
	defer func() {
		if f.Cache == "" && !unfinished(opts.Dir) {
			for _, path := range f.caches {
				_ = os.Remove(path)
			}
		}
	}()
	r, t, err = f.fit(ctx, opts, observe)
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

// place is where the cache lies, which has that name in a run folder, and the size
// of its groups.
func (f *Files) place(name string, opts Options) (path string, group int, err error) {
	group = groupBytes(opts.Memory)
	dir := opts.Dir
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

// fit opens or writes the caches and fits to their rows. Caches that turn out to
// be damaged are written anew, once.
func (f *Files) fit(ctx context.Context, opts Options, observe Observer) (r *Result, t *data.Table, err error) {
	var notes []string
	for again := false; ; again = true {
		r, t, err = f.once(ctx, opts, observe, &notes)
		if !errors.Is(err, data.ErrDamaged) || again {
			break
		}
		notes = append(notes, anew(err))
		for _, path := range f.caches {
			_ = os.Remove(path)
		}
	}
	if err == nil {
		r.Notes = append(r.Notes, notes...)
	}
	return r, t, err
}

// anew is a note on a cache that could not be used.
func anew(why error) string {
	return fmt.Sprintf("the cache of rows was made anew, as it could not be used (%v)", why)
}

// once opens or writes the caches, and fits.
func (f *Files) once(ctx context.Context, opts Options, observe Observer, notes *[]string) (r *Result, t *data.Table, err error) {
	err = f.opened(ctx, opts, notes, func(c *data.Cache, opts Options) (err error) {
		r, err = FitStream(ctx, c, opts, observe)
		t = c.Described()
		return err
	})
	return r, t, err
}

// opened opens or writes the caches for use.
func (f *Files) opened(ctx context.Context, opts Options, notes *[]string, use func(c *data.Cache, opts Options) error) error {
	f.caches = nil
	c, err := f.cache(ctx, cacheFile, opts, notes)
	if err != nil {
		return err
	}
	defer c.Close()
	if f.Validation != "" {
		other := *f
		other.Paths, other.Read.Types, other.Read.Expect = []string{f.Validation}, nil, map[string]data.Kind{}
		for _, column := range c.Columns {
			other.Read.Expect[column.Name] = column.Kind
		}
		v, err := other.cache(ctx, otherCacheFile, opts, notes)
		f.caches = other.caches
		if err != nil {
			return fmt.Errorf("train: the rows to validate on: %w", err)
		}
		defer v.Close()
		opts.ValidationCache = v
	}
	return use(c, opts)
}

// cache opens the cache of the files, or writes it first. name is its name in the
// run folder.
func (f *Files) cache(ctx context.Context, name string, opts Options, notes *[]string) (*data.Cache, error) {
	path, group, err := f.place(name, opts)
	if err != nil {
		return nil, err
	}
	f.caches = append(f.caches, path)
	c, err := data.OpenCache(path, f.Paths, f.Read, group)
	if err == nil || !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, data.ErrStale) && !errors.Is(err, data.ErrDamaged) {
		return c, err
	}
	if errors.Is(err, data.ErrDamaged) {
		*notes = append(*notes, anew(err))
	}
	if err := f.write(ctx, path, group, opts.Memory); err != nil {
		return nil, err
	}
	return data.OpenCache(path, f.Paths, f.Read, group)
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
