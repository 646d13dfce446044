package data

import (
	"fmt"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// wordPage reads the words of a page, which are parts of one string.
func (c *parquetChunk) wordPage(b []byte, p *parquetPage) (func([]string) error, error) {
	code := p.encoding
	switch {
	case code == plainDictionary || code == format.RLEDictionary:
		return indexed(c, b, p, &c.words)
	case c.kind == parquet.Boolean:
		return c.truths(b, p)
	case c.kind == parquet.ByteArray && code == format.Plain:
		return prefixedWords(string(b)), nil
	case c.kind == parquet.FixedLenByteArray && code == format.Plain:
		text, size := string(b), c.size
		return func(dst []string) error {
			for i := range dst {
				if len(text) < size {
					return tooFew(len(dst) - i)
				}
				dst[i], text = text[:size], text[size:]
			}
			return nil
		}, nil
	case c.kind == parquet.FixedLenByteArray && code == format.ByteStreamSplit && c.size > 0:
		n := len(b) / c.size
		whole := make([]byte, 0, n*c.size)
		for i := range n {
			for k := range c.size {
				whole = append(whole, b[k*n+i])
			}
		}
		return c.wordPage(whole, &parquetPage{encoding: format.Plain})
	case c.kind == parquet.ByteArray && code == format.DeltaLengthByteArray:
		lengths, rest, err := deltas(nil, b, int(p.values))
		return cutWords(lengths, string(rest)), err
	case (c.kind == parquet.ByteArray || c.kind == parquet.FixedLenByteArray) && code == format.DeltaByteArray:
		return sharedWords(b, int(p.values))
	case c.kind < 0: // a column of nothing
		return func(dst []string) error { return tooFew(len(dst)) }, nil
	}
	return nil, unfit(code, c.kind)
}

// prefixedWords reads words that stand behind their lengths.
func prefixedWords(text string) func([]string) error {
	return func(dst []string) error {
		for i := range dst {
			if len(text) < 4 {
				return tooFew(len(dst) - i)
			}
			n := int64(text[0]) | int64(text[1])<<8 | int64(text[2])<<16 | int64(text[3])<<24
			if n > int64(len(text)-4) {
				return fmt.Errorf("a text of %d bytes where %d follow", n, len(text)-4)
			}
			dst[i], text = text[4:4+n], text[4+n:]
		}
		return nil
	}
}

// cutWords reads words of these lengths.
func cutWords(lengths []int64, text string) func([]string) error {
	return func(dst []string) error {
		for i := range dst {
			if i >= len(lengths) {
				return tooFew(len(dst) - i)
			}
			n := lengths[i]
			if n < 0 || n > int64(len(text)) {
				return fmt.Errorf("a text of %d bytes where %d follow", n, len(text))
			}
			dst[i], text = text[:n], text[n:]
		}
		lengths = lengths[len(dst):]
		return nil
	}
}

// sharedWords reads words that begin as those before them.
func sharedWords(b []byte, values int) (func([]string) error, error) {
	shared, rest, err := deltas(nil, b, values)
	if err != nil {
		return nil, err
	}
	lengths, rest, err := deltas(nil, rest, values)
	if err != nil {
		return nil, err
	}
	if len(shared) != len(lengths) {
		return nil, fmt.Errorf("%d beginnings of %d texts", len(shared), len(lengths))
	}
	total, before := int64(0), int64(0)
	for i, n := range shared {
		if n < 0 || n > before || lengths[i] < 0 || lengths[i] > int64(len(rest)) {
			return nil, fmt.Errorf("a text that shares %d bytes with one of %d, and has %d of %d more", n, before, lengths[i], len(rest))
		}
		before = n + lengths[i]
		if total += before; total > pageSlack+pageRatio*int64(len(b)) {
			return nil, fmt.Errorf("its texts repeat %d bytes of those before", total)
		}
	}
	var all strings.Builder
	all.Grow(int(total))
	start := 0
	for i, n := range shared {
		if lengths[i] > int64(len(rest)) {
			return nil, fmt.Errorf("a text of %d bytes where %d follow", lengths[i], len(rest))
		}
		next := all.Len()
		all.WriteString(all.String()[start : start+int(n)])
		all.Write(rest[:lengths[i]])
		rest, start = rest[lengths[i]:], next
		shared[i] += lengths[i]
	}
	return cutWords(shared, all.String()), nil
}

// truths reads booleans.
func (c *parquetChunk) truths(b []byte, p *parquetPage) (func([]string) error, error) {
	word := [2]string{"false", "true"}
	switch p.encoding {
	case format.Plain:
		at := 0
		return func(dst []string) error {
			for i := range dst {
				if at/8 >= len(b) {
					return tooFew(len(dst) - i)
				}
				dst[i] = word[b[at/8]>>(at%8)&1]
				at++
			}
			return nil
		}, nil
	case format.RLE:
		packed, _, err := prefixed(b)
		if err != nil {
			return nil, err
		}
		list, err := newRuns(packed, 1, int(p.values))
		return func(dst []string) error {
			for len(dst) > 0 {
				part := dst[:min(len(dst), atOnce)]
				bits := c.ints[:len(part)]
				if err := list.next(bits); err != nil {
					return err
				}
				for i, bit := range bits {
					part[i] = word[bit&1]
				}
				dst = dst[len(part):]
			}
			return nil
		}, err
	}
	return nil, unfit(p.encoding, c.kind)
}
