package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/internal/reference"
)

// updateDatasets writes docs/datasets.md anew:
//
//	go test ./cmd/descent -run TestDataSets -update-datasets
var updateDatasets = flag.Bool("update-datasets", false, "write docs/datasets.md anew")

// datasets are real tables as found, each with a target and the flags it needs.
var datasets = []struct{ file, target, flags string }{
	{"libsvm/a9a.gz", "label", ""}, {"libsvm/abalone.trn.gz", "label", ""}, {"libsvm/heart_scale", "label", ""},
	{"libsvm/reuters.trn.gz", "label", ""}, {"libsvm/svmguide1", "0", ""}, {"libsvm/vw-rcv1_small.dat.gz", "label", ""},
	{"seaborn/anscombe.csv", "y", ""}, {"seaborn/diamonds.csv.gz", "price", ""}, {"seaborn/geyser.csv", "kind", ""},
	{"seaborn/mpg.csv", "mpg", ""}, {"seaborn/penguins.csv", "species", ""}, {"seaborn/tips.csv", "tip", ""},
	{"seaborn/titanic.csv", "survived", "--features pclass,sex,age,sibsp,parch,fare,embarked"},
	{"sklearn/breast_cancer.csv", "c31", ""}, {"sklearn/diabetes_data_raw.csv.gz", "c10", ""}, {"sklearn/digits.csv.gz", "c65", "--model softmax"},
	{"sklearn/iris.csv", "c5", "--model softmax"}, {"sklearn/wine_data.csv", "c14", "--model softmax"},
	{"statsmodels/anes96.csv", "PID", ""}, {"statsmodels/committee.csv", "BILLS104", "--model poisson"},
	{"statsmodels/cpunish.csv", "EXECUTIONS", "--model poisson"}, {"statsmodels/engel.csv", "foodexp", ""},
	{"statsmodels/longley.csv", "TOTEMP", ""}, {"statsmodels/randhie.csv.gz", "mdvis", "--model poisson"},
	{"statsmodels/scotvote.csv", "YES", ""}, {"statsmodels/spector.csv", "GRADE", ""}, {"statsmodels/stackloss.csv", "STACKLOSS", ""},
	{"statsmodels/star98.csv", "MATHTOT", ""},
	{"uci/abalone.csv", "c9", ""}, {"uci/adult-train.csv.gz", "c15", ""}, {"uci/auto_imports.csv", "c26", ""},
	{"uci/bank-full.csv.gz", "c18", ""}, {"uci/banknote_authentication.csv", "c5", ""},
	{"uci/bike-day.csv", "cnt", "--types casual=ignore,registered=ignore"}, {"uci/breast-cancer.csv", "c10", ""},
	{"uci/california-housing.csv.gz", "median_house_value", ""}, {"uci/concrete.csv", "Concrete compressive strength(MPa, megapascals)", ""},
	{"uci/haberman.csv", "c4", ""}, {"uci/horse-colic.csv", "c24", ""}, {"uci/ionosphere.csv", "c35", ""}, {"uci/isl-default.csv", "default", ""},
	{"uci/sms-spam.tsv.gz", "c1", "--types c2=text"}, {"uci/sonar.csv", "c61", ""}, {"uci/spambase.csv.gz", "is_spam", ""}, {"uci/winequality-red.csv", "c12", ""},
}

// fitted is what the test reads of a fit.
type fitted struct {
	Model      string
	Rows       int
	Validation int `json:"validation_rows"`
	Features   int
	Loss       struct{ Train, Validation, Baseline *float64 }
	Metrics    map[string]float64
	Baseline   struct{ Metrics map[string]float64 }
	Seconds    float64
	CV         *struct{ Mean, Baseline map[string]float64 }
}

// fewRows is below how many rows a table is judged by five folds: a fifth of it
// would leave the verdict to chance.
const fewRows = 1000

// fitDataSet fits a table, and says what came of it.
func fitDataSet(t *testing.T, args []string) (r fitted, err error) {
	var out, messages bytes.Buffer
	args = append(slices.Clone(args), "--json", "--quiet", "--out", filepath.Join(t.TempDir(), "run"))
	if status := run(args, nil, &out, &messages); status != exitDone {
		return r, fmt.Errorf("exit status %d: %s", status, &messages)
	}
	return r, json.Unmarshal(out.Bytes(), &r)
}

// TestDataSets fits each real table as it was found, wants it to beat its
// baseline on rows held out, and holds docs/datasets.md to what does not depend on the machine.
func TestDataSets(t *testing.T) {
	if len(datasets) < 40 {
		t.Fatalf("only %d tables", len(datasets))
	}
	var sure, lines []string
	for _, d := range datasets {
		args := append([]string{"fit", reference.Path(t, append([]string{"tabular"}, strings.Split(d.file, "/")...)...)}, strings.Fields(d.flags)...)
		args = append(args, "--target", d.target)
		r, err := fitDataSet(t, args)
		if err != nil {
			t.Errorf("%s: %v", d.file, err)
			continue
		}
		judged, loss, base := "a fifth", r.Loss.Validation, r.Loss.Baseline
		if n := r.Rows + r.Validation; n < fewRows {
			seconds := r.Seconds
			if r, err = fitDataSet(t, append(args, "--cv", "5")); err != nil || r.CV == nil {
				t.Errorf("%s: %v", d.file, err)
				continue
			}
			mean, constant := r.CV.Mean["loss"], r.CV.Baseline["loss"]
			judged, loss, base = "5 folds", &mean, &constant
			r.Metrics, r.Baseline.Metrics, r.Seconds = r.CV.Mean, r.CV.Baseline, seconds
		}
		if loss == nil || base == nil || !(*loss < *base) {
			t.Errorf("%s: the loss %v on rows that were held out is not below that of the baseline, %v", d.file, orNaN(loss), orNaN(base))
			continue
		}
		metric := "r2"
		if _, ok := r.Metrics["accuracy"]; ok {
			metric = "accuracy"
		}
		row := fmt.Sprintf("| %s | %d | %d | %s | %s | %s | %s |", d.file, r.Rows+r.Validation, r.Features, d.target, code(d.flags), r.Model, judged)
		sure = append(sure, row)
		lines = append(lines, fmt.Sprintf("%s %.4g | %.4g | %s %.3g | %.3g | %.2f |", row, *loss, *base, metric, r.Metrics[metric], r.Baseline.Metrics[metric], r.Seconds))
	}
	page := filepath.Join("..", "..", "docs", "datasets.md")
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(text), tableBegin)
	_, after, found := strings.Cut(rest, tableEnd)
	if !found {
		t.Fatalf("%s has no table between %s and %s", page, tableBegin, tableEnd)
	}
	if *updateDatasets {
		head := "| set | rows | features | target | flags | model | judged on | loss | baseline | metric | baseline | seconds |\n|---|--:|--:|---|---|---|---|--:|--:|---|--:|--:|\n"
		text := before + tableBegin + "\n" + head + strings.Join(lines, "\n") + "\n" + tableEnd + after
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	stated := strings.Split(strings.TrimSpace(rest), "\n")
	for _, row := range sure {
		if !slices.ContainsFunc(stated, func(s string) bool { return strings.HasPrefix(s, row) }) {
			t.Errorf("docs/datasets.md does not have %s; write it anew: go test ./cmd/descent -run TestDataSets -update-datasets", row)
		}
	}
}

const (
	tableBegin = "<!-- table -->"
	tableEnd   = "<!-- end -->"
)

// orNaN is what a pointer points to, NaN where it is nil.
func orNaN(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// code is a text as code in Markdown, nothing where there is none.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}
