package data

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// SparseTable is a table of numbers of which most are zero, by rows (CSR), with a
// label for each row: row i has Value[k] in column Index[k] for k from Start[i]
// up to Start[i+1], with increasing columns counted from 0.
type SparseTable struct {
	Name       string
	Rows, Cols int
	Start      []int64 // Rows+1 numbers
	Index      []int32
	Value      []float64
	Label      []float64
}

// MaxSparseCols bounds the columns of a sparse table: a weight for each must
// fit in memory.
const MaxSparseCols = 1 << 28

// ReadSparse reads a file in the format of LIBSVM, a line a row,
//
//	label index:value index:value …   # remark
//
// with increasing indices from 1 (from 0 is understood, too: column k is index
// k, and column 0 may be empty), plain or packed. A line of Vowpal Wabbit whose
// features are numbers in one namespace, "label |name index:value …", is the
// same. It returns an *Error with line and column for what is neither.
func ReadSparse(path string) (*SparseTable, error) {
	s, err := open(path, nil)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return readSparse(s.name, s.Reader)
}

func readSparse(name string, r *bufio.Reader) (*SparseTable, error) {
	t := &SparseTable{Name: name, Start: []int64{0}}
	p := sparseLine{table: t, name: name}
	for {
		text, err := r.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if p.line++; text != "" {
			if bad := p.read(strings.TrimRight(text, "\r\n")); bad != nil {
				return nil, bad
			}
		}
		if err != nil {
			break
		}
	}
	if t.Rows == 0 {
		return nil, &Error{File: name, Msg: "no row of the form label index:value"}
	}
	return t, nil
}

// sparseLine reads lines into a table.
type sparseLine struct {
	table *SparseTable
	name  string
	line  int
}

// fault is an error at byte at of the line.
func (p *sparseLine) fault(text string, at int, format string, args ...any) error {
	_, col := position(text, at)
	return &Error{File: p.name, Line: p.line, Col: col, Msg: fmt.Sprintf(format, args...)}
}

func (p *sparseLine) read(text string) error {
	body, _, _ := strings.Cut(text, "#")
	at, field, ok := nextField(body, 0)
	if !ok {
		return nil // a blank line
	}
	t := p.table
	label, good := parseNumber(field)
	if !good || math.IsInf(label, 0) {
		return p.fault(text, at, "found %q, expected a number as the label", clip(field))
	}
	last, first := -1, true
	for at, field, ok = nextField(body, at+len(field)); ok; at, field, ok = nextField(body, at+len(field)) {
		if first && field[0] == '|' {
			first = false
			continue
		}
		first = false
		index, value, pair := strings.Cut(field, ":")
		i, whole := parseNumber(index)
		if !pair || !whole || i != math.Trunc(i) || i < 0 || i >= MaxSparseCols {
			return p.fault(text, at, "found %q, expected index:value with an index from 0 to %d", clip(field), MaxSparseCols-1)
		}
		if int(i) <= last {
			return p.fault(text, at, "index %d comes after index %d; indices must increase", int(i), last)
		}
		v, number := parseNumber(value)
		if !number || math.IsInf(v, 0) {
			return p.fault(text, at+len(index)+1, "found %q, expected a number", clip(value))
		}
		last = int(i)
		t.Cols = max(t.Cols, last+1)
		if v != 0 {
			t.Index, t.Value = append(t.Index, int32(i)), append(t.Value, v)
		}
	}
	t.Rows++
	t.Label = append(t.Label, label)
	t.Start = append(t.Start, int64(len(t.Index)))
	return nil
}

// clip shortens what a message quotes.
func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// nextField is the next run of non-blanks from byte from on.
func nextField(s string, from int) (at int, field string, ok bool) {
	for from < len(s) && (s[from] == ' ' || s[from] == '\t') {
		from++
	}
	end := from
	for end < len(s) && s[end] != ' ' && s[end] != '\t' {
		end++
	}
	return from, s[from:end], end > from
}
