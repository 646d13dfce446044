package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"descent/optim"
)

// Every rule minimises a formula and trains a network by name.
func TestEveryRuleOnTheCommandLine(t *testing.T) {
	for _, m := range optim.Methods[float64]() {
		if !m.FirstOrder {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			var point struct{ Value float64 }
			ask(t, &point, "minimize", "0.2*(v[1]-1)^2 + 0.1*(v[2]-v[1])^2", "--start", "v=[3,-2]",
				"--method", m.Name, "--max-iter", "400", "--json", "--quiet")
			if !(point.Value < 3.3) {
				t.Errorf("minimize ends at the value %v", point.Value)
			}
			var fit struct {
				Loss struct{ Train, Baseline float64 }
			}
			ask(t, &fit, "fit", "sample:penguins", "--target", "species", "--model", "mlp:8", "--epochs", "4",
				"--method", m.Name, "--json", "--quiet", "--out", filepath.Join(t.TempDir(), "run"))
			if !(fit.Loss.Train < 1.5*fit.Loss.Baseline) {
				t.Errorf("fit ends at the loss %v; the baseline has %v", fit.Loss.Train, fit.Loss.Baseline)
			}
		})
	}
}

// The matrices of a network follow muon, and learn.
func TestMuonFitsANetwork(t *testing.T) {
	var fit struct{ Metrics struct{ Accuracy float64 } }
	ask(t, &fit, "fit", "sample:penguins", "--target", "species", "--model", "mlp:16,8", "--epochs", "20",
		"--method", "muon", "--lr", "0.02", "--json", "--quiet", "--out", filepath.Join(t.TempDir(), "run"))
	if fit.Metrics.Accuracy < 0.95 {
		t.Errorf("accuracy %v", fit.Metrics.Accuracy)
	}
}

// ask runs the command and reads the JSON that it prints. It may end short of
// its goal, but not fail.
func ask(t *testing.T, into any, args ...string) {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(args, os.Stdin, &out, &errs); status != exitDone && status != exitShort {
		t.Fatalf("%v: exit status %d: %s%s", args, status, errs.String(), out.String())
	}
	if err := json.Unmarshal(out.Bytes(), into); err != nil {
		t.Fatalf("%v: %v in %s", args, err, out.String())
	}
	if bytes.Contains(out.Bytes(), []byte("NaN")) {
		t.Errorf("%v printed NaN: %s", args, out.String())
	}
}
