// Command descent minimises formulas and fits models to data files.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit statuses.
const (
	exitDone   = 0
	exitFailed = 1 // diverged, unreadable data
	exitUsage  = 2
	exitShort  = 3 // stopped before the goal: budget spent, saddle or maximum reached
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the command with its streams; it returns the exit status.
func run(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second Ctrl-C ends the process the ordinary way.
	context.AfterFunc(ctx, stop)
	a := &app{in: in, out: newScreen(out), err: newScreen(errs)}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return a.status
	}
	var usage *usageError
	fmt.Fprintf(errs, "descent: %v\n", strings.TrimPrefix(err.Error(), "descent: "))
	if errors.As(err, &usage) || !a.started {
		fmt.Fprintf(errs, "Try: %s --help\n", cmd.CommandPath())
		return exitUsage
	}
	return exitFailed
}

// app is one call of the command.
type app struct {
	in      io.Reader
	out     *screen
	err     *screen
	started bool // the arguments were understood and work began
	status  int
}

// usageError is a mistake in how the command was called.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// usage makes a mistake in the call out of an error; nil stays nil.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &usageError{err}
}

func usagef(format string, args ...any) error { return usage(fmt.Errorf(format, args...)) }

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "descent",
		Short: "Minimise formulas, fit models to data files",
		Long: `descent walks downhill: give it a formula or a data file. It derives the exact
gradient, finds a minimum, and says honestly what kind of point it reached.`,
		Example: `  descent minimize 'x^2 + x*y + y^2' --start x=3,y=-2 --explain
  descent fit sample:penguins --target species
  descent methods lbfgs`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SuggestionsMinimumDistance = 2
	root.AddCommand(a.minimizeCommand(), a.methodsCommand(), versionCommand())
	return root
}
