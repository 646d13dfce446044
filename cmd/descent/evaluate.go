package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

type evaluateFlags struct {
	table tableFlags
	json  bool
	quiet bool
}

func (a *app) evaluateCommand() *cobra.Command {
	var f evaluateFlags
	cmd := &cobra.Command{
		Use:   "evaluate RUN DATA",
		Short: "Measure a trained model on rows whose target is known",
		Long: `Compare the predictions of a model with the target column of DATA. DATA needs
the target and the columns that the model was trained on, in any order; it may
be - for standard input. Rows without a target are left out, and counted.

Exit status: 0 done, 1 failed (no model, unreadable data, missing columns), 2
wrong usage.`,
		Example: `  descent evaluate runs/penguins-species more.csv
  descent evaluate digits t10k-images-idx3-ubyte.gz --json`,
		Args: exactly(2, "a run folder and a data file", "descent evaluate runs/penguins-species more.csv"),
		RunE: func(_ *cobra.Command, args []string) error { return a.evaluate(args[0], args[1], &f) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	fl.BoolVar(&f.json, "json", false, "print one JSON object")
	f.table.register(cmd)
	fl.BoolVar(&f.quiet, "quiet", false, "no notes on standard error")
	return cmd
}

func (a *app) evaluate(run, path string, f *evaluateFlags) error {
	m, t, err := a.modelAndRows(run, path, &f.table)
	if err != nil {
		return err
	}
	e, err := m.Evaluate(t)
	if err != nil {
		return err
	}
	if !f.quiet {
		a.notes(append(t.Notes, e.Notes...))
	}
	if f.json {
		return writeJSON(a.out, e)
	}
	fmt.Fprintf(a.out, "%s of %s, target %s\n", count(e.Rows, "row"), t.Name, strings.Join(m.Targets(), ", "))
	printMetrics(a.out, e.Metrics)
	printTargets(a.out, e.Targets)
	if e.Confusion != nil {
		printConfusion(a.out, e.Confusion, e.Metrics)
	}
	return nil
}
