package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"descent/train"
)

// defaultEvery is the default of --checkpoint-every.
const defaultEvery = "1m"

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
	if err != nil {
		return err
	}
	if here, err := os.Getwd(); err == nil && folder != "" && here != folder {
		return fmt.Errorf("the fit in %s was begun in %s, and its files are named from there; go there first", f.resume, folder)
	}
	begun := new(fitFlags)
	cmd := &cobra.Command{}
	begun.register(cmd)
	if len(command) == 0 || cmd.ParseFlags(command[1:]) != nil || cmd.Flags().NArg() != 1 {
		return fmt.Errorf("the checkpoint in %s does not say how the fit was begun; begin it anew", f.resume)
	}
	begun.resumed, begun.out, begun.force = true, f.resume, false
	if f.every != defaultEvery {
		begun.every = f.every
	}
	begun.threads, begun.limit, begun.json, begun.quiet, begun.plot = f.threads, f.limit, f.json, f.quiet, f.plot
	a.args = command
	return a.fit(ctx, cmd.Flags().Arg(0), begun)
}
