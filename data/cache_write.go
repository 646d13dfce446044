package data

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"slices"

	"descent/internal/atomicfile"
	"descent/internal/kernel"
)

// cacheWriter takes pieces of text and writes groups of rows.
type cacheWriter struct {
	file    *atomicfile.File
	offset  uint64
	index   []byte // entries of the chunks
	columns []*cached
	schema  cacheSchema
	bytes   int // of a group in memory, about
	group   int // rows of a group
	rows    int // taken
	skipped int
	fault   *Error // the first that was skipped
	skip    bool
	text    *textReader  // of the first file
	tell    func() error // how far it is
	buf     []byte
	sparse  *sparseWriter // of files of labels and index:value pairs
	typed   *typedWriter  // of files that know types
}

// cached is a column on its way to the file: rows that are not written yet,
// and what is known about the others.
type cached struct {
	*Column
	numbers []float64
	words   *words
	former  []string // the levels of text that began as levels
	values  int      // rows that are not missing
	rows    int      // written
	start   float64  // the first number
	counts  bool     // all numbers so far count on from it
	facts   Facts
	tally   []int // rows of each level

	rare, seen bool    // most files do not have it; a row has
	none       float64 // of rows without a value, where it is rare
}

// newCacheWriter begins the file at path.
func newCacheWriter(path string, id identity) (*cacheWriter, error) {
	f, err := atomicfile.Create(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	w := &cacheWriter{file: f, buf: append([]byte(nil), cacheMagic...)}
	w.buf = binary.LittleEndian.AppendUint32(w.buf, cacheVersion)
	w.buf = append(w.buf, id[:]...)
	w.buf = binary.LittleEndian.AppendUint32(w.buf, crc32.Checksum(w.buf, castagnoli))
	if err := w.write(); err != nil {
		f.Discard()
		return nil, err
	}
	return w, nil
}

// write writes the buffer.
func (w *cacheWriter) write() error {
	n, err := w.file.Write(w.buf)
	w.offset += uint64(n)
	w.buf = w.buf[:0]
	if err != nil {
		return fmt.Errorf("data: the cache of rows: %w; free some space, or put the cache elsewhere", err)
	}
	return nil
}

// begin settles the columns and the size of a group by the first file.
// perRow is how many bytes a row of the sample has.
func (w *cacheWriter) begin(r *textReader, columns []*Column, l *layout, perRow int) {
	w.text, w.skip = r, l.skip
	memory := 0
	for i, c := range columns {
		col := &cached{Column: c, counts: true, facts: Facts{Min: math.Inf(1), Max: math.Inf(-1)}}
		memory += 4
		if l.kinds[i].storage() == Number {
			memory += 4
		} else {
			col.words = newWords(l.kinds[i], l.fixed[i])
		}
		w.columns = append(w.columns, col)
	}
	w.group = min(max(w.bytes/max(memory, perRow), 16), maxGroup)
}

// places says which column of the cache each column of a later file is.
func (w *cacheWriter) places(file string, l *layout) ([]int, error) {
	if len(l.names) != len(w.columns) {
		return nil, fmt.Errorf("data: %s has %s, %s has %d; files that are read together have the same", file, plural(len(l.names), "column"), w.text.file, len(w.columns))
	}
	place := make([]int, len(l.names))
	for i, name := range l.names {
		place[i] = slices.IndexFunc(w.columns, func(c *cached) bool { return c.Name == name })
		if place[i] < 0 {
			return nil, fmt.Errorf("data: %s has no column %q, which %s has; files that are read together have the same", w.text.file, name, file)
		}
		if c := w.columns[place[i]]; (c.words == nil) != (l.kinds[i].storage() == Number) {
			return nil, fmt.Errorf("data: column %q is a %v in %s and a %v in %s", name, c.Kind, w.text.file, l.kinds[i], file)
		}
	}
	return place, nil
}

// take appends the rows of a piece and writes the groups that are full. place
// says where its columns go.
func (w *cacheWriter) take(p *piece, place []int) error {
	if p.fault != nil && !w.skip {
		return p.fault
	}
	if w.fault == nil {
		w.fault = p.fault
	}
	w.skipped += p.skipped
	w.rows += p.rows
	for i, at := range place {
		w.columns[at].take(p.numbers[i], p.words[i])
		if p.stray != nil {
			w.columns[at].facts.Stray += p.stray[i]
		}
		p.words[i] = nil
	}
	for w.pending() >= w.group {
		if err := w.flush(w.group); err != nil {
			return err
		}
	}
	return nil
}

// take appends rows.
func (c *cached) take(numbers []float64, w *words) {
	if c.words == nil {
		c.numbers = append(c.numbers, numbers...)
		return
	}
	dict := c.words.dict
	c.words.join(w)
	if dict != nil && c.words.dict == nil {
		c.former = dict.levels
	}
}

// pending is how many rows are taken and not written.
func (w *cacheWriter) pending() int { return w.rows - w.columns[0].rows }

// flush writes the first n pending rows as a group.
func (w *cacheWriter) flush(n int) error {
	for _, c := range w.columns {
		var encoding byte
		encoding, w.buf = c.drain(w.buf, n)
		if len(w.buf) > math.MaxInt32 {
			return fmt.Errorf("data: %s of column %q take more than 2 GiB; leave the column out of the file", plural(n, "row"), c.Name)
		}
		w.enter(encoding)
		if err := w.write(); err != nil {
			return err
		}
	}
	w.schema.Groups = append(w.schema.Groups, n)
	return nil
}

// drain encodes the first n pending rows and forgets them.
func (c *cached) drain(dst []byte, n int) (encoding byte, _ []byte) {
	if c.rare && !c.seen {
		return c.drainRare(dst, n)
	}
	defer func() { c.rows += n }()
	if c.Kind == Sparse {
		c.values += n
		encoding, dst = appendEntries(dst, c.Entries, n)
		c.Entries.drop(n)
		return encoding, dst
	}
	if c.Kind == Image {
		c.values += n
		size := n * c.Height * c.Width
		dst = append(dst, c.Pixels[:size]...)
		c.Pixels = c.Pixels[:copy(c.Pixels, c.Pixels[size:])]
		return pixels, dst
	}
	if c.words == nil {
		c.look(c.numbers[:n])
		encoding, dst = appendNumbers(dst, c.numbers[:n])
		c.numbers = c.numbers[:copy(c.numbers, c.numbers[n:])]
		return encoding, dst
	}
	return c.drainWords(dst, n)
}

// drainWords is drain for a column of words.
func (c *cached) drainWords(dst []byte, n int) (encoding byte, _ []byte) {
	w := c.words
	if w.dict != nil {
		c.tally = append(c.tally, make([]int, len(w.dict.levels)-len(c.tally))...)
		for _, code := range w.codes[:n] {
			if code >= 0 {
				c.values++
				c.tally[code]++
			}
		}
		encoding, dst = appendCodes(dst, w.codes[:n], len(w.dict.levels))
		w.codes = w.codes[:copy(w.codes, w.codes[n:])]
		return encoding, dst
	}
	all, start := w.text.String(), 0
	for _, end := range w.ends[:n] {
		if end > start {
			c.values++
		}
		start = end
	}
	dst = appendTexts(dst, all, w.ends[:n])
	w.drop(n)
	return texts, dst
}

// look takes numbers down for what is to be known about all of them.
func (c *cached) look(numbers []float64) {
	if c.rows == 0 {
		c.start = numbers[0]
	}
	for i := 0; c.counts && i < len(numbers); i++ {
		c.counts = numbers[i] == c.start+float64(c.rows+i)
	}
	const some = 1 << 10
	for len(numbers) > 0 {
		part := numbers[:min(some, len(numbers))]
		numbers = numbers[len(part):]
		lo, hi := kernel.Smallest(part), kernel.Largest(part)
		if math.IsNaN(lo) {
			c.lookAtEach(part)
			continue
		}
		c.values += len(part)
		c.facts.Min, c.facts.Max = min(c.facts.Min, lo), max(c.facts.Max, hi)
	}
}

// lookAtEach is look where some are missing.
func (c *cached) lookAtEach(numbers []float64) {
	for _, v := range numbers {
		if !math.IsNaN(v) {
			c.values++
			c.facts.Min, c.facts.Max = min(c.facts.Min, v), max(c.facts.Max, v)
		}
	}
}

// settle ends a column: its kind, why models leave it out, and the facts. asked
// says whether its kind was asked for, named whether the file names it; odd is
// what speaks for numbers after all.
func (c *cached) settle(asked, named bool, odd string) cacheColumn {
	facts := &c.facts
	facts.Missing = c.rows - c.values
	if c.values == 0 || c.words != nil {
		facts.Min, facts.Max = 0, 0
	}
	out := cacheColumn{Name: c.Name, Levels: c.former}
	switch w := c.words; {
	case w == nil:
		if c.Ignored == "" {
			counting := func() bool { return c.counts }
			c.Ignored = leaveOutBy(c.Name, c.rows, c.values > 0, counting, asked, named)
		}
	default:
		reason := w.unlike(c.values)
		if w.dict != nil {
			out.Levels = w.dict.levels
		}
		if w.dict == nil || reason != "" {
			c.beText(reason, odd)
			break
		}
		if asked := c.Kind == Boolean; asked || !w.fixed && areTruths(out.Levels) {
			c.Kind = Boolean
		} else {
			c.Kind = Category
		}
		facts.Counts = append(c.tally, make([]int, len(out.Levels)-len(c.tally))...)
	}
	out.Kind, out.Ignored, out.Facts = c.Kind, c.Ignored, *facts
	return out
}

// settle ends all columns.
func (w *cacheWriter) settle() error {
	if w.sparse != nil {
		return w.sparse.settle()
	}
	if w.typed != nil {
		w.typed.settle()
		return nil
	}
	r := w.text
	for i, c := range w.columns {
		asked := r.opts.kind(c.Name) != Guess
		w.schema.Columns = append(w.schema.Columns, c.settle(asked, r.named(), r.odd(r.measure[i])))
	}
	return nil
}

// commit writes what is left and the index, and gives the file its name.
func (w *cacheWriter) commit(notes []string) error {
	if n := w.pending(); n > 0 {
		if err := w.flush(n); err != nil {
			return err
		}
	}
	if err := w.settle(); err != nil {
		return err
	}
	for _, c := range w.schema.Columns {
		if f := c.Facts; math.IsInf(f.Min, 0) || math.IsInf(f.Max, 0) {
			return fmt.Errorf("data: column %q holds infinite numbers, which the cache of rows cannot; leave them empty where they are unknown", c.Name)
		}
	}
	w.schema.Notes = notes
	schema, err := json.Marshal(w.schema)
	if err != nil {
		return fmt.Errorf("data: the index of the cache: %w", err)
	}
	at := w.offset
	w.buf = append(append(w.buf[:0], schema...), w.index...)
	for _, v := range []uint64{at, uint64(len(schema)), uint64(len(w.index))} {
		w.buf = binary.LittleEndian.AppendUint64(w.buf, v)
	}
	w.buf = binary.LittleEndian.AppendUint32(w.buf, crc32.Checksum(w.buf, castagnoli))
	w.buf = append(w.buf, cacheMagic...)
	if err := w.write(); err != nil {
		return err
	}
	if err := w.file.Commit(); err != nil {
		return fmt.Errorf("data: %w", err)
	}
	return nil
}
