package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"descent/internal/nearname"
)

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

// message is an error as a person reads it: the names of the packages that the
// text passed through mean nothing at a command line.
func message(err error) string {
	parts := strings.Split(err.Error(), ": ")
	parts = slices.DeleteFunc(parts, func(p string) bool {
		switch p {
		case "descent", "optim", "data", "plot", "graph", "model", "loss", "param", "train", "safetensors", "atomicfile":
			return true
		}
		return false
	})
	return strings.Join(parts, ": ")
}

// exactly demands n arguments and says which.
func exactly(n int, what, example string) cobra.PositionalArgs {
	return between(n, n, what, example)
}

// between demands from least to most arguments and says which.
func between(least, most int, what, example string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= least && len(args) <= most {
			return nil
		}
		err := fmt.Sprintf("%s: expected %s, found %s", cmd.Name(), what, count(len(args), "argument"))
		if len(args) > most {
			err += ": " + strings.Join(quoted(args), " ")
		}
		return usagef("%s; for example: %s", err, example)
	}
}

func quoted(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = "'" + w + "'"
	}
	return out
}

// knownCommand refuses a first word that is no command.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if strings.ContainsAny(args[0], "^*+()=/") {
		return usagef("%q is no command; to minimise a formula: descent minimize '%s'", args[0], args[0])
	}
	var names []string
	hint := ""
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
		if strings.HasPrefix(c.Name(), args[0]) {
			hint = fmt.Sprintf("; did you mean %q?", c.Name())
		}
	}
	if hint == "" {
		hint = nearname.Hint(args[0], names)
	}
	return usagef("unknown command %q; the commands are %s%s", args[0], strings.Join(names, ", "), hint)
}

// helpCommand prints the help of a command, and refuses what is none.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			if sub, _, err := cmd.Root().Find(args); err != nil || sub == cmd.Root() {
				return knownCommand(cmd.Root(), args)
			}
			return nil
		},
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) (names []string, _ cobra.ShellCompDirective) {
			for _, c := range cmd.Root().Commands() {
				if c.IsAvailableCommand() {
					names = append(names, c.Name()+"\t"+c.Short)
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			sub, _, err := cmd.Root().Find(args)
			if err != nil {
				return usage(err)
			}
			return sub.Help()
		},
	}
}

// flagError says what is wrong with a flag: which is near, or what its value
// should be.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		return usage(unknownFlag(cmd, unknown))
	case errors.As(err, &missing):
		return usagef("--%s needs a value: %s", missing.GetFlag().Name, expected(missing.GetFlag()))
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		return usagef("--%s: found %q, expected %s", f.Name, invalid.GetValue(), expected(f))
	}
	return usage(err)
}

// afterFlags checks arguments once no flag has swallowed the next one as its
// value, which leaves arguments behind that nobody meant.
func afterFlags(args cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, list []string) (err error) {
		cmd.Flags().Visit(func(f *pflag.Flag) {
			value := f.Value.String()
			if many, ok := f.Value.(pflag.SliceValue); ok && len(many.GetSlice()) > 0 {
				value = many.GetSlice()[0]
			}
			name, found := strings.CutPrefix(value, "--")
			name, _, _ = strings.Cut(name, "=")
			if found && cmd.Flags().Lookup(name) != nil {
				err = usagef("--%s needs a value: %s; found the flag --%s in its place", f.Name, expected(f), name)
			}
		})
		if err != nil || args == nil {
			return err
		}
		return args(cmd, list)
	}
}

func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	if short := err.GetSpecifiedShortnames(); short != "" {
		return fmt.Errorf("unknown flag -%s; flags are written with two dashes, and a formula that begins with a minus sign after --", short)
	}
	name := err.GetSpecifiedName()
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := nearname.Of(name, names); near != "" {
		return fmt.Errorf("unknown flag --%s; did you mean --%s?", name, near)
	}
	return fmt.Errorf("unknown flag --%s; the flags of %s are --%s", name, cmd.Name(), strings.Join(names, ", --"))
}

// expected is what the value of a flag looks like.
func expected(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return "true or false"
	case "int":
		return "a whole number"
	case "uint64":
		return "a whole number from 0"
	case "float64":
		return "a number"
	case "duration":
		return "a time with its unit, such as 30s, 5m or 1h30m"
	}
	_, text := pflag.UnquoteUsage(f)
	return strings.ReplaceAll(text, "\n", " ")
}

// separateFormula lets a formula begin with a minus sign: an argument such as
// -x^2 would be taken for a flag, so it is moved behind a --. Values of flags
// stay where they are.
func separateFormula(root *cobra.Command, args []string) []string {
	cmd, rest, err := root.Find(args)
	if err != nil || cmd.Name() != "minimize" {
		return args
	}
	for i := 0; i < len(rest); i++ {
		a := rest[i]
		switch {
		case a == "--":
			return args
		case strings.HasPrefix(a, "--"):
			f := cmd.Flags().Lookup(a[2:])
			if f != nil && f.NoOptDefVal == "" {
				i++ // the next argument is its value
			}
		case len(a) > 1 && a[0] == '-' && a != "-h":
			moved := append(slices.Clone(args[:len(args)-len(rest)]), rest[:i]...)
			return append(append(moved, rest[i+1:]...), "--", a)
		}
	}
	return args
}
