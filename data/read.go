package data

import "io"

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
