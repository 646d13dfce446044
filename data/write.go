package data

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteCSV prints the table as comma separated text with a header (RFC 4180,
// LF line ends). Missing values are empty. Read with a header and the same
// kinds gives the same columns back, number for number.
func WriteCSV(w io.Writer, t *Table) error {
	b := bufio.NewWriterSize(w, 1<<16)
	line := AppendCSV(nil, t.Names()...)
	fields := make([]string, len(t.Columns))
	for row := -1; ; {
		if _, err := b.Write(line); err != nil {
			return fmt.Errorf("data: writing %s: %w", t.Name, err)
		}
		if row++; row == t.Rows {
			break
		}
		for i, c := range t.Columns {
			if c.Kind == Image || c.Kind == Sparse {
				return fmt.Errorf("data: column %q is of kind %v, which cannot be written as CSV", c.Name, c.Kind)
			}
			fields[i] = c.Cell(row)
		}
		line = AppendCSV(line[:0], fields...)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("data: writing %s: %w", t.Name, err)
	}
	return nil
}

// AppendCSV appends one line of comma separated fields. A field is quoted
// where it holds anything but letters, digits and plain punctuation, so that
// no reader takes part of it for a separator, a quote or a line end; a line of
// one empty field is written as "".
func AppendCSV(dst []byte, fields ...string) []byte {
	for i, f := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		if !needsQuotes(f) && (f != "" || len(fields) > 1) {
			dst = append(dst, f...)
			continue
		}
		dst = append(dst, '"')
		dst = append(dst, strings.ReplaceAll(f, `"`, `""`)...)
		dst = append(dst, '"')
	}
	return append(dst, '\n')
}

// needsQuotes is on the safe side: blanks inside a field and any byte that
// some dialect gives a meaning.
func needsQuotes(f string) bool {
	return strings.ContainsAny(f, ",;\t \"'\r\n") || strings.HasPrefix(f, "\ufeff")
}
