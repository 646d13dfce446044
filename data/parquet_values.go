package data

import (
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// plainDictionary is what old files call the encoding RLEDictionary.
const plainDictionary format.Encoding = 2

// atOnce is how many values of a page are taken apart at once.
const atOnce = 1024

// parquetWork is what the reading of a chunk needs: its page, and room for the
// values at hand.
type parquetWork struct {
	unpacker *unpacker
	numbers  pageValues[float64]
	words    pageValues[string]
	left     int   // values of the page, missing ones among them
	levels   *runs // nil where none is missing
	ints     [atOnce]int32
	bytes    [8 * atOnce]byte
	texts    [atOnce]string
}

// pageValues are the values of a page and of the dictionary of its chunk.
type pageValues[T any] struct {
	dictionary []T
	next       func(dst []T) error // values that are there
}

var parquetWorks = sync.Pool{New: func() any { return new(parquetWork) }}

// close lets go of what the reading needs.
func (c *parquetChunk) close() {
	if w := c.parquetWork; w != nil {
		if w.unpacker != nil {
			unpackers.Put(w.unpacker)
		}
		w.unpacker, w.levels, w.left = nil, nil, 0
		w.numbers = pageValues[float64]{dictionary: w.numbers.dictionary[:0]}
		w.words = pageValues[string]{}
		clear(w.texts[:])
		parquetWorks.Put(w)
		c.parquetWork = nil
	}
}

// readNumbers reads the next numbers, NaN where there is none.
func (c *parquetChunk) readNumbers(at io.ReaderAt, dst []float64) error {
	return readValues(c, at, dst, math.NaN(), func(w *parquetWork) *pageValues[float64] { return &w.numbers }, c.numberPage)
}

// readWords reads the next words, "" where there is none.
func (c *parquetChunk) readWords(at io.ReaderAt, dst []string) error {
	return readValues(c, at, dst, "", func(w *parquetWork) *pageValues[string] { return &w.words }, c.wordPage)
}

// readValues fills dst from the pages.
func readValues[T any](c *parquetChunk, at io.ReaderAt, dst []T, missing T, of func(w *parquetWork) *pageValues[T], page func(b []byte, p *parquetPage) (func([]T) error, error)) error {
	if c.parquetWork == nil {
		c.parquetWork = parquetWorks.Get().(*parquetWork)
		c.unpacker = unpackers.Get().(*unpacker)
	}
	values := of(c.parquetWork)
	for len(dst) > 0 {
		if c.left == 0 {
			if c.next == 0 && c.dictionary.at != 0 {
				if err := readDictionary(c, at, values, page); err != nil {
					return fmt.Errorf("its dictionary: %w", err)
				}
			}
			if c.next == len(c.pages) {
				return fmt.Errorf("it has fewer values than rows")
			}
			p := &c.pages[c.next]
			c.next++
			b, err := c.open(at, p)
			if err == nil {
				values.next, err = page(b, p)
			}
			if err != nil {
				return fmt.Errorf("page %d: %w", c.next, err)
			}
			continue
		}
		part := dst[:min(len(dst), c.left)]
		if err := nextValues(c, values, part, missing); err != nil {
			return fmt.Errorf("page %d: %w", c.next, err)
		}
		c.left -= len(part)
		dst = dst[len(part):]
	}
	if c.left == 0 && c.next == len(c.pages) {
		c.close()
	}
	return nil
}

// readDictionary reads the values that indices stand for.
func readDictionary[T any](c *parquetChunk, at io.ReaderAt, values *pageValues[T], page func(b []byte, p *parquetPage) (func([]T) error, error)) error {
	p := &c.dictionary
	u := dictionaryUnpackers.Get().(*unpacker)
	defer dictionaryUnpackers.Put(u)
	_, b, err := u.page(at, p, c.codec)
	if err != nil {
		return err
	}
	next, err := page(b, p)
	if err != nil {
		return err
	}
	values.dictionary = values.dictionary[:0]
	for left := int(p.values); left > 0; { // the head may claim more than there are
		n := min(left, atOnce)
		values.dictionary = append(values.dictionary, make([]T, n)...)
		if err := next(values.dictionary[len(values.dictionary)-n:]); err != nil {
			return err
		}
		left -= n
	}
	return nil
}

// open unpacks a page and begins with its levels. It returns the bytes of its
// values.
func (c *parquetChunk) open(at io.ReaderAt, p *parquetPage) ([]byte, error) {
	levels, b, err := c.unpacker.page(at, p, c.codec)
	if err != nil {
		return nil, err
	}
	c.left, c.levels = int(p.values), nil
	if c.defined == 0 || c.left == 0 {
		return b, nil
	}
	if !p.second {
		if p.levels != format.RLE {
			return nil, fmt.Errorf("the encoding %v of its levels is %w: write the file anew", p.levels, errUnsupported)
		}
		if levels, b, err = prefixed(b); err != nil {
			return nil, fmt.Errorf("levels: %w", err)
		}
	}
	width := 1
	for c.defined >= 1<<width {
		width++
	}
	if c.levels, err = newRuns(levels, width, c.left); err != nil {
		return nil, fmt.Errorf("levels: %w", err)
	}
	all, err := c.levels.same(c.left, int32(c.defined))
	if err != nil {
		return nil, fmt.Errorf("levels: %w", err)
	}
	if all {
		c.levels = nil
	}
	return b, nil
}

// nextValues fills dst from a page: the values that are there to the front, and
// from there to their places.
func nextValues[T any](c *parquetChunk, values *pageValues[T], dst []T, missing T) error {
	if c.levels == nil {
		return values.next(dst)
	}
	for len(dst) > 0 {
		part := dst[:min(len(dst), atOnce)]
		dst = dst[len(part):]
		levels := c.ints[:len(part)]
		if err := c.levels.next(levels); err != nil {
			return fmt.Errorf("levels: %w", err)
		}
		var there [atOnce / 64]uint64
		present := 0
		for i, level := range levels {
			if level == int32(c.defined) {
				there[i/64] |= 1 << (i % 64)
				present++
			}
		}
		if err := values.next(part[:present]); err != nil {
			return err
		}
		for i := len(part) - 1; i >= 0; i-- {
			if there[i/64]>>(i%64)&1 == 1 {
				present--
				part[i] = part[present]
			} else {
				part[i] = missing
			}
		}
	}
	return nil
}

// indexed reads values by their indices in the dictionary.
func indexed[T any](c *parquetChunk, b []byte, p *parquetPage, values *pageValues[T]) (func([]T) error, error) {
	if len(b) == 0 {
		return func(dst []T) error { return tooFew(len(dst)) }, nil
	}
	indices, err := newRuns(b[1:], int(b[0]), int(p.values))
	if err != nil {
		return nil, err
	}
	return func(dst []T) error {
		for len(dst) > 0 {
			part := dst[:min(len(dst), atOnce)]
			list := c.ints[:len(part)]
			if err := indices.next(list); err != nil {
				return err
			}
			for i, at := range list {
				if uint(at) >= uint(len(values.dictionary)) {
					return fmt.Errorf("index %d in a dictionary of %d values", uint32(at), len(values.dictionary))
				}
				part[i] = values.dictionary[at]
			}
			dst = dst[len(part):]
		}
		return nil
	}, nil
}

// tooFew is the error of a page that ends before so many of its values.
func tooFew(n int) error {
	if n == 0 {
		return nil
	}
	return fmt.Errorf("it ends before the last %d of its values", n)
}

// unfit is the error of an encoding that the type cannot have.
func unfit(code format.Encoding, kind parquet.Kind) error {
	return fmt.Errorf("the encoding %v is not one of values of type %v", code, kind)
}

// numberPage reads the numbers of a page.
func (c *parquetChunk) numberPage(b []byte, p *parquetPage) (func([]float64) error, error) {
	switch code := p.encoding; {
	case code == plainDictionary || code == format.RLEDictionary:
		return indexed(c, b, p, &c.numbers)
	case c.text != nil:
		return c.textNumbers(b, p)
	case code == format.Plain:
	case code == format.ByteStreamSplit:
		return c.split(b), nil
	case code == format.DeltaBinaryPacked && (c.kind == parquet.Int32 || c.kind == parquet.Int64):
		list, _, err := deltas(nil, b, int(p.values))
		if err != nil {
			return nil, err
		}
		b = bytesOfInts(list, c.size)
	default:
		return nil, unfit(code, c.kind)
	}
	return func(dst []float64) error {
		n := min(len(dst), len(b)/c.size)
		c.plain(dst[:n], b)
		b = b[n*c.size:]
		return tooFew(len(dst) - n)
	}, nil
}

// bytesOfInts writes whole numbers as the lowest size bytes of each, the lowest first.
func bytesOfInts(list []int64, size int) []byte {
	b := make([]byte, 0, size*len(list))
	for _, v := range list {
		for range size {
			b = append(b, byte(v))
			v >>= 8
		}
	}
	return b
}

// split reads numbers whose first bytes lie together, then their second ones, and
// so on.
func (c *parquetChunk) split(b []byte) func([]float64) error {
	n, at := len(b)/c.size, 0
	return func(dst []float64) error {
		for len(dst) > 0 && at < n {
			part := dst[:min(len(dst), n-at, len(c.bytes)/c.size)]
			whole := c.bytes[:len(part)*c.size]
			for k := range c.size {
				stream := b[k*n+at:]
				for i := range part {
					whole[i*c.size+k] = stream[i]
				}
			}
			c.plain(part, whole)
			at += len(part)
			dst = dst[len(part):]
		}
		return tooFew(len(dst))
	}
}

// textNumbers reads numbers that are stored as bytes.
func (c *parquetChunk) textNumbers(b []byte, p *parquetPage) (func([]float64) error, error) {
	next, err := c.wordPage(b, p)
	return func(dst []float64) error {
		for len(dst) > 0 {
			part := dst[:min(len(dst), atOnce)]
			texts := c.texts[:len(part)]
			if err := next(texts); err != nil {
				return err
			}
			for i, text := range texts {
				part[i] = c.text(text)
			}
			dst = dst[len(part):]
		}
		return nil
	}, err
}
