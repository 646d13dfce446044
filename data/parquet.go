package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// parquetRows reads a Parquet file, some rows of all columns at a time: numbers and
// dates become numbers (dates as days, timestamps as seconds since 1970), booleans
// and strings words. Columns of lists and maps are left out with a note. The
// library reads the footer; pages are taken apart here, each once.
type parquetRows struct {
	name    string
	threads int
	at      io.ReaderAt
	size    int64
	done    int
	starts  []int // the first row of each group, and the end
	list    []*Column
	leaves  []*parquetLeaf
	said    []string
	shut    func() error
}

// parquetLeaf is a column of the file.
type parquetLeaf struct {
	parquetType
	index  int // in the file
	name   string
	chunks []*parquetChunk // one for each group of rows
	unread bool            // nobody asks for its values
	pages  int64           // bytes that its largest page takes, with its dictionary
}

// openParquet reads the footer of a Parquet file and the heads of all its pages.
func openParquet(path string, src *source, opts ReadOptions) (typedRows, error) {
	f, size, shut, err := anyPlace(path, src, opts)
	if err != nil {
		return nil, err
	}
	r := &parquetRows{name: src.name, threads: opts.threads(), at: &tellingAt{f, opts.watch}, size: size, shut: shut}
	if err := r.open(f, opts); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// open reads the heads of the pages through plain, which tells nobody.
func (r *parquetRows) open(plain io.ReaderAt, opts ReadOptions) (err error) {
	defer recovered(r.name, &err)
	// The library believes the length of the footer that the last bytes state.
	var tail [8]byte
	if r.size >= 12 {
		if err := readAt(plain, tail[:], r.size-8); err != nil {
			return readFault(r.name, err)
		}
	}
	if r.size < 12 || uint64(binary.LittleEndian.Uint32(tail[:])) > uint64(r.size-12) {
		return &Error{File: r.name, Msg: "this Parquet file is cut off or damaged: its footer does not fit", Try: "fetch the file again"}
	}
	f, err := parquet.OpenFile(plain, r.size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return &Error{File: r.name, Msg: fmt.Sprintf("damaged Parquet file: %v", err)}
	}
	r.listLeaves(f, opts)
	if err = r.walk(f, plain); errors.Is(err, errUnsupported) {
		return &Error{File: r.name, Msg: fmt.Sprintf("this Parquet file cannot be read: %v", err)}
	} else if err != nil {
		return &Error{File: r.name, Msg: fmt.Sprintf("damaged Parquet file: %v", err), Try: "fetch the file again"}
	}
	pages := int64(0)
	for _, leaf := range r.leaves {
		pages += leaf.pages
	}
	if most := opts.Memory; most > 0 && pages > most {
		return &Error{File: r.name, Msg: fmt.Sprintf("a page of each column of this Parquet file unpacks to %d MB in all, more than the %d MB that are left for them", pages>>20, most>>20),
			Try: "allow more memory, or write the file with smaller pages"}
	}
	return nil
}

// listLeaves lists the columns that can be read, and notes on the others.
func (r *parquetRows) listLeaves(f *parquet.File, opts ReadOptions) {
	for _, path := range f.Schema().Columns() {
		leaf, _ := f.Schema().Lookup(path...)
		name := strings.TrimSpace(strings.Join(path, ".")) // as the names of text are
		if leaf.MaxRepetitionLevel > 0 {
			r.said = append(r.said, fmt.Sprintf("column %q holds lists and is left out", name))
			continue
		}
		one := &parquetLeaf{parquetType: parquetTypeOf(leaf), index: leaf.ColumnIndex, name: name, unread: opts.unasked(len(r.list), name)}
		kind := Number
		if one.textual() {
			kind = Category
		}
		r.list, r.leaves = append(r.list, &Column{Name: name, Kind: kind}), append(r.leaves, one)
	}
}

// recovered turns a panic of the library, which trusts its file more than we do,
// into an error.
func recovered(file string, err *error) {
	if p := recover(); p != nil {
		*err = &Error{File: file, Msg: fmt.Sprintf("damaged Parquet file: %v", p)}
	}
}

func (r *parquetRows) columns() []*Column { return r.list }
func (r *parquetRows) count() int         { return r.starts[len(r.starts)-1] }
func (r *parquetRows) bytes() int64       { return r.size }
func (r *parquetRows) notes() []string    { return r.said }
func (r *parquetRows) inSteps() bool      { return true }

func (r *parquetRows) close() {
	for _, leaf := range r.leaves {
		for _, c := range leaf.chunks {
			c.close()
		}
	}
	_ = r.shut()
}

// read takes columns and groups of rows apart at the same time.
func (r *parquetRows) read(n int, dst []cells) error {
	type piece struct {
		column, group, lo, hi int // rows of the file
	}
	var pieces []piece
	for k, leaf := range r.leaves {
		if leaf.unread {
			continue
		}
		dst[k].more(n, leaf.textual())
		for g := range leaf.chunks {
			if lo, hi := max(r.done, r.starts[g]), min(r.done+n, r.starts[g+1]); lo < hi {
				pieces = append(pieces, piece{k, g, lo, hi})
			}
		}
	}
	err := inParallel(len(pieces), r.threads, func(i int) (err error) {
		defer recovered(r.name, &err)
		p := pieces[i]
		leaf, to := r.leaves[p.column], &dst[p.column]
		if leaf.textual() {
			end := len(to.words) - n - r.done
			err = leaf.chunks[p.group].readWords(r.at, to.words[end+p.lo:end+p.hi])
		} else {
			end := len(to.numbers) - n - r.done
			err = leaf.chunks[p.group].readNumbers(r.at, to.numbers[end+p.lo:end+p.hi])
		}
		if err != nil {
			return r.columnFault(leaf.name, err)
		}
		return nil
	})
	r.done += n
	return err
}

// columnFault is the error of a column.
func (r *parquetRows) columnFault(name string, err error) error {
	if errors.Is(err, errUnsupported) {
		return &Error{File: r.name, Column: name, Msg: fmt.Sprintf("this Parquet file cannot be read: column %q: %v", name, err)}
	}
	return &Error{File: r.name, Column: name, Msg: fmt.Sprintf("damaged Parquet file: column %q: %v", name, err), Try: "fetch the file again"}
}
