package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"descent/optim"
)

// goLooking are names that mean something to a Go programmer alone: of packages
// and types, and in CamelCase.
var goLooking = regexp.MustCompile(`\*?\b(optim|train|descent|graph|model)\.[A-Z]\w*|\b\w*[a-z][A-Z]\w*|\[float(32|64)\]|\b(GD|LBFGS|SVRG|SAGA|FISTA|ASGD|EMA|SAM|BFGS|LARS|LAMB|FTRL|Adam|Clip|Mean|Mechanic|Centralise|Lookahead|Projected|Noise|Muon|Newton)\b (cannot|needs|and|both|is|has)`)

// known are words of others that look so.
var known = strings.NewReplacer("PyTorch", "", "ScheduleFree", "")

// Whatever is refused, for whatever method: the sentence has the names of
// 'descent methods', and says what to try.
func TestRefusalsNameMethodsAsPeopleDo(t *testing.T) {
	table := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(table, []byte("x,z,y\n1,2,2\n2,1,3.5\n3,5,6\n4,3,8.1\n5,4,9.7\n6,8,12.2\n7,6,14\n8,9,16.1\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	refused := 0
	try := func(args ...string) {
		var out, errs bytes.Buffer
		status := run(append(args, "--quiet"), os.Stdin, &out, &errs)
		text := errs.String()
		if status == exitUsage || status == exitFailed {
			refused++
		}
		if strings.Contains(text, "panic") || status == exitUsage && !advises(text) {
			t.Errorf("%v: %s", args, text)
		}
		if found := goLooking.FindString(known.Replace(strings.ReplaceAll(text+out.String(), table, "t.csv"))); found != "" {
			t.Errorf("%v says %q: %s%s", args, found, text, out.String())
		}
	}
	fit := []string{"fit", table, "--target", "y", "--epochs", "2", "--dry-run", "--method"}
	wraps := optim.WrapNames()
	for n, m := range optim.Methods[float64]() {
		small := []string{"minimize", "(x-1)^2+y^2", "--start", "x=3,y=1", "--max-iter", "2", "--method", m.Name}
		try(small...) // without residuals, parts or deviations
		try(append(slices.Clone(small), "--bounds", "x=0:5")...)
		try(append(slices.Clone(small), "--lr", "0.1")...)
		try(append(slices.Clone(small), "--schedule", "cosine")...)
		try(append(slices.Clone(small), "--set", "nothing=1")...)
		for k := range 3 {
			try(append(slices.Clone(small), "--wrap", wraps[(3*n+k)%len(wraps)])...)
		}
		try(append(slices.Clone(small), "--wrap", "ema", "--wrap", "mean")...)
		for _, more := range [][]string{{"--l1", "0.1"}, {"--loss", "mae"}, {"--model", "a*x+b", "--bounds", "a=0:1"}, {"--model", "mlp:4"}, {"--wrap", "lookahead"},
			{"--batch", "4"}, {"--freeze", "bias"}, {"--group", "bias:lr=0.1"}, {"--grad-tol", "1e-3"}, {"--clip-rows", "1"}, {"--weight-decay", "0.1"}} {
			try(append(append(slices.Clone(fit), m.Name), more...)...)
		}
	}
	if refused < 300 {
		t.Errorf("only %d refusals were read", refused)
	}
}

// advises says whether a sentence says what to try or what there is.
func advises(text string) bool {
	return slices.ContainsFunc([]string{"; use ", "; try ", "leave ", "; give ", "choose ", "it has ", "; there is", "; there are", "or use ", "no settings", "; fit", "; set ", "expected "},
		func(s string) bool { return strings.Contains(text, s) })
}
