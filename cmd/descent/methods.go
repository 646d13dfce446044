package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"descent/optim"
)

func (a *app) methodsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "methods [NAME]",
		Short: "List the methods, or explain one",
		Long: `Without a name: every method in a line, by families. With one: its update rule in plain
symbols, its hyperparameters with their defaults, when to use it, what it needs,
the paper, and the convention that it follows where other programs differ.`,
		Example: "  descent methods\n  descent methods adam",
		Args:    between(0, 1, "at most one name", "descent methods adam"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return methodNames()[1:], cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				a.listMethods()
				return nil
			}
			m, err := optim.Find[float64](args[0])
			if err != nil {
				return usage(err)
			}
			a.explainMethod(m)
			return nil
		},
	}
}

// listMethods prints a line for each method, by families.
func (a *app) listMethods() {
	methods, width := optim.Methods[float64](), 0
	for _, m := range methods {
		width = max(width, len(m.Name))
	}
	family := ""
	for _, m := range methods {
		if m.Family != family {
			if family != "" {
				fmt.Fprintln(a.out)
			}
			family = m.Family
			a.out.headline("1", family, "")
		}
		a.out.item(fmt.Sprintf("  %-*s  ", width, m.Name), m.Summary)
	}
	fmt.Fprintln(a.out)
	a.out.say("'descent methods NAME' prints the update rule, the defaults, when to use it and the paper.")
}

func (a *app) explainMethod(m optim.Method[float64]) {
	w := a.out
	w.say("%s: %s", m.Name, m.Summary)
	fmt.Fprintln(w)
	fact := func(label, text string) { w.item(fmt.Sprintf("  %-8s  ", label), text) }
	label := "Update"
	for part := range strings.SplitSeq(m.Update, ";  ") {
		fact(label, part)
		label = ""
	}
	fact("Use", m.When)
	fact("Needs", m.Needs)
	fact("Paper", m.Paper)
	if m.Convention != "" {
		fact("Peers", m.Convention)
	}
	if len(m.Aliases) > 0 {
		fact("Also", strings.Join(m.Aliases, ", "))
	}
	if len(m.Settings) == 0 {
		return
	}
	fmt.Fprintln(w)
	w.say("Hyperparameters (--set name=value; the rate also as --lr)")
	for _, s := range m.Settings {
		w.item(fmt.Sprintf("  %-16s  %-8s  ", s.Name, s.Text(s.Default)), s.Meaning)
	}
}
