package main

import (
	"runtime"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"descent/data"
	"descent/internal/nearname"
	"descent/optim"
)

var shells = []string{"bash", "zsh", "fish", "powershell"}

// completionCommand prints the script that lets a shell complete commands,
// flags and their values.
func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the script that lets a shell complete commands, flags and values",
		Long: `Print a script for bash, zsh, fish or powershell. Have the shell run it at its
start, for example with the line

  bash        source <(descent completion bash)         in ~/.bashrc
  zsh         source <(descent completion zsh)          in ~/.zshrc, after compinit
  fish        descent completion fish | source          in ~/.config/fish/config.fish
  powershell  descent completion powershell | Out-String | Invoke-Expression   in $PROFILE`,
		Example:           "  source <(descent completion bash)",
		Args:              exactly(1, "a shell: "+strings.Join(shells, ", "), "descent completion bash"),
		ValidArgsFunction: cobra.FixedCompletions(shells, cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.out, true)
			case "zsh":
				return root.GenZshCompletion(a.out)
			case "fish":
				return root.GenFishCompletion(a.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.out)
			}
			return usagef("unknown shell %q; the shells are %s%s", args[0], strings.Join(shells, ", "), nearname.Hint(args[0], shells))
		},
	}
}

// complete offers the values of a flag to the shell.
func complete(cmd *cobra.Command, flag string, values []string) {
	completeBy(cmd, flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// completeBy offers what a function finds.
func completeBy(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // the flag does not exist: a mistake of ours
	}
}

// completeTable offers the data sets of the program, and files.
func completeTable(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, name := range data.SampleNames() {
		names = append(names, "sample:"+name)
	}
	return names, cobra.ShellCompDirectiveDefault
}

// completePictures offers the files whose names --plot takes.
func completePictures(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"svg", "png"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeSettings offers the hyperparameters of the method that --method
// names, or of all.
func completeSettings(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	chosen, _ := cmd.Flags().GetString("method")
	var out []string
	seen := map[string]bool{}
	for _, m := range optim.Methods[float64]() {
		if one, err := optim.Find[float64](chosen); err == nil && one.Name != m.Name {
			continue
		}
		for _, s := range m.Settings {
			if !seen[s.Name] {
				seen[s.Name] = true
				out = append(out, s.Name+"=\t"+s.Meaning)
			}
		}
	}
	return out, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// completeThreads offers one thread up to one for each processor.
func completeThreads(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	counts := make([]string, runtime.NumCPU())
	for i := range counts {
		counts[i] = strconv.Itoa(i + 1)
	}
	return counts, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// methodNames are the values of --method.
func methodNames() []string {
	names := []string{"auto"}
	for _, m := range optim.Methods[float64]() {
		names = append(names, m.Name)
	}
	return names
}
