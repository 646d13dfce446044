package data

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// Caching says how far WriteCache is.
type Caching struct {
	Rows        int
	Bytes, Size int64 // of the files, read and in all; Size is 0 where that is not known
}

// Watch is told how far WriteCache is, now and then; an error ends it.
type Watch func(Caching) error

// WriteCache reads the files as ReadFiles does, in one pass and with memory for
// some blocks alone, and writes their rows to a cache at path, which appears
// when it is whole. group is about how many bytes the rows of a group take in
// memory; 0 is GroupBytes. Of several files, all rows settle what is text and what an
// identifier, where ReadFiles asks those of the first. watch may be nil.
func WriteCache(path string, files []string, opts ReadOptions, group int, watch Watch) error {
	if group <= 0 {
		group = GroupBytes
	}
	all, err := expandAll(files)
	if err != nil {
		return err
	}
	id, err := identify(all, opts, group)
	if err != nil {
		return err
	}
	w, err := newCacheWriter(path, id)
	if err != nil {
		return err
	}
	w.bytes = group
	notes, err := w.readAll(all, opts, watch)
	if err != nil {
		w.file.Discard()
		return err
	}
	if err := w.commit(notes); err != nil {
		w.file.Discard()
		return err
	}
	return nil
}

// expandAll lists the files that paths with wildcards stand for.
func expandAll(paths []string) (all []string, err error) {
	for _, path := range paths {
		files, err := expand(path)
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("data: no file to read")
	}
	return all, nil
}

// readAll takes the rows of the files one after the other.
func (w *cacheWriter) readAll(files []string, opts ReadOptions, watch Watch) (notes []string, err error) {
	size := int64(0)
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			size += info.Size()
		}
	}
	var bytes atomic.Int64 // the file is read by another goroutine
	w.tell = func() error {
		if watch == nil {
			return nil
		}
		return watch(Caching{Rows: w.rows, Bytes: bytes.Load(), Size: size})
	}
	for i, file := range files {
		next := opts
		if i > 0 {
			next = w.like(opts)
		}
		take := func(r *textReader, f *feed, sample block, columns []*Column, l *layout, size int) error {
			return w.read(i, r, f, sample, columns, l, size)
		}
		next.typed = func(name string, rows typedRows) error { return w.readTyped(name, rows, opts) }
		next.lines = func(name string, f *feed, size int) error { return w.readSparse(name, f, size, next) }
		if err := passOver(file, next, take, func(n int64) { bytes.Add(n) }); err != nil {
			return nil, err
		}
	}
	return w.notes(len(files)), nil
}

// notes is what was noticed in so many files, in sentences.
func (w *cacheWriter) notes(files int) (notes []string) {
	switch {
	case w.sparse != nil:
		notes = w.sparse.notes()
	case w.typed != nil:
		notes = w.typed.said
	default:
		notes = append(notes, w.text.notes...)
	}
	if w.skipped > 0 {
		notes = append(notes, fmt.Sprintf("%s skipped; the first: %s", plural(w.skipped, "faulty row"), w.fault.short()))
	}
	if files > 1 {
		notes = append(notes, fmt.Sprintf("%d rows of %d files", w.rows, files))
	}
	return notes
}

// read takes the rows of file i behind its settled columns.
func (w *cacheWriter) read(i int, r *textReader, f *feed, sample block, columns []*Column, l *layout, size int) error {
	if w.typed != nil {
		return mixedFiles(r.file, w.typed.file)
	}
	if i == 0 {
		w.begin(r, columns, l, len(sample.text)/max(1, r.rows))
	}
	place, err := w.places(r.file, l)
	if err != nil {
		return err
	}
	return l.read(f, sample, size, r.opts.threads(), func(p *piece) error {
		if err := w.take(p, place); err != nil {
			return err
		}
		return w.tell()
	})
}

// like is the options to read a later file as the first was read.
func (w *cacheWriter) like(opts ReadOptions) ReadOptions {
	if w.typed != nil {
		return opts
	}
	if w.sparse != nil {
		opts.Types = maps.Clone(opts.Types)
		if opts.Types == nil {
			opts.Types = map[string]Kind{}
		}
		opts.Types[sparseFeatures] = cmp.Or(opts.Types[sparseFeatures], Sparse)
		return opts
	}
	opts.Types = make(map[string]Kind, len(w.columns))
	names := make([]string, len(w.columns))
	for i, c := range w.columns {
		names[i] = c.Name
		switch {
		case c.words == nil:
			opts.Types[c.Name] = c.Kind
		case c.words.dict != nil:
			if opts.Types[c.Name] = Category; c.Kind == Boolean {
				opts.Types[c.Name] = Boolean
			}
		default:
			opts.Types[c.Name] = Text
		}
	}
	if opts.Header = HeaderNo; w.text.header {
		opts.Header = HeaderYes
	} else if opts.Names == nil {
		opts.Names = names
	}
	return opts
}

// ErrWhole is the error of a file that can only be read into memory as a whole.
var ErrWhole = errors.New("data: this kind of file is read as a whole")

// passOver hands the settled columns of a table of text, and the feed behind
// them, to take. read is told how many bytes of the file were read.
func passOver(file string, opts ReadOptions, take sink, read func(n int64)) error {
	called := false
	opts.sink = func(r *textReader, f *feed, sample block, columns []*Column, l *layout, size int) error {
		called = true
		return take(r, f, sample, columns, l, size)
	}
	if lines := opts.lines; lines != nil {
		opts.lines = func(name string, f *feed, size int) error {
			called = true
			return lines(name, f, size)
		}
	}
	if typed := opts.typed; typed != nil {
		opts.typed = func(name string, rows typedRows) error {
			called = true
			return typed(name, rows)
		}
	}
	opts.watch = read
	if _, err := readFile(file, opts); err != nil {
		return err
	}
	if !called {
		return fmt.Errorf("%w: %s is no table of text", ErrWhole, file)
	}
	return nil
}

// watched is r where nobody watches, or else a reader that tells how many bytes
// go through it.
func watched(r io.Reader, tell func(n int64)) io.Reader {
	if tell == nil {
		return r
	}
	return &watching{r, tell}
}

type watching struct {
	io.Reader
	tell func(n int64)
}

func (w *watching) Read(b []byte) (int, error) {
	n, err := w.Reader.Read(b)
	w.tell(int64(n))
	return n, err
}

// edge is how many bytes at each end of a file tell it from others.
const edge = 1 << 16

// identify is of files, options and the size of groups: names, sizes, times of change, and the
// bytes at both ends. Standard input is never the same twice.
func identify(files []string, opts ReadOptions, group int) (id identity, err error) {
	opts.Threads, opts.Stdin, opts.Memory, opts.Needed = 0, nil, 0, nil
	text, err := json.Marshal(opts)
	if err != nil {
		return id, fmt.Errorf("data: the options: %w", err)
	}
	h := sha256.New()
	h.Write(text)
	fmt.Fprintln(h, group)
	for _, file := range files {
		if err := identifyFile(h, file); err != nil {
			return id, err
		}
	}
	copy(id[:], h.Sum(nil))
	return id, nil
}

func identifyFile(h io.Writer, file string) error {
	fmt.Fprintf(h, "\n%d %s\n", len(file), file)
	if file == "-" || strings.HasPrefix(file, "sample:") {
		return nil
	}
	if whole, err := filepath.Abs(file); err == nil {
		fmt.Fprintln(h, whole)
	}
	f, err := os.Open(file)
	if err != nil {
		return explainOpen(file, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return explainOpen(file, err)
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	var numbers [16]byte
	binary.LittleEndian.PutUint64(numbers[:], uint64(info.Size()))
	binary.LittleEndian.PutUint64(numbers[8:], uint64(info.ModTime().UnixNano()))
	h.Write(numbers[:])
	for _, at := range []int64{0, max(0, info.Size()-edge)} {
		if _, err := io.Copy(h, io.NewSectionReader(f, at, edge)); err != nil {
			return explainOpen(file, err)
		}
	}
	return nil
}

// CacheName is the name of the cache of these files and options among others.
func CacheName(files []string, opts ReadOptions, group int) (string, error) {
	if group <= 0 {
		group = GroupBytes
	}
	all, err := expandAll(files)
	if err != nil {
		return "", err
	}
	id, err := identify(all, opts, group)
	return "rows-" + hex.EncodeToString(id[:8]) + ".cache", err
}
