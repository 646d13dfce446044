package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/internal/nearname"
)

// tableFlags say how a file of rows is to be read.
type tableFlags struct {
	header string
	skip   int
	names  []string
	fault  string
}

var faultChoices = []string{"stop", "skip"}

var headerChoices = []string{"auto", "yes", "no"}

func (f *tableFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.header, "header", "auto", "whether the first line names the columns: auto, yes or no")
	fl.IntVar(&f.skip, "skip", 0, "lines to skip at the top of the file")
	fl.StringSliceVar(&f.names, "names", nil, "names of the columns, instead of the file's")
	fl.StringVar(&f.fault, "on-error", "stop", "what to do with a row that cannot be read: stop, or skip and count it")
	complete(cmd, "header", headerChoices)
	complete(cmd, "on-error", faultChoices)
}

func (f *tableFlags) options() (o data.ReadOptions, err error) {
	o = data.ReadOptions{Skip: f.skip, Names: f.names}
	switch f.header {
	case "auto":
	case "yes":
		o.Header = data.HeaderYes
	case "no":
		o.Header = data.HeaderNo
	default:
		return o, notAmong("--header", f.header, headerChoices)
	}
	if o.SkipFaults = f.fault == "skip"; !o.SkipFaults && f.fault != "stop" {
		return o, notAmong("--on-error", f.fault, faultChoices)
	}
	if f.skip < 0 {
		return o, fmt.Errorf("--skip: found %d, expected a number of lines", f.skip)
	}
	return o, nil
}

// notAmong refuses a value that is none of the choices, and names the nearest.
func notAmong(flag, value string, choices []string) error {
	return fmt.Errorf("%s: found %q, expected one of %s%s", flag, value, strings.Join(choices, ", "), nearname.Hint(value, choices))
}

// readTable reads rows, and adds to an error the flags that settle what it
// leaves open.
func (a *app) readTable(path string, o data.ReadOptions) (*data.Table, error) {
	o.Stdin = a.in
	var t *data.Table
	read := make(chan error, 1)
	go func() { // which is left behind where a pipe has nothing to say
		var err error
		t, err = data.Read(path, o)
		read <- err
	}()
	select {
	case err := <-read:
		return t, withFlags(err)
	case <-a.stop:
		return nil, fmt.Errorf("%w while %s was read; nothing is written", errInterrupted, data.InputName(path))
	}
}

// errInterrupted is the error of a command that Ctrl-C or SIGTERM ended.
var errInterrupted = errors.New("interrupted")

// withFlags adds to an error of reading the flags that settle what it leaves
// open.
func withFlags(err error) error {
	var fault *data.Error
	if errors.Is(err, data.ErrTypes) {
		return usage(fmt.Errorf("--types: %w", err))
	}
	if !errors.As(err, &fault) {
		return err
	}
	var flags []string
	for _, f := range []struct{ advice, flag string }{
		{"as a category", "--types " + quoteShell(fault.Column) + "=category"},
		{"names the columns", "--header yes"},
		{"skip it", "--skip LINES"},
		{"skip such rows", "--on-error skip"},
		{"names of your own", "--names a,b,..."},
	} {
		if strings.Contains(fault.Try, f.advice) {
			flags = append(flags, f.flag)
		}
	}
	if flags == nil {
		return err
	}
	return fmt.Errorf("%w (%s)", err, strings.Join(flags, ", "))
}
