// Command descent minimises formulas and fits models to data files.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"descent/expr"
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
	heedLimits()
	// A second Ctrl-C ends the process the ordinary way.
	context.AfterFunc(ctx, stop)
	a := &app{args: args, stop: ctx.Done(), in: in, out: newScreen(out), err: newScreen(errs)}
	root := a.root()
	root.SetArgs(separateFormula(root, args))
	root.SetIn(in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	cmd, err := doubled(root, args)
	if err == nil {
		cmd, err = root.ExecuteContextC(ctx)
	}
	if err == nil && a.out.failed != nil {
		err = fmt.Errorf("the result could not be written: %w", a.out.failed)
	}
	if err == nil {
		return a.status
	}
	var usage *usageError
	fmt.Fprintf(errs, "descent: %s\n", message(err))
	if !errors.As(err, &usage) && a.started {
		return exitFailed
	}
	if formula := (*expr.Error)(nil); !errors.As(err, &formula) {
		fmt.Fprintf(errs, "Try: %s --help\n", cmd.CommandPath())
	}
	return exitUsage
}

// app is one call of the command.
type app struct {
	args    []string
	stop    <-chan struct{} // is closed by Ctrl-C and SIGTERM
	in      io.Reader
	out     *screen
	err     *screen
	started bool // flags and arguments were understood
	status  int
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "descent",
		Short: "Minimise formulas, fit models to data files",
		Long: `descent walks downhill: give it a formula or a data file. It derives the exact
gradient, finds a minimum, and says honestly what kind of point it reached.`,
		Example: `  descent minimize 'x^2 + x*y + y^2' --start x=3,y=-2 --explain
  descent fit sample:penguins --target species
  descent methods lbfgs`,
		Version:          version,
		SilenceErrors:    true,
		SilenceUsage:     true,
		Args:             knownCommand,
		PersistentPreRun: func(*cobra.Command, []string) { a.started = true },
		RunE:             func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(helpCommand())
	root.AddCommand(a.minimizeCommand(), a.fitCommand(), a.predictCommand(), a.evaluateCommand(), a.methodsCommand(), versionCommand(), a.completionCommand())
	for _, cmd := range root.Commands() {
		cmd.Args = afterFlags(cmd.Args)
	}
	return root
}
