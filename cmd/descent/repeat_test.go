package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestRepeat fits in a dozen ways, builds each command anew from config.json
// alone, and wants the same bytes of the model.
func TestRepeat(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var rows, lines strings.Builder
	rows.WriteString("# made for a test\n")
	for i := range 120 {
		fault := ""
		if i == 70 {
			fault = ",9"
		}
		fmt.Fprintf(&rows, "%d,%g,%d,%s%s\n", i%7, float64(i*i%31)/3, 2+i%5, []string{"a", "b, c", ""}[i%2*(1+i%3%2)], fault)
		fmt.Fprintf(&lines, "%d %d |f w%d x:%d |g w%d\n", 2*(i%2)-1, 1+i%3, i%5, i%4, i%3)
	}
	quoted := strings.ReplaceAll(rows.String(), "b, c", `"b, c"`)
	table, words := file("rows.csv", quoted), file("lines.vw", lines.String())
	decay := file("decay.csv", "x,y\n0,3.1\n1,2\n2,1.4\n3,1.1\n4,0.9\n5,0.8\n")
	for _, args := range [][]string{
		{"sample:penguins", "--target", "species"},
		{"sample:penguins", "--target", "species", "--model", "mlp:5:tanh:dropout=0.1", "--epochs", "4", "--lr", "0.01", "--schedule", "warmup:5,cosine", "--wrap", "ema:0.9", "--batch", "16", "--seed", "7", "--patience", "2"},
		{"sample:penguins", "--target", "sex", "--features", "body_mass_g,flipper_length_mm,island*species", "--types", "island=category", "--missing", "mean", "--class-weight", "balanced", "--validation", "0.3"},
		{"sample:penguins", "--target", "body_mass_g", "--scale", "minmax,bill_length_mm=log", "--missing", "median,sex=drop", "--loss", "huber:2", "--l1", "0.01", "--l2", "0.1"},
		{"sample:mpg", "--target", "mpg", "--method", "adamw", "--set", "beta1=0.8", "--set", "beta2=0.99", "--epochs", "5", "--weight-decay", "0.01", "--clip", "1", "--accumulate", "2", "--skip-batches", "1"},
		{"sample:mpg", "--target", "mpg", "--model", "mlp:6,4", "--method", "adam", "--epochs", "3", "--group", "*.bias:lr=0.01", "--group", "layer1.*:lr=0.02", "--freeze", "layer2.weight", "--clip-rows", "2"},
		{"sample:iris", "--target", "species", "--cv", "3", "--l2", "0", "--grad-tol", "1e-5", "--validation", "none"},
		{decay, "--target", "y", "--model", "a*exp(-b*x) + c", "--start", "a=2,b=0.4", "--bounds", "a=0:5,c=0:"},
		{table, "--target", "n", "--names", "n,v,w,l", "--header", "no", "--skip", "1", "--on-error", "skip", "--sample-weight", "w", "--model", "poisson"},
		{table, "--target", "n,v", "--names", "n,v,w,l", "--header", "no", "--skip", "1", "--on-error", "skip", "--types", "w=category", "--missing", `"l=b, c"`},
		{words, "--method", "ftrl", "--epochs", "2", "--lr", "0.1", "--l2", "0.001"},
		{"sample:mpg", "--target", "mpg", "--validation", "sample:mpg", "--loss", "quantile:0.9"},
		{"sample:penguins", "--target", "species", "--memory", "2GB", "--threads", "1", "--model", "softmax", "--epochs", "20", "--checkpoint-every", "5"},
	} {
		first, second := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")
		model := fitInto(t, slices.Concat([]string{"fit"}, args), first)
		raw, err := os.ReadFile(filepath.Join(first, "config.json"))
		if err != nil {
			t.Fatal(err)
		}
		var config struct{ Command []string }
		if err := json.Unmarshal(raw, &config); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(model, fitInto(t, config.Command, second)) {
			t.Errorf("%q gives another model than %q", config.Command, args)
		}
		again, err := os.ReadFile(filepath.Join(second, "config.json"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(raw, again) {
			t.Errorf("%q: config.json says something else the second time", config.Command)
		}
		if slices.ContainsFunc(config.Command, func(arg string) bool {
			return strings.HasPrefix(arg, "--threads") || strings.HasPrefix(arg, "--out") || strings.HasPrefix(arg, "--checkpoint")
		}) {
			t.Errorf("%q holds what the model does not depend on", config.Command)
		}
	}
}

// fitInto runs a fit and returns the bytes of its model.
func fitInto(t *testing.T, args []string, dir string) []byte {
	t.Helper()
	var out, messages bytes.Buffer
	if status := run(slices.Concat(args, []string{"--quiet", "--out", dir}), nil, &out, &messages); status != exitDone && status != exitShort {
		t.Fatalf("%q: exit status %d: %s", args, status, &messages)
	}
	model, err := os.ReadFile(filepath.Join(dir, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	return model
}
