package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
)

// Header says whether the first line of a text file names the columns.
type Header uint8

const (
	// HeaderAuto decides by the values of the first line and the others.
	HeaderAuto Header = iota
	// HeaderYes takes the first line as names.
	HeaderYes
	// HeaderNo takes the first line as data; columns are called c1, c2, ...
	HeaderNo
)

// ReadOptions steers Read. The zero value guesses everything.
type ReadOptions struct {
	Separator byte            // between fields: ',', '\t', ';' or ' ' (runs of blanks); 0: found out
	Header    Header          // whether the first line names the columns
	Skip      int             // lines to skip before the first one
	Names     []string        // names to use instead of the file's
	Types     map[string]Kind // kinds to use instead of the guesses; every name must exist
	Expect    map[string]Kind // the same for names the file may lack: what a model was trained on
	Unread    []string        // columns of Expect whose values InBlocks need not hand out
	Needed    []string        // columns whose cells must be of their column's kind; in others a cell that is not is missing. nil: all
	Stdin     io.Reader       // what "-" reads; nil: the process's standard input

	SkipFaults bool // leave out rows that cannot be read, and count them in a note, instead of stopping at the first
	Threads    int  // that parse; 0: one for each processor. The table does not depend on it

	Memory int64 // bytes that WriteCache and InBlocks may take for the pages of a Parquet file and the like; 0: as many as they need

	unread func(name string) bool  // columns whose values nobody asks for: they may hold anything
	sink   sink                    // takes the rows of a text instead of a table
	lines  lines                   // takes those of a text of labels and index:value pairs
	typed  typed                   // takes those of formats that know types
	whole  func(name string) error // allows a file to be read as a whole where it must be, or refuses it
	before int                     // rows of the file before those at hand
	watch  func(n int64)           // is told how many bytes of a file were read
}

// sink reads the rows behind the settled columns of a text.
type sink func(r *textReader, f *feed, sample block, columns []*Column, l *layout, size int) error

// lines reads the rows of a text of labels and index:value pairs, in blocks of
// about size bytes.
type lines func(name string, f *feed, size int) error

// Read reads a table from a file, from standard input ("-") or from the
// embedded samples ("sample:penguins"), packed with gzip or Zstandard or not.
//
// Text files are recognised as separated by commas, tabs, semicolons or
// blanks, with or without a header, with any line ends. A cell that is empty
// or one of ? NA N/A n/a NaN nan null NULL Null is missing. Lines of blanks
// are passed over. A column whose values are all decimal numbers is a Number;
// one with few different values is a Category; other text is Text, which
// models leave out. What Read decided on its own is in the table's Notes and
// in Describe. Where one reading would be a guess against the evidence (a
// single stray word among numbers), Read returns an *Error that names the
// place and the option that settles it.
//
// Lines of labels and index:value pairs (LIBSVM, and Vowpal Wabbit where all
// features are numbers in one namespace) become the columns "label" and
// "features", which is of kind Sparse: index k is column k. Other lines of Vowpal
// Wabbit give its columns names, "namespace|feature" or "feature", sorted. Where
// lines have them, there are columns "weight", "qid", "base" and "tag", too.
//
// Lines of JSON objects are rows, too, with the keys as columns ("a.b" for the
// key b of an object a); NumPy arrays (.npy, .npz) and Parquet files bring
// their own types.
//
// IDX files (MNIST) become a column "image" or "label"; beside a file
// "…images-idx3…" the file "…labels-idx1…" is read too.
//
// A path with wildcards (*, ?, [...]) stands for all files that it matches, as
// in ReadFiles.
func Read(path string, opts ReadOptions) (*Table, error) {
	return ReadFiles([]string{path}, opts)
}

// readFile reads one file.
func readFile(path string, opts ReadOptions) (*Table, error) {
	if !slices.Contains([]byte{0, ',', '\t', ';', ' '}, opts.Separator) {
		return nil, fmt.Errorf("data: %q cannot separate fields; choose comma, tab, semicolon or blank", opts.Separator)
	}
	src, err := openWatched(path, opts.Stdin, opts.watch)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	magic, _ := src.Peek(300)
	if format := formatOf(magic); format != formatText {
		return readBinary(format, path, src, opts)
	}
	if isJSON(magic) && opts.Header != HeaderNo && opts.Separator == 0 && opts.Skip == 0 {
		return readJSON(src.name, src, opts, sampleSize)
	}
	return readLines(src, opts)
}

// fileFormat is one that knows types.
type fileFormat uint8

const (
	formatText fileFormat = iota // or none
	formatIDX
	formatNPY
	formatNPZ
	formatParquet
)

// formatOf tells a format by the first bytes of a file.
func formatOf(magic []byte) fileFormat {
	switch {
	case isIDX(magic):
		return formatIDX
	case bytes.HasPrefix(magic, []byte("\x93NUMPY")):
		return formatNPY
	case bytes.HasPrefix(magic, []byte("PAR1")):
		return formatParquet
	case bytes.HasPrefix(magic, []byte("PK\x03\x04")) && bytes.Contains(magic, []byte(".npy")):
		return formatNPZ
	}
	return formatText
}

// readBinary reads a file of a format that knows types: into memory, or for
// opts.typed, unless it must be read as a whole.
func readBinary(format fileFormat, path string, src *source, opts ReadOptions) (*Table, error) {
	open := openIDX
	switch format {
	case formatNPY:
		open = openNPY
	case formatNPZ:
		open = openNPZ
	case formatParquet:
		open = openParquet
	}
	rows, err := open(path, src, opts)
	if err == nil {
		defer rows.close()
		if opts.typed != nil && !rows.inSteps() {
			err = notInSteps(src.name)
		}
	}
	if errors.Is(err, ErrWhole) && opts.whole != nil {
		if err := opts.whole(src.name); err != nil {
			return nil, err
		}
		opts.typed, err = nil, nil
		if rows == nil {
			if rows, err = open(path, src, opts); err == nil {
				defer rows.close()
			}
		}
	}
	switch {
	case err != nil:
		return nil, err
	case opts.typed != nil:
		return nil, opts.typed(src.name, rows)
	}
	return readTyped(src.name, rows, opts)
}

// readLines reads a text: labels and index:value pairs, or a table.
func readLines(src *source, opts ReadOptions) (*Table, error) {
	open := opts.Header == HeaderAuto && opts.Separator == 0 && opts.Skip == 0 && opts.Names == nil
	sample, err := src.Peek(1 << 16)
	if opts.kind(sparseFeatures) == Sparse || open && isSparse(sample, err != nil) {
		return readSparse(src.name, src, opts, 1<<20)
	}
	return readText(src.name, src, opts)
}

// threads is how many threads parse.
func (o ReadOptions) threads() int {
	if o.Threads > 0 {
		return o.Threads
	}
	return runtime.GOMAXPROCS(0)
}

// kind is the kind that the options give a column, Guess where they do not.
func (o ReadOptions) kind(name string) Kind {
	if k, ok := o.Types[name]; ok {
		return k
	}
	return o.Expect[name]
}

// needs says whether a cell that is not of its column's kind is a fault.
func (o ReadOptions) needs(name string) bool {
	return o.Needed == nil || slices.Contains(o.Needed, name)
}

// ErrTypes is the error of ReadOptions.Types that name a column that is not
// there.
var ErrTypes = errors.New("data: a kind for a column that is not there")

// typesError is an ErrTypes that names the column.
type typesError struct{ error }

func (typesError) Is(target error) bool { return target == ErrTypes }

// checkTypes refuses kinds for columns that are not there and kinds that text
// cannot have.
func (o ReadOptions) checkTypes(t *Table) error {
	names := make([]string, 0, len(o.Types))
	for name := range o.Types {
		names = append(names, name)
	}
	slices.Sort(names) // always the same error
	for _, name := range names {
		if _, err := t.Column(name); err != nil {
			return typesError{err}
		}
	}
	return nil
}
