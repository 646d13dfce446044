package data

import (
	"fmt"
	"io"
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
	Stdin     io.Reader       // what "-" reads; nil: the process's standard input
}

// Read reads a table from a file, from standard input ("-") or from the
// embedded samples ("sample:penguins"), packed with gzip or not.
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
// IDX files (MNIST) become a column "image" or "label"; beside a file
// "…images-idx3…" the file "…labels-idx1…" is read too.
func Read(path string, opts ReadOptions) (*Table, error) {
	if !slices.Contains([]byte{0, ',', '\t', ';', ' '}, opts.Separator) {
		return nil, fmt.Errorf("data: %q cannot separate fields; choose comma, tab, semicolon or blank", opts.Separator)
	}
	content, name, err := load(path, opts.Stdin)
	if err != nil {
		return nil, err
	}
	if isIDX(content) {
		return readIDX(path, name, content, opts)
	}
	content, err = checkText(name, content)
	if err != nil {
		return nil, err
	}
	return readText(name, content, opts)
}

// kind is the kind that the options give a column, Guess where they do not.
func (o ReadOptions) kind(name string) Kind {
	if k, ok := o.Types[name]; ok {
		return k
	}
	return o.Expect[name]
}

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
			return err
		}
	}
	return nil
}
