package data

import (
	"fmt"
	"math"
	"sort"
	"strconv"
)

// entryBytes is the memory of an entry of a sparse matrix.
const entryBytes = 12

// sparseWriter takes the pieces of a file of labels and index:value pairs. Its
// columns are all that such a file can have: those that no line has take no bytes
// and vanish at the end.
type sparseWriter struct {
	*cacheWriter
	file    string
	opts    ReadOptions
	entries int         // of all rows
	spaced  bool        // some row has an entry, in the namespace of the column
	names   *dictionary // of the columns by appearance; nil where they are numbers
	named   int64       // bytes that it takes, about
}

// readSparse takes the rows of a file of labels and index:value pairs.
func (w *cacheWriter) readSparse(file string, f *feed, size int, opts ReadOptions) error {
	if w.sparse == nil {
		if w.columns != nil {
			return fmt.Errorf("data: %s holds labels and index:value pairs, and %s does not; files that are read together have the same columns", file, w.text.file)
		}
		w.beginSparse(file, opts)
	}
	parse := func(b block) *sparsePiece {
		p := parseSparse(b, opts.SkipFaults)
		f.reuse(b.text)
		return p
	}
	return inOrder(f, size, opts.threads(), parse, func(p *sparsePiece) error {
		if err := w.sparse.take(p); err != nil {
			return err
		}
		return w.tell()
	})
}

// beginSparse settles the columns.
func (w *cacheWriter) beginSparse(file string, opts ReadOptions) {
	w.sparse = &sparseWriter{cacheWriter: w, file: file, opts: opts}
	w.skip, w.group = opts.SkipFaults, maxGroup
	label := &cached{Column: &Column{Name: sparseLabel, Kind: Number}, counts: true}
	switch k := opts.kind(sparseLabel); k {
	case Category, Text, Boolean:
		label.Kind, label.words = k, newWords(k, true)
	case Ignore, ID:
		label.Ignored = leftOutAs(k)
	case Guess:
	default:
		label.Kind = k
	}
	features := &Column{Name: sparseFeatures, Kind: Sparse, Entries: NewCSR[float64](0, 0, 0)}
	if opts.kind(sparseFeatures) == Ignore {
		features.Ignored = asAsked
	}
	w.columns = []*cached{
		label,
		{Column: opts.extraColumn(sparseWeight, nil, RowWeights), rare: true, none: 1},
		{Column: opts.extraColumn(sparseGroup, nil, groupIgnored), rare: true, none: math.NaN()},
		{Column: opts.extraColumn(sparseBase, nil, baseIgnored), rare: true, none: math.NaN()},
		{Column: TextColumn(sparseTag, nil), rare: true, words: newWords(Text, true)},
		{Column: features},
	}
	for _, c := range w.columns {
		c.facts = Facts{Min: math.Inf(1), Max: math.Inf(-1)}
	}
}

// take appends the rows of a piece and writes the groups that are full.
func (w *sparseWriter) take(p *sparsePiece) error {
	if p.fault != nil && !w.skip {
		return p.fault
	}
	if w.fault == nil {
		w.fault = p.fault
	}
	if err := w.takeNames(p); err != nil {
		return err
	}
	n := p.Rows()
	w.skipped, w.rows, w.entries = w.skipped+p.skipped, w.rows+n, w.entries+len(p.Index)
	if err := w.takeLabels(p.label); err != nil {
		return err
	}
	w.takeRare(p, n)
	features := w.columns[5].Entries
	features.append(&p.CSR)
	for {
		n := w.full()
		if n == 0 {
			return nil
		}
		if err := w.flush(n); err != nil {
			return err
		}
	}
}

// takeRare appends what few files have in their n lines.
func (w *sparseWriter) takeRare(p *sparsePiece, n int) {
	for i, list := range [][]float64{p.weight, p.group, p.base} {
		c := w.columns[1+i]
		c.seen = c.seen || list != nil
		c.numbers = append(c.numbers, list...)
		for range n - len(list) {
			c.numbers = append(c.numbers, c.none)
		}
	}
	tag := w.columns[4]
	tag.seen = tag.seen || p.tag != nil
	for i := range n {
		text := ""
		if i < len(p.tag) {
			text = p.tag[i]
		}
		tag.words.put(text)
	}
}

// takeLabels appends labels as the kind of their column.
func (w *sparseWriter) takeLabels(label []float64) error {
	c := w.columns[0]
	if c.words == nil {
		_, err := w.opts.numberColumn(w.file, sparseLabel, nil) // refuses kinds that numbers cannot have
		c.numbers = append(c.numbers, label...)
		return err
	}
	for _, v := range label {
		text := ""
		if c.Kind == Boolean && v != 0 && v != 1 && !math.IsNaN(v) {
			return &Error{File: w.file, Column: sparseLabel, Msg: fmt.Sprintf("column %q holds %v, which is neither true (1) nor false (0)", sparseLabel, v)}
		}
		if !math.IsNaN(v) {
			text = strconv.FormatFloat(v, 'g', -1, 64)
		}
		c.words.add(text)
	}
	return nil
}

// full is how many pending rows make a group: as many as have entries for the
// memory of one, and 0 where more may belong to it.
func (w *sparseWriter) full() int {
	m := w.columns[5].Entries
	pending, most := m.Rows(), int64(w.bytes/entryBytes)
	n := sort.Search(pending, func(i int) bool { return m.Start[i+1] > most }) // rows with at most so many
	if n == pending && n < w.group {
		return 0
	}
	return min(max(n, 1), w.group)
}

// settle ends the columns, once all rows are written, and removes those that no
// line had.
func (w *sparseWriter) settle() error {
	if w.rows == 0 {
		if w.fault != nil {
			return w.fault
		}
		return &Error{File: w.file, Msg: noSparseRow}
	}
	if w.names != nil {
		if err := w.settleNames(); err != nil {
			return err
		}
	}
	t := &Table{Name: w.file}
	var kept []int
	for i, c := range w.columns {
		if c.rare && !c.seen {
			continue
		}
		kept = append(kept, i)
		t.Columns = append(t.Columns, c.Column)
		w.schema.Columns = append(w.schema.Columns, w.settleColumn(c))
	}
	if err := w.opts.checkTypes(t); err != nil {
		return err
	}
	var index []byte
	for at := 0; at < len(w.index); at += len(w.columns) * chunkEntry {
		for _, i := range kept {
			index = append(index, w.index[at+i*chunkEntry:][:chunkEntry]...)
		}
	}
	w.index = index
	return w.writeNames()
}

// settleColumn ends a column.
func (w *sparseWriter) settleColumn(c *cached) cacheColumn {
	asked := w.opts.kind(c.Name) != Guess
	out := c.settle(asked || c.rare, false, "")
	if out.Ignored == noValues {
		out.Ignored = "" // rows to predict have no labels
	}
	if c.Kind == Sparse {
		out.Cols, out.Space, out.Facts = c.Entries.Cols, c.space, Facts{Entries: w.entries}
		out.Names = c.EntryNames != nil
	}
	return out
}

// notes say what was read.
func (w *sparseWriter) notes() []string {
	var names []string
	if w.names != nil {
		names = w.names.levels
	}
	return []string{sparseNote(names, w.columns[w.features()].Entries.Cols, w.entries, w.rows)}
}

// drainRare is drain for a column that most files do not have: its rows take no
// bytes before the first that has a value.
func (c *cached) drainRare(dst []byte, n int) (encoding byte, _ []byte) {
	c.rows += n
	if c.words != nil {
		c.words.drop(n)
		return blank, dst
	}
	c.numbers = c.numbers[:copy(c.numbers, c.numbers[n:])]
	if c.none == 1 {
		c.values += n
		c.facts.Min, c.facts.Max = min(c.facts.Min, 1), max(c.facts.Max, 1)
		return ones, dst
	}
	return blank, dst
}

// put appends a row of plain text as it is.
func (w *words) put(text string) {
	w.text.WriteString(text)
	w.ends = append(w.ends, w.text.Len())
}

// drop forgets the first n rows of plain text.
func (w *words) drop(n int) {
	all, start := w.text.String(), w.ends[n-1]
	w.text.Reset()
	w.text.WriteString(all[start:])
	w.ends = w.ends[:copy(w.ends, w.ends[n:])]
	for i := range w.ends {
		w.ends[i] -= start
	}
}
