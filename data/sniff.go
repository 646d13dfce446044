package data

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// sniffRecords is how many records decide about separator and quote.
const sniffRecords = 20

// sniff finds the dialect of a text. The quote is the single one only where
// the first record uses it around a field and no double quote appears.
func sniff(file, src string, sep byte) dialect {
	d := dialect{sep: sep, quote: '"'}
	if sep == 0 {
		d.sep = sniffSeparator(file, src, '"')
	}
	s := scanner{dialect: d, file: file, src: src}
	first, err := s.next()
	if err != nil || slices.ContainsFunc(first, func(c cell) bool { return c.quoted }) {
		return d
	}
	for _, c := range first {
		if n := len(c.text); n >= 2 && c.text[0] == '\'' && c.text[n-1] == '\'' {
			d.quote = '\''
			if sep == 0 {
				d.sep = sniffSeparator(file, src, '\'')
			}
			return d
		}
	}
	return d
}

// sniffSeparator takes the first of tab, semicolon and comma that splits all
// of the first records into equally many fields, one that leaves no quote
// inside a field before one that does. Failing that, none (a single column in
// quotes), then blanks, if they do so and there are numbers in between. Failing
// that, the one that splits the first record most.
func sniffSeparator(file, src string, quote byte) byte {
	name := strings.TrimSuffix(strings.ToLower(file), ".gz")
	if ext := filepath.Ext(name); ext == ".tsv" || ext == ".tab" {
		return '\t'
	}
	best, most, even := byte(','), 1, byte(0)
	for _, sep := range []byte("\t;,") {
		t := tally(src, dialect{sep, quote})
		if t.even && t.first > 1 {
			if t.clean {
				return sep
			}
			if even == 0 {
				even = sep
			}
		}
		if sep == ',' && even == 0 && t.even && t.clean && t.quoted {
			return sep
		}
		if t.first > most {
			best, most = sep, t.first
		}
	}
	if even != 0 {
		return even
	}
	if most == 1 {
		if t := tally(src, dialect{' ', quote}); t.even && t.first > 1 && t.numeric {
			return ' '
		}
	}
	return best
}

// counts is what a dialect makes of the first records.
type counts struct {
	first   int  // fields of the first record
	even    bool // all records have as many
	clean   bool // no field holds a quote that is not around it
	quoted  bool // some field stands in quotes
	numeric bool // the last record has a number
}

func tally(src string, d dialect) counts {
	s := scanner{dialect: d, src: src}
	t := counts{clean: true}
	for range sniffRecords {
		cells, err := s.next()
		if err != nil {
			t.even = t.even && err == io.EOF
			break
		}
		if t.first == 0 {
			t.first, t.even = len(cells), true
		}
		t.even = t.even && len(cells) == t.first
		t.numeric = false
		for _, c := range cells {
			_, number := parseNumber(c.text)
			t.numeric = t.numeric || number
			t.quoted = t.quoted || c.quoted
			t.clean = t.clean && (c.quoted || strings.IndexByte(c.text, d.quote) < 0)
		}
	}
	return t
}
