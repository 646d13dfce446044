package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"descent/train"
)

// checkpoints reads --checkpoint-every.
func (f *fitFlags) checkpoints() (c train.Checkpoints, err error) {
	if f.every == "never" || f.every == "none" {
		return c, nil
	}
	if n, err := strconv.Atoi(f.every); err == nil && n > 0 {
		return train.Checkpoints{Steps: n}, nil
	}
	d, err := time.ParseDuration(f.every)
	if err != nil || d <= 0 {
		return c, fmt.Errorf("--checkpoint-every: found %q, expected a time such as 30s, a number of steps, or never", f.every)
	}
	return train.Checkpoints{Every: d}, nil
}

// besideResume are the flags that may stand beside --resume: the others are
// those that the fit was begun with.
var besideResume = map[string]bool{"resume": true, "threads": true, "time": true, "json": true, "quiet": true, "plot": true, "checkpoint-every": true}

// checkResume refuses what would not be heeded.
func (f *fitFlags) checkResume(cmd *cobra.Command, args []string) (err error) {
	if len(args) > 0 {
		return usage(fmt.Errorf("--resume goes on with the data file that the fit was begun with, so %s means nothing; leave it out", args[0]))
	}
	f.everyGiven = cmd.Flags().Changed("checkpoint-every")
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if !besideResume[flag.Name] && err == nil {
			err = usage(fmt.Errorf("--resume goes on with the flags that the fit was begun with, so --%s means nothing; leave it out", flag.Name))
		}
	})
	return err
}

// resumeFit goes on with the fit of a run folder.
func (a *app) resumeFit(ctx context.Context, f *fitFlags) error {
	command, folder, err := train.Unfinished(f.resume)
	switch {
	case errors.Is(err, train.ErrFinished):
		return a.finished(f, err)
	case err != nil:
		return err
	}
	begun := new(fitFlags)
	cmd := &cobra.Command{}
	begun.register(cmd)
	if len(command) == 0 || cmd.ParseFlags(command[1:]) != nil || cmd.Flags().NArg() != 1 {
		return fmt.Errorf("the checkpoint in %s does not say how the fit was begun; begin it anew", f.resume)
	}
	begun.resumed, begun.out, begun.force = true, f.resume, false
	begun.heed(f)
	a.args = command
	begun.named = cmd.Flags().Arg(0)
	input, err := findFrom(begun.named, folder, f.resume)
	if err != nil {
		return err
	}
	if begun.validationFile() {
		if begun.validation, err = findFrom(begun.validation, folder, f.resume); err != nil {
			return fmt.Errorf("--validation: %w", err)
		}
	}
	return a.fit(ctx, input, begun)
}

// heed takes what may be asked anew of a fit that goes on.
func (f *fitFlags) heed(asked *fitFlags) {
	if asked.everyGiven {
		f.every = asked.every
	}
	f.threads, f.limit, f.json, f.quiet, f.plot = asked.threads, asked.limit, asked.json, asked.quiet, asked.plot
}

// finished says that there is nothing left to do, which is no failure: whoever
// resumes until it succeeds, as after each stop of a machine, is done.
func (a *app) finished(f *fitFlags, why error) error {
	if f.json {
		return writeJSON(a.out, object{{"run", f.resume}, {"status", "finished"}, {"reason", message(why)}})
	}
	a.out.say("%s; nothing was done.", sentence(message(why)))
	return nil
}

// findFrom finds a data file that was named in the folder where the fit began:
// there, or at the same place seen from here, in case all was moved.
func findFrom(path, folder, run string) (string, error) {
	if path == "-" || strings.HasPrefix(path, "sample:") {
		return path, nil
	}
	there := path
	if !filepath.IsAbs(path) && folder != "" {
		there = filepath.Join(folder, path)
	}
	if here, err := os.Getwd(); err == nil && (here == folder || folder == "") {
		there = path
	}
	for _, p := range []string{there, path} {
		if found, err := filepath.Glob(p); err == nil && len(found) > 0 {
			return p, nil
		}
		if _, err := os.Stat(p); err == nil {
			return p, nil // whose name has signs of a pattern
		}
	}
	return "", fmt.Errorf("the fit in %s reads %s, which is not there any more: put the same file back, then resume; its checkpoint stays as it is", run, there)
}
