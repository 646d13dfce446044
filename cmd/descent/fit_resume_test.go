package main

import (
	"testing"

	"github.com/spf13/cobra"
)

// TestCheckpointsOfResumes: a fit that goes on writes checkpoints as often as it
// did, or as is asked now, be that as often as when nothing is asked.
func TestCheckpointsOfResumes(t *testing.T) {
	parse := func(args ...string) (*fitFlags, *cobra.Command) {
		f, cmd := new(fitFlags), &cobra.Command{}
		f.register(cmd)
		if err := cmd.ParseFlags(args); err != nil {
			t.Fatal(err)
		}
		return f, cmd
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--resume", "run"}, "20"},
		{[]string{"--resume", "run", "--checkpoint-every", "1m"}, "1m"},
		{[]string{"--resume", "run", "--checkpoint-every", "7"}, "7"},
	} {
		begun, _ := parse("--checkpoint-every", "20")
		asked, cmd := parse(c.args...)
		if err := asked.checkResume(cmd, nil); err != nil {
			t.Fatal(err)
		}
		if begun.heed(asked); begun.every != c.want {
			t.Errorf("%q: every %s, want %s", c.args, begun.every, c.want)
		}
	}
}
