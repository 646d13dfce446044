package data

import (
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
)

// A cache is a table in a file of typed columns, made in one pass over a text
// and read again group by group. All numbers are little endian.
//
//	header   magic, version (uint32), identity (32 bytes), CRC-32C of these
//	chunks   group after group of rows, column after column, then the names of
//	         the columns of sparse rows that have some
//	index    the schema as JSON, then for each chunk in the order of the file
//	         its encoding (uint8), length and CRC-32C (uint32 each)
//	tail     offset of the index, lengths of the schema and of the index
//	         (uint64 each), CRC-32C of the index and of these, magic
const (
	cacheMagic   = "descent\x01"
	cacheVersion = 2
	identitySize = 32

	cacheHeader = len(cacheMagic) + 4 + identitySize + 4
	cacheTail   = 3*8 + 4 + len(cacheMagic)
	chunkEntry  = 1 + 4 + 4

	maxIndex = 1 << 28 // bytes that are believed to be an index
	maxGroup = 1 << 16 // rows that are believed to be a group
)

// The encodings of a chunk.
const (
	numbers64 = 1 + iota // float64
	numbers32            // float32, where that is exact for every row
	codes8               // code+1 as uint8, 0 where missing
	codes16              // the same as uint16
	codes32              // the same as uint32
	texts                // the lengths as uint32, then the bytes
	pixels               // bytes
	entries64            // of sparse rows: appendEntries
	entries32            // values as float32
	entries1             // values that are all 1
	blank                // nothing: no row has a value
	ones                 // nothing: every row is 1
)

// GroupBytes is about how much memory the rows of a group take, unless another
// size is asked for.
const GroupBytes = 4 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrStale is the error of a cache that was made from other files, or with
// other options, or by another version.
var ErrStale = errors.New("the cache was made from other rows")

// ErrDamaged is the error of a cache that is torn or damaged: it is to be made
// again.
var ErrDamaged = errors.New("the cache is damaged")

// cacheSchema is what the index says about the table.
type cacheSchema struct {
	Notes   []string      `json:"notes"`
	Columns []cacheColumn `json:"columns"`
	Groups  []int         `json:"groups"` // rows of each
}

// cacheColumn is a column without its values.
type cacheColumn struct {
	Name    string   `json:"name"`
	Kind    Kind     `json:"kind"`
	Ignored string   `json:"ignored,omitempty"`
	Levels  []string `json:"levels,omitempty"` // in order of appearance; also of text that began as levels
	Height  int      `json:"height,omitempty"`
	Width   int      `json:"width,omitempty"`
	Cols    int      `json:"cols,omitempty"`  // of sparse rows
	Space   string   `json:"space,omitempty"` // of their columns
	Names   bool     `json:"names,omitempty"` // of their columns, in a chunk behind the rows
	Facts   Facts    `json:"facts"`
}

// Facts are what one pass finds out about all rows of a column.
type Facts struct {
	Missing int     `json:"missing"`
	Min     float64 `json:"min"` // of numbers; 0 where there are none
	Max     float64 `json:"max"`
	Counts  []int   `json:"counts,omitempty"`  // rows of each level
	Entries int     `json:"entries,omitempty"` // of sparse rows, in all
	Stray   int     `json:"stray,omitempty"`   // cells that are missing as they are not of the column's kind
}

// check refuses a schema that no writer makes.
func (s *cacheSchema) check() error {
	if len(s.Columns) == 0 || len(s.Columns) > maxColumns {
		return fmt.Errorf("%d columns", len(s.Columns))
	}
	names := make(map[string]bool, len(s.Columns))
	for i := range s.Columns {
		c := &s.Columns[i]
		if names[c.Name] {
			return fmt.Errorf("two columns called %q", c.Name)
		}
		names[c.Name] = true
		if !slices.Contains([]Kind{Number, Category, Text, Image, Sparse}, c.Kind.storage()) {
			return fmt.Errorf("column %q of kind %v", c.Name, c.Kind)
		}
		if c.Kind == Image && (c.Height < 1 || c.Width < 1 || c.Height > 1<<15 || c.Width > 1<<15) {
			return fmt.Errorf("images of %d×%d pixels", c.Height, c.Width)
		}
		if c.Kind == Sparse && (c.Cols < 0 || c.Cols > MaxSparseCols || c.Facts.Entries < 0) {
			return fmt.Errorf("sparse rows of %d columns with %d entries", c.Cols, c.Facts.Entries)
		}
		if c.Kind.storage() == Category && len(c.Facts.Counts) != len(c.Levels) {
			return fmt.Errorf("column %q with %d levels and %d counts", c.Name, len(c.Levels), len(c.Facts.Counts))
		}
	}
	for i := range s.Columns {
		if c := &s.Columns[i]; c.Names && (c.Kind != Sparse || c.Space != "") {
			return fmt.Errorf("column %q of kind %v with names in the namespace %q", c.Name, c.Kind, c.Space)
		}
	}
	for _, n := range s.Groups {
		if n < 1 || n > maxGroup {
			return fmt.Errorf("a group of %d rows", n)
		}
	}
	return nil
}

// rank is the place of each level among all in order, and the levels in that
// order.
func (c *cacheColumn) rank() (place []int32, sorted []string) {
	if c.Kind == Boolean {
		return truthPlaces(c.Levels)
	}
	order := make([]int, len(c.Levels))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compareLevels(c.Levels[a], c.Levels[b]) })
	place, sorted = make([]int32, len(order)), make([]string, len(order))
	for at, i := range order {
		place[i], sorted[at] = int32(at), c.Levels[i]
	}
	return place, sorted
}

// identity is 32 bytes that stand for files and options.
type identity [identitySize]byte
