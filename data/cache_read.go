package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"slices"
	"sync/atomic"
)

// Cache is a table in a file, whose rows are read group by group.
type Cache struct {
	Name    string
	Columns []*Column // without values
	Facts   []Facts   // of each column; counts are in the order of the levels
	Rows    int
	Notes   []string // what the reader of the text decided on its own

	path   string
	f      io.ReaderAt
	close  func() error
	schema cacheSchema
	place  [][]int32 // of a level by appearance among the sorted ones
	index  []byte
	starts []uint64 // of each group, and the end of the last
	print  string
	sound  []atomic.Bool // the chunks of sparse rows that were found so
}

// OpenCache opens the cache at path. A cache that was made from other files or
// with other options is refused with ErrStale, one that is not there with
// fs.ErrNotExist, and one that is torn or damaged with ErrDamaged.
func OpenCache(path string, files []string, opts ReadOptions, group int) (*Cache, error) {
	if group <= 0 {
		group = GroupBytes
	}
	all, err := expandAll(files)
	if err != nil {
		return nil, err
	}
	id, err := identify(all, opts, group)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, explainOpen(path, err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, explainOpen(path, err)
	}
	c, err := openCache(f, info.Size(), id)
	if err == nil {
		err = c.suits(opts)
	}
	if err != nil {
		f.Close()
		if errors.Is(err, ErrStale) {
			return nil, fmt.Errorf("data: %s: %w", path, err)
		}
		return nil, fmt.Errorf("data: %s: %w: %w", path, ErrDamaged, err)
	}
	c.path, c.close = path, f.Close
	c.Name = all[0]
	if len(all) > 1 {
		c.Name = fmt.Sprintf("%s and %s", all[0], plural(len(all)-1, "other file"))
	}
	if all[0] == "-" {
		c.Name = "standard input"
	}
	return c, nil
}

// suits refuses a cache with columns that are needed, and were not when cells
// of theirs were taken for missing.
func (c *Cache) suits(opts ReadOptions) error {
	for i, f := range c.Facts {
		if f.Stray > 0 && opts.needs(c.Columns[i].Name) {
			return ErrStale
		}
	}
	return nil
}

// Close lets go of the file.
func (c *Cache) Close() error { return c.close() }

// openCache reads header, tail and index, and believes none of them.
func openCache(f io.ReaderAt, size int64, id identity) (*Cache, error) {
	if size < int64(cacheHeader+cacheTail) {
		return nil, fmt.Errorf("it is torn: only %d bytes", size)
	}
	if err := checkCacheHead(f, id); err != nil {
		return nil, err
	}
	text, at, schema, err := cacheIndex(f, size)
	if err != nil {
		return nil, err
	}
	print := sha256.Sum256(text)
	c := &Cache{f: f, index: text[schema : len(text)-3*8], print: hex.EncodeToString(print[:])}
	if err := json.Unmarshal(text[:schema], &c.schema); err != nil {
		return nil, fmt.Errorf("its index: %w", err)
	}
	if err := c.arrange(at); err != nil {
		return nil, fmt.Errorf("its index: %w", err)
	}
	return c, nil
}

func readAt(f io.ReaderAt, b []byte, at int64) error {
	if _, err := f.ReadAt(b, at); err != nil {
		var pe *os.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return fmt.Errorf("reading %d bytes at %d: %w", len(b), at, err)
	}
	return nil
}

// arrange checks the index, which ends the file's chunks at end, and lays the
// columns out.
func (c *Cache) arrange(end uint64) error {
	s := &c.schema
	if err := s.check(); err != nil {
		return err
	}
	named := s.named()
	if len(c.index) != (len(s.Groups)*len(s.Columns)+named)*chunkEntry {
		return fmt.Errorf("%d bytes for %d groups of %d columns, %d with names", len(c.index), len(s.Groups), len(s.Columns), named)
	}
	at := uint64(cacheHeader)
	for i, rows := range s.Groups {
		c.starts = append(c.starts, at)
		for j := range s.Columns {
			_, size, _ := c.chunk(i, j)
			at += uint64(size)
		}
		c.Rows += rows
	}
	c.starts = append(c.starts, at)
	for i := range named {
		_, size, _ := c.chunk(len(s.Groups), i)
		at += uint64(size)
	}
	if at != end {
		return fmt.Errorf("the chunks end at %d, the file's at %d", at, end)
	}
	c.Notes, c.sound = s.Notes, make([]atomic.Bool, len(s.Groups)*len(s.Columns))
	for i := range s.Columns {
		d := &s.Columns[i]
		column := &Column{Name: d.Name, Kind: d.Kind, Ignored: d.Ignored, Height: d.Height, Width: d.Width}
		if d.Kind == Sparse {
			column.Entries, column.space = NewCSR[float64](d.Cols, 0, 0), d.Space
		}
		var place []int32
		if d.Kind.storage() == Category {
			place, column.Levels = d.rank()
			counts := make([]int, len(column.Levels))
			for i, n := range d.Facts.Counts {
				counts[place[i]] += n
			}
			d.Facts.Counts = counts
		}
		c.place, c.Columns, c.Facts = append(c.place, place), append(c.Columns, column), append(c.Facts, d.Facts)
	}
	return c.readNames()
}

// chunk is the entry of a column of a group.
func (c *Cache) chunk(group, column int) (encoding byte, size, sum uint32) {
	e := c.index[(group*len(c.schema.Columns)+column)*chunkEntry:]
	return e[0], binary.LittleEndian.Uint32(e[1:]), binary.LittleEndian.Uint32(e[5:])
}

// Groups is the number of groups of rows.
func (c *Cache) Groups() int { return len(c.schema.Groups) }

// GroupRows is the number of rows of a group.
func (c *Cache) GroupRows(group int) int { return c.schema.Groups[group] }

// GroupBytes is the most memory that the rows of a group take, about.
func (c *Cache) GroupBytes() (most int64) {
	for group, rows := range c.schema.Groups {
		all := int64(0)
		for i, col := range c.Columns {
			encoding, size, _ := c.chunk(group, i)
			switch n := int64(rows); col.Kind.storage() {
			case Category:
				all += 4 * n
			case Image:
				all += n * int64(col.Height*col.Width)
			case Number:
				all += 8 * n
			case Text:
				all += 16*n + int64(size)
			case Sparse:
				all += 8*n + entryBytes*(int64(size)-4*n)/int64(max(1, entrySize(encoding)))
			}
		}
		most = max(most, all)
	}
	return most
}

// Fingerprint is a hash of the checksums of all rows: equal for caches of equal
// rows of equal files.
func (c *Cache) Fingerprint() string { return c.print }

// Table is the columns without rows.
func (c *Cache) Table() *Table {
	t := &Table{Name: c.Name, Notes: c.Notes}
	for _, col := range c.Columns {
		empty := *col
		if col.Kind == Sparse {
			empty.Entries = NewCSR[float64](col.Entries.Cols, 0, 0)
		}
		t.Columns = append(t.Columns, &empty)
	}
	return t
}

// CacheReader reads some columns of a cache. Several may read one cache at
// once.
type CacheReader struct {
	c    *Cache
	pick []int
	buf  []byte
}

// Reader reads the named columns, all where none is named.
func (c *Cache) Reader(names ...string) (*CacheReader, error) {
	r := &CacheReader{c: c}
	t := c.Table()
	for i, col := range c.Columns {
		if names == nil || slices.Contains(names, col.Name) {
			r.pick = append(r.pick, i)
		}
	}
	for _, name := range names {
		if _, err := t.Column(name); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Table is the columns of the reader without rows.
func (r *CacheReader) Table() *Table {
	t := r.c.Table()
	columns := t.Columns
	t.Columns = nil
	for _, i := range r.pick {
		t.Columns = append(t.Columns, columns[i])
	}
	return t
}

// Reset forgets the rows of t and keeps their memory for others.
func (t *Table) Reset() {
	t.Rows = 0
	for _, c := range t.Columns {
		c.Numbers, c.Codes, c.Texts, c.Pixels = c.Numbers[:0], c.Codes[:0], c.Texts[:0], c.Pixels[:0]
		if c.Entries != nil {
			c.Entries.Reset()
		}
	}
}

// Read appends the rows of a group to t, a table of the reader's.
func (r *CacheReader) Read(group int, t *Table) error {
	for k := 0; k < len(r.pick); {
		n, read := 1, r.entries
		if !r.direct(r.pick[k]) {
			for k+n < len(r.pick) && r.pick[k+n] == r.pick[k]+n && !r.direct(r.pick[k+n]) {
				n++
			}
			read = func(group int, t *Table, k int) error { return r.run(group, t, k, n) }
		}
		if err := read(group, t, k); err != nil {
			return fmt.Errorf("data: %s: %w: group %d: %w; remove it, and it is made again", r.c.path, ErrDamaged, group+1, err)
		}
		k += n
	}
	t.Rows += r.c.schema.Groups[group]
	return nil
}

// run reads the n columns from the k-th on, which lie side by side.
func (r *CacheReader) run(group int, t *Table, k, n int) error {
	c, first := r.c, r.pick[k]
	total := 0
	for j := range n {
		_, size, _ := c.chunk(group, first+j)
		total += int(size)
	}
	buf := r.buffer(total)
	if err := readAt(c.f, buf, int64(c.offset(group, first))); err != nil {
		return err
	}
	for j := range n {
		encoding, size, sum := c.chunk(group, first+j)
		chunk := buf[:size]
		buf = buf[size:]
		if crc32.Checksum(chunk, castagnoli) != sum {
			return fmt.Errorf("column %q is damaged", c.Columns[first+j].Name)
		}
		if err := c.decode(t.Columns[k+j], first+j, encoding, chunk, c.schema.Groups[group]); err != nil {
			return fmt.Errorf("column %q: %w", c.Columns[first+j].Name, err)
		}
	}
	return nil
}

// repeat appends n rows that take no bytes.
func (c *Column) repeat(encoding byte, chunk []byte, n int) error {
	if len(chunk) > 0 || c.Kind != Number && (c.Kind != Text || encoding == ones) {
		return fmt.Errorf("%d bytes of encoding %d for a %v", len(chunk), encoding, c.Kind)
	}
	if c.Kind == Text {
		c.Texts = append(c.Texts, make([]string, n)...)
		return nil
	}
	v := math.NaN()
	if encoding == ones {
		v = 1
	}
	c.Numbers = append(c.Numbers, slices.Repeat([]float64{v}, n)...)
	return nil
}

// decode appends the n rows of a chunk of column j to dst.
func (c *Cache) decode(dst *Column, j int, encoding byte, chunk []byte, n int) (err error) {
	levels := c.schema.Columns[j].Levels
	if encoding == blank || encoding == ones {
		return dst.repeat(encoding, chunk, n)
	}
	switch dst.Kind.storage() {
	case Number:
		dst.Numbers, err = decodeNumbers(dst.Numbers, encoding, chunk, n)
	case Category:
		place := c.place[j]
		dst.Codes = slices.Grow(dst.Codes, n)
		err = eachCode(encoding, chunk, n, len(levels), func(code int32) {
			if code >= 0 {
				code = place[code]
			}
			dst.Codes = append(dst.Codes, code)
		})
	case Image:
		if encoding != pixels || len(chunk) != n*dst.Height*dst.Width {
			return fmt.Errorf("%d bytes of encoding %d for %d images", len(chunk), encoding, n)
		}
		dst.Pixels = append(dst.Pixels, chunk...)
	case Sparse:
		err = decodeEntries(dst.Entries, encoding, chunk, n)
	case Text:
		if encoding == texts {
			dst.Texts, err = decodeTexts(dst.Texts, chunk, n)
			break
		}
		err = eachCode(encoding, chunk, n, len(levels), func(code int32) { // before there were too many levels
			text := ""
			if code >= 0 {
				text = levels[code]
			}
			dst.Texts = append(dst.Texts, text)
		})
	}
	return err
}
