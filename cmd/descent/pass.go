package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/internal/nearname"
	"descent/train"
)

// passFlags say how rows pass by a model.
type passFlags struct {
	table   tableFlags
	threads int
	memory  string
	json    bool
	quiet   bool
}

func (f *passFlags) register(cmd *cobra.Command, json string) {
	fl := cmd.Flags()
	f.table.register(cmd)
	fl.IntVar(&f.threads, "threads", 0, "processors to use (default: all); the result does not depend on it")
	fl.StringVar(&f.memory, "memory", "auto", "memory for the whole process, as in 512MB (default: as much as some rows at a time need)")
	fl.BoolVar(&f.json, "json", false, json)
	fl.BoolVar(&f.quiet, "quiet", false, "no notes on standard error")
	completeBy(cmd, "threads", completeThreads)
}

// passing is a model and the files that pass by it.
type passing struct {
	model  *train.Model
	files  train.Files
	memory int64 // 0: not bounded
}

// open reads the model, and settles how the file is read.
func (f *passFlags) open(a *app, run, path string) (*passing, error) {
	read, err := f.table.options()
	if err != nil {
		return nil, usage(err)
	}
	p := &passing{files: train.Files{Paths: []string{path}, Read: read}}
	if f.threads < 0 {
		return nil, usagef("--threads: found %d, expected a number of processors", f.threads)
	}
	p.files.Read.Threads, p.files.Read.Stdin = f.threads, a.in
	if f.memory != "auto" {
		if p.memory, err = memoryLimit(f.memory); err != nil {
			return nil, usage(err)
		}
	}
	if _, err := os.Stat(run); errors.Is(err, fs.ErrNotExist) {
		return nil, noRun(run)
	}
	p.model, err = train.Load(run)
	return p, err
}

// pass calls read, which reads the file, until a signal ends the program: what
// waits for a pipe that says nothing is left behind.
func (a *app) pass(path string, read func() error) error {
	done := make(chan error, 1)
	go func() { done <- read() }()
	select {
	case err := <-done:
		return withFlags(err)
	case <-a.stop:
		return fmt.Errorf("%w while %s was read", errInterrupted, data.InputName(path))
	}
}

// notes prints what was noticed, on standard error.
func (a *app) notes(list []string) {
	for _, n := range list {
		fmt.Fprintf(a.err, "note: %s\n", n)
	}
}

// noRun says that there is no such run folder, and which there are.
func noRun(name string) error {
	runs, _ := filepath.Glob(filepath.Join("runs", "*"))
	text := fmt.Sprintf("there is no run folder %s", name)
	if len(runs) > 0 {
		text += "; in runs there are " + listNames(runs)
	}
	return errors.New(text + nearname.Hint(name, runs))
}
