package main

import (
	"bytes"
	"encoding/csv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// besideModel are the flags that the model does not depend on.
var besideModel = map[string]bool{
	"resume": true, "threads": true, "time": true, "json": true, "quiet": true, "plot": true, "checkpoint-every": true, "out": true,
	"force": true, "dry-run": true, "find-lr": true, "check-gradient": true, "cache": true,
}

// repeatable is the command that makes the same model again, of one that was
// given: its data file, and the flags that matter to the model, each in one
// argument.
func repeatable(args []string) []string {
	cmd, f := &cobra.Command{}, new(fitFlags)
	f.register(cmd)
	if len(args) == 0 || cmd.ParseFlags(args[1:]) != nil || cmd.Flags().NArg() != 1 {
		return nil
	}
	out := []string{args[0], cmd.Flags().Arg(0)}
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if !besideModel[flag.Name] {
			for _, value := range flagValues(flag.Value) {
				out = append(out, "--"+flag.Name+"="+value)
			}
		}
	})
	return out
}

// flagValues are the texts that give a flag its value, one for each time that it
// must stand there.
func flagValues(v pflag.Value) []string {
	list, several := v.(pflag.SliceValue)
	switch {
	case !several:
		return []string{v.String()}
	case v.Type() == "stringArray":
		return list.GetSlice()
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(list.GetSlice()); err != nil {
		return nil // a buffer takes all
	}
	w.Flush()
	return []string{strings.TrimSuffix(b.String(), "\n")}
}
