package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// doubled refuses a flag that is given twice with different values, where only
// one can count. Flags that add up, such as --set, may be repeated.
func doubled(root *cobra.Command, args []string) (cmd *cobra.Command, err error) {
	cmd, rest, unknown := root.Find(args)
	if unknown != nil {
		return root, nil // said elsewhere
	}
	seen := map[string]string{}
	for i := 0; i < len(rest) && rest[i] != "--"; i++ {
		name, long := strings.CutPrefix(rest[i], "--")
		if !long {
			continue
		}
		name, value, given := strings.Cut(name, "=")
		f := cmd.Flags().Lookup(name)
		switch {
		case f == nil || slices.Contains([]string{"stringArray", "stringSlice"}, f.Value.Type()):
			if f != nil && !given {
				i++
			}
			continue
		case !given && f.NoOptDefVal != "":
			value = f.NoOptDefVal
		case !given && i+1 < len(rest):
			i++
			value = rest[i]
		}
		former, twice := seen[name]
		if twice && former != value {
			return cmd, usagef("--%s is given twice, as %s and as %s; leave one out", name, former, value)
		}
		seen[name] = value
	}
	return cmd, nil
}
