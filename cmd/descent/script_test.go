package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"descent/internal/reference"
)

// TestMain lets scripts run this very binary as the command descent.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"descent": func() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs the whole program: one script for each thing a user does,
// messages and exit statuses included. Beside the usual commands a script has
//
//	exits STATUS COMMAND ...         run a command that ends with this exit status
//	json PATH                        the last output is JSON and has this value
//	json PATH OP VALUE [TOLERANCE]   and compares so: == != <= >=, or ~ for numbers
//	                                 that agree relative to the tolerance (1e-4)
//	shares COUNT                     the last output is JSON with so many minima,
//	                                 whose shares sum to 1
//
// where PATH is like metrics.accuracy or minima.0.value. $DESCENT_DATA is the
// folder of reference data, $NIST that of certified fits.
func TestScripts(t *testing.T) {
	folder := reference.Path(t)
	nist, err := filepath.Abs(filepath.Join("..", "..", "optim", "testdata", "nist"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"json":   jsonValue,
			"shares": shares,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv(reference.Env, folder)
			env.Setenv("NIST", nist)
			return nil
		},
	})
}

// exits runs a command and wants its exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND ...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s ended with exit status %d, want %d", args[1], got, want)
	}
}

// shares wants a number of minima whose shares sum to 1.
func shares(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: shares COUNT")
	}
	var doc struct{ Minima []struct{ Share float64 } }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &doc))
	sum := 0.0
	for _, m := range doc.Minima {
		sum += m.Share
	}
	if got := strconv.Itoa(len(doc.Minima)); got != args[0] || math.Abs(sum-1) > 1e-12 {
		ts.Fatalf("%s minima whose shares sum to %v, want %s and 1", got, sum, args[0])
	}
}

// jsonValue looks at a value of the last output.
func jsonValue(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 && (neg || len(args) != 3 && len(args) != 4) {
		ts.Fatalf("usage: [!] json PATH or json PATH OP VALUE [TOLERANCE]")
	}
	var doc any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &doc))
	got, found := lookUp(doc, args[0])
	if len(args) == 1 {
		if found == neg {
			ts.Fatalf("%s: found %t", args[0], found)
		}
		return
	}
	if !found {
		ts.Fatalf("there is no %s", args[0])
	}
	tolerance := 1e-4
	if len(args) == 4 {
		var err error
		tolerance, err = strconv.ParseFloat(args[3], 64)
		ts.Check(err)
	}
	ok, err := compares(got, args[1], args[2], tolerance)
	ts.Check(err)
	if !ok {
		ts.Fatalf("%s is %v, want %s %s", args[0], got, args[1], args[2])
	}
}

// lookUp follows a path of names and indices. A name that holds dots itself is
// found, too.
func lookUp(v any, path string) (any, bool) {
	switch c := v.(type) {
	case map[string]any:
		if w, ok := c[path]; ok {
			return w, true
		}
		for name, w := range c {
			if rest, ok := strings.CutPrefix(path, name+"."); ok {
				return lookUp(w, rest)
			}
		}
	case []any:
		head, rest, more := strings.Cut(path, ".")
		i, err := strconv.Atoi(head)
		if err != nil || i < 0 || i >= len(c) {
			return nil, false
		}
		if !more {
			return c[i], true
		}
		return lookUp(c[i], rest)
	}
	return nil, false
}

// compares holds a JSON value to a text.
func compares(got any, op, text string, tolerance float64) (bool, error) {
	switch op {
	case "==":
		return fmt.Sprint(got) == text, nil
	case "!=":
		return fmt.Sprint(got) != text, nil
	}
	v, number := got.(float64)
	want, err := strconv.ParseFloat(text, 64)
	if err != nil || !number {
		return false, err
	}
	switch op {
	case "<=":
		return v <= want, nil
	case ">=":
		return v >= want, nil
	case "~":
		return math.Abs(v-want) <= tolerance*math.Max(math.Abs(want), tolerance), nil
	}
	return false, fmt.Errorf("unknown comparison %s", op)
}
