package data

import (
	"io"
	"os"
)

// Sample is what the beginning of some files says about all of them.
type Sample struct {
	Table *Table // of the rows at the beginning of the first file
	Rows  int    // of all files, about
	Bytes int64  // of the files, as they are read: unpacked
}

// packing is how much longer a packed file of numbers and words usually is when
// it is unpacked.
const packing = 6

// peekBytes is what looking into a file may take for its pages.
const peekBytes = 256 << 20

// Peek reads the beginning of the first file, and estimates from the sizes of
// all how many rows they hold. Files that can only be read as a whole are refused
// with ErrWhole.
func Peek(files []string, opts ReadOptions) (*Sample, error) {
	all, err := expandAll(files)
	if err != nil {
		return nil, err
	}
	s := &Sample{}
	perRow, err := s.look(all[0], opts)
	if err != nil {
		return nil, err
	}
	for _, file := range all {
		size, err := unpackedSize(file)
		if err != nil {
			return nil, err
		}
		s.Bytes += size
	}
	s.Rows = max(s.Table.Rows, int(float64(s.Bytes)/perRow))
	return s, nil
}

// look reads the beginning of a file, and says how many bytes a row has.
func (s *Sample) look(file string, opts ReadOptions) (perRow float64, err error) {
	if opts.Memory == 0 {
		opts.Memory = peekBytes
	}
	opts.typed = func(name string, rows typedRows) (err error) {
		if s.Table, err = peekTyped(name, rows, opts); err != nil {
			return err
		}
		size, err := unpackedSize(file)
		perRow = float64(size) / float64(rows.count())
		return err
	}
	opts.lines = func(name string, f *feed, size int) (err error) {
		s.Table, perRow, err = peekSparse(name, f, opts)
		return err
	}
	perRow = 1
	err = passOver(file, opts, func(r *textReader, f *feed, sample block, columns []*Column, l *layout, size int) error {
		g := newGather(l)
		if err := g.take(l.parse(sample)); err != nil {
			return err
		}
		s.Table = &Table{Name: r.file, Rows: g.rows, Columns: columns, header: r.header}
		r.finish(s.Table, g)
		perRow = float64(len(sample.text)) / float64(max(1, g.rows))
		return nil
	}, nil)
	return perRow, err
}

// unpackedSize is about how many bytes a file has when it is unpacked.
func unpackedSize(file string) (int64, error) {
	size, packed, err := sizeOf(file)
	if packed {
		size *= packing
	}
	return size, err
}

// peekSparse reads the first lines of labels and index:value pairs.
func peekSparse(name string, f *feed, opts ReadOptions) (t *Table, perRow float64, err error) {
	b, err := f.next(sampleSize)
	if err == io.EOF {
		return nil, 0, &Error{File: name, Msg: noSparseRow}
	}
	if err != nil {
		return nil, 0, readFault(name, err)
	}
	p := parseSparse(b, opts.SkipFaults)
	if p.fault != nil && (!opts.SkipFaults || p.Rows() == 0) {
		return nil, 0, p.fault
	}
	p.settle()
	t, err = p.table(name, opts)
	return t, float64(len(b.text)) / float64(max(1, p.Rows())), err
}

// sizeOf is the size of a file, and whether it is packed.
func sizeOf(file string) (size int64, packed bool, err error) {
	info, err := os.Stat(file)
	if err != nil {
		return 0, false, explainOpen(file, err)
	}
	if !info.Mode().IsRegular() {
		return 0, false, nil // looking into a pipe takes from it
	}
	f, err := os.Open(file)
	if err != nil {
		return 0, false, explainOpen(file, err)
	}
	defer f.Close()
	var magic [4]byte
	n, _ := f.ReadAt(magic[:], 0)
	return info.Size(), isPacked(magic[:n]), nil
}

// Pipe names the first of the files that can be read only once: standard input,
// or a pipe with a name. It is "" where there is none.
func Pipe(files []string) string {
	all, err := expandAll(files)
	if err != nil {
		return "" // reading them says why
	}
	for _, file := range all {
		if file == "-" {
			return InputName(file)
		}
		if info, err := os.Stat(file); err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeCharDevice|os.ModeSocket) != 0 {
			return file
		}
	}
	return ""
}

// SizeOf is how many bytes the files have, packed ones as much as they are
// likely to have unpacked; 0 for standard input and samples.
func SizeOf(files []string) (size int64) {
	all, err := expandAll(files)
	if err != nil {
		return 0 // reading them says why
	}
	for _, file := range all {
		n, packed, err := sizeOf(file)
		if err != nil {
			continue
		}
		if packed {
			n *= packing
		}
		size += n
	}
	return size
}

// Described is a table without values that describes itself as the cache's: its
// rows are counted, but not there.
func (c *Cache) Described() *Table {
	t := c.Table()
	t.Rows = c.Rows
	for i, col := range c.Columns {
		f := c.Facts[i]
		s := Summary{Name: col.Name, Kind: col.Kind, Ignored: col.Ignored, Missing: f.Missing, Distinct: notCounted, Min: f.Min, Max: f.Max}
		if f.Missing == c.Rows {
			s.Distinct = 0
		}
		if col.Kind.storage() == Category {
			s.Levels, s.Counts, s.Distinct = col.Levels, f.Counts, len(col.Levels)
		}
		t.described = append(t.described, s)
	}
	return t
}

// notCounted is Summary.Distinct where nobody counted.
const notCounted = -1
