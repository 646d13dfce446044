package data

import (
	"bytes"
	"io"
	"math"
	"sync"

	"descent/internal/decimal"
)

// readSparse reads a file in the format of LIBSVM or Vowpal Wabbit, block by
// block on several threads.
func readSparse(name string, src io.Reader, opts ReadOptions, size int) (*Table, error) {
	f := newFeed(name, src)
	if err := f.fill(size); err != nil {
		return nil, readFault(name, err)
	}
	f.rest = bytes.TrimPrefix(f.rest, []byte("\ufeff"))
	if opts.lines != nil {
		return nil, opts.lines(name, f, size)
	}
	pieces, err := sparsePieces(f, size, opts.threads(), opts.SkipFaults)
	if err != nil {
		return nil, err
	}
	r, skipped, first := joinSparse(pieces, opts.threads())
	if r.Rows() == 0 {
		if first != nil {
			return nil, first
		}
		return nil, &Error{File: name, Msg: noSparseRow}
	}
	t, err := r.table(name, opts)
	if err == nil {
		t.Notes = append(t.Notes, (&gather{skipped: skipped, fault: first}).note()...)
	}
	return t, err
}

const noSparseRow = "no row of the form label index:value"

// sparsePiece is what a block holds.
type sparsePiece struct {
	sparseRows
	skipped int
	fault   *Error // the first, whether it ended the block or was skipped
}

// sparsePieces parses the blocks of a feed and returns what they hold, in their
// order. The first fault ends it unless faults are to be skipped.
func sparsePieces(f *feed, size, threads int, skip bool) (pieces []*sparsePiece, err error) {
	parse := func(b block) *sparsePiece {
		p := parseSparse(b, skip)
		f.reuse(b.text)
		return p
	}
	err = inOrder(f, size, threads, parse, func(p *sparsePiece) error {
		pieces = append(pieces, p)
		if p.fault != nil && !skip {
			return p.fault
		}
		return nil
	})
	return pieces, err
}

// reuse takes back the text of a block that nobody reads any more.
func (f *feed) reuse(text []byte) {
	select {
	case f.free <- text[:cap(text)]:
	default:
	}
}

// parseSparse reads a block. Lines of the common form go by a quick way, all
// others one at a time.
func parseSparse(b block, skip bool) *sparsePiece {
	p := &sparsePiece{}
	p.Start = make([]int64, 1, 16+len(b.text)/256)
	p.Index, p.Value = make([]int32, 0, len(b.text)/8), make([]float64, 0, len(b.text)/8)
	text, line := b.text, 0
	l := sparseLine{rows: &p.sparseRows, file: b.file}
	for len(text) > 0 {
		if n := p.quick(text); n > 0 {
			text = text[n:]
			line++
			continue
		}
		end, next := lineEnd(text)
		l.line = b.line + line
		if err := l.read(view(text[:end])); err != nil {
			if p.fault == nil {
				p.fault = err
			}
			if p.skipped++; !skip {
				return p
			}
		}
		text = text[next:]
		line++
	}
	return p
}

// lineEnd is where the first line of a text ends, and where the next one begins.
func lineEnd(text []byte) (end, next int) {
	end = bytes.IndexByte(text, '\n')
	if end < 0 {
		end = len(text)
	}
	if cr := bytes.IndexByte(text[:end], '\r'); cr >= 0 {
		if cr+1 == end && end < len(text) {
			return cr, end + 1
		}
		return cr, cr + 1
	}
	return end, min(end+1, len(text))
}

// quick reads the line at the start of text where that has the form "label
// index:value index:value …" and a line end, and returns its length; otherwise
// it returns 0 and takes nothing.
func (p *sparsePiece) quick(text []byte) int {
	label, i := decimal.Scan(text)
	if i == 0 || math.IsInf(label, 0) || p.names != nil || p.space != "" {
		return 0
	}
	index, value, last := p.Index, p.Value, -1
	for i < len(text) {
		switch text[i] {
		case ' ':
			i++
			continue
		case '\n':
			p.spaced = p.spaced || len(index) > len(p.Index)
			p.Index, p.Value, p.Cols = index, value, max(p.Cols, last+1)
			p.end(label, noExtra)
			return i + 1
		}
		j, start := 0, i
		for i < len(text) && text[i]-'0' < 10 {
			j = j*10 + int(text[i]-'0')
			i++
		}
		const digits = 9
		if i == start || i-start > digits || i+2 >= len(text) || text[i] != ':' || j <= last || j >= MaxSparseCols || text[start-1] != ' ' {
			return 0
		}
		i++
		v, n := float64(text[i]-'0'), 1
		if c := text[i+1]; v > 9 || c != ' ' && c != '\n' {
			if v, n = decimal.Scan(text[i:]); n == 0 || math.IsInf(v, 0) {
				return 0
			}
		}
		i += n
		last = j
		if v != 0 {
			index, value = append(index, int32(j)), append(value, v)
		}
	}
	return 0
}

// joinSparse puts the rows of the pieces behind each other, and forgets the
// pieces. It also counts the faults that were skipped.
func joinSparse(pieces []*sparsePiece, threads int) (all *sparseRows, skipped int, first *Error) {
	rows, entries := 0, 0
	for _, p := range pieces {
		rows, entries = rows+p.Rows(), entries+len(p.Index)
		if skipped += p.skipped; first == nil {
			first = p.fault
		}
	}
	all = &sparseRows{label: make([]float64, 0, rows)}
	all.Start = make([]int64, 1, rows+1)
	all.Index, all.Value = make([]int32, entries), make([]float64, entries)
	place := all.settleNames(pieces)
	var work sync.WaitGroup
	slots := make(chan struct{}, threads)
	at := 0
	for i, p := range pieces {
		all.heads(p, int64(at))
		slots <- struct{}{}
		work.Add(1)
		go func(m *CSR[float64], at int) {
			defer work.Done()
			if place != nil {
				m.rename(place[i], all.Cols)
			}
			copy(all.Index[at:], m.Index)
			copy(all.Value[at:], m.Value)
			<-slots
		}(&p.CSR, at)
		at += len(p.Index)
		pieces[i] = nil
	}
	work.Wait()
	return all, skipped, first
}

// settleNames settles the columns of all pieces. Where some have names, or numbers
// of different namespaces, all get names, and place says where those of each piece
// are; otherwise it is nil.
func (r *sparseRows) settleNames(pieces []*sparsePiece) (place [][]int32) {
	named := false
	for _, p := range pieces {
		named = named || p.names != nil || p.spaced && r.spaced && p.space != r.space
		if p.spaced {
			r.space, r.spaced = p.space, true
		}
		r.Cols = max(r.Cols, p.Cols)
	}
	if !named {
		return nil
	}
	lists := make([][]string, len(pieces))
	for i, p := range pieces {
		p.toNames()
		lists[i] = p.names.levels
	}
	var names []string
	names, place = mergeNames(lists)
	r.names, r.Cols = &dictionary{levels: names}, len(names)
	return place
}

// heads appends what the lines of a piece hold beside their entries, which will
// stand from at on.
func (r *sparseRows) heads(p *sparsePiece, at int64) {
	n := len(r.label)
	for k, s := range p.Start[1:] {
		r.Start = append(r.Start, at+s)
		r.weight = pad(r.weight, n+k, some(p.weight, k), 1)
		r.group = pad(r.group, n+k, some(p.group, k), math.NaN())
		r.base = pad(r.base, n+k, some(p.base, k), math.NaN())
	}
	r.label = append(r.label, p.label...)
	if p.tag != nil || r.tag != nil {
		r.tag = append(r.tag, make([]string, n-len(r.tag))...)
		r.tag = append(append(r.tag, p.tag...), make([]string, p.Rows()-len(p.tag))...)
	}
}

// some is element k of a list that may be short or missing.
func some(list []float64, k int) float64 {
	if k < len(list) {
		return list[k]
	}
	return math.NaN()
}
