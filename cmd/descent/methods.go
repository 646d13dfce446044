package main

import (
	"fmt"
	"slices"
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
the paper, and the convention that it follows where other programs differ.
Schedules of the rate and wrappers around methods are listed and explained, too.`,
		Example: "  descent methods\n  descent methods adam",
		Args:    between(0, 1, "at most one name", "descent methods adam"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return slices.Concat(methodNames()[1:], optim.ScheduleNames(), optim.WrapNames()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				a.listMethods()
				return nil
			}
			m, err := optim.Find[float64](args[0])
			if err == nil {
				a.explainMethod(m)
				return nil
			}
			if !a.explainForm(strings.ToLower(args[0])) {
				return usage(err)
			}
			return nil
		},
	}
}

// listMethods prints a line for each method, by families.
func (a *app) listMethods() {
	methods, width := optim.Methods[float64](), len("clip-adaptive")
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
	a.out.headline("1", "Schedules of the rate", " (--schedule, for methods with a rate)")
	for _, f := range optim.ScheduleForms() {
		a.out.item(fmt.Sprintf("  %-*s  ", width, f.Name), f.Summary)
	}
	fmt.Fprintln(a.out)
	a.out.headline("1", "Around a method", " (--wrap, for methods that take minibatches), from the inside out")
	for _, f := range optim.WrapForms() {
		a.out.item(fmt.Sprintf("  %-*s  ", width, f.Name), f.Summary)
	}
	fmt.Fprintln(a.out)
	a.out.say("'descent methods NAME' prints the update rule, the defaults, when to use it and the paper.")
}

// explainForm explains a schedule or a wrapper.
func (a *app) explainForm(name string) bool {
	for _, f := range optim.ScheduleForms() {
		if f.Name == name {
			a.printForm("--schedule", f.Name, f.Summary, [][2]string{{"Factor", f.Formula}, {"", "f multiplies the rate, or the hyperparameter named; t counts steps from 0"}}, f.Guide, f.Options)
			return true
		}
	}
	for _, f := range optim.WrapForms() {
		if f.Name == name {
			a.printForm("--wrap", f.Name, f.Summary, [][2]string{{"Update", f.Update}}, f.Guide, f.Options)
			return true
		}
	}
	return false
}

func (a *app) printForm(flag, name, summary string, facts [][2]string, g optim.Guide, options []optim.Option) {
	w := a.out
	w.say("%s: %s", name, summary)
	fmt.Fprintln(w)
	for _, f := range append(facts, [2]string{"Use", g.When}, [2]string{"Paper", g.Paper}, [2]string{"Peers", g.Convention}) {
		w.item(fmt.Sprintf("  %-8s  ", f[0]), f[1])
	}
	fmt.Fprintln(w)
	if len(options) == 0 {
		w.say("It has no settings: %s %s", flag, name)
		return
	}
	text := "by name or in this order"
	switch first := options[0]; first.Text() {
	case "off":
		text = fmt.Sprintf("by name, as in %s %s:%s", flag, name, first.Name)
	case first.Default:
		text += fmt.Sprintf(", as in %s %s:%s or %s:%s=%s", flag, name, first.Default, name, first.Name, first.Default)
	}
	w.say("Settings, %s", text)
	for _, o := range options {
		w.item(fmt.Sprintf("  %-16s  %-8s  ", o.Name, o.Text()), o.Meaning)
	}
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
