package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"descent/train"
)

func (a *app) evaluateCommand() *cobra.Command {
	var f passFlags
	cmd := &cobra.Command{
		Use:   "evaluate RUN DATA",
		Short: "Measure a trained model on rows whose target is known",
		Long: `Compare the predictions of a model with the target column of DATA. DATA needs
the target and the columns that the model was trained on, in any order; it may
be - for standard input. Rows without a target are left out, and counted. Rows are
read some at a time; what is kept of each is its target and what the model says.
Where that does not fit into --memory, metrics are summed up as rows pass by, and
the ROC AUC counts scores in bins.

Exit status: 0 done, 1 failed (no model, unreadable data, missing columns), 2
wrong usage.`,
		Example: `  descent evaluate runs/penguins-species more.csv
  descent evaluate digits t10k-images-idx3-ubyte.gz --json`,
		Args: exactly(2, "a run folder and a data file", "descent evaluate runs/penguins-species more.csv"),
		RunE: func(_ *cobra.Command, args []string) error { return a.evaluate(args[0], args[1], &f) },
	}
	fl := cmd.Flags()
	fl.SortFlags = false
	f.register(cmd, "print one JSON object")
	return cmd
}

func (a *app) evaluate(run, path string, f *passFlags) error {
	p, err := f.open(a, run, path)
	if err != nil {
		return err
	}
	var e *train.Evaluation
	var passed *train.Passed
	err = a.pass(path, func() (err error) {
		e, passed, err = p.model.EvaluateFiles(p.files, p.memory)
		return err
	})
	if err != nil {
		return err
	}
	if !f.quiet {
		a.notes(append(passed.Notes, e.Notes...))
	}
	if f.json {
		return writeJSON(a.out, struct {
			*train.Evaluation
			PeakMemory uint64 `json:"peak_memory_bytes"`
		}{e, train.PeakMemory()})
	}
	fmt.Fprintf(a.out, "%s of %s, target %s\n", count(e.Rows, "row"), passed.Name, strings.Join(p.model.Targets(), ", "))
	printMetrics(a.out, e.Metrics)
	printTargets(a.out, e.Targets)
	if e.Confusion != nil {
		printConfusion(a.out, e.Confusion, e.Metrics)
	}
	return nil
}
