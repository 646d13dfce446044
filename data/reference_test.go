package data

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"descent/internal/reference"
)

// found lists real files as found with the shape that their publishers state.
// None needs an option.
var found = []struct {
	file          string
	rows, columns int
}{
	{"sklearn/iris.csv", 150, 5}, {"sklearn/wine_data.csv", 178, 14}, {"sklearn/breast_cancer.csv", 569, 31},
	{"sklearn/diabetes_data_raw.csv.gz", 442, 10}, {"sklearn/diabetes_target.csv.gz", 442, 1}, {"sklearn/digits.csv.gz", 1797, 65},
	{"uci/abalone.csv", 4177, 9}, {"uci/adult-train.csv.gz", 32561, 15}, {"uci/adult-test.csv.gz", 16281, 15},
	{"uci/banknote_authentication.csv", 1372, 5}, {"uci/sonar.csv", 208, 61}, {"uci/ionosphere.csv", 351, 35},
	{"uci/haberman.csv", 306, 4}, {"uci/breast-cancer.csv", 286, 10}, {"uci/horse-colic.csv", 300, 28},
	{"uci/auto_imports.csv", 201, 26}, {"uci/winequality-red.csv", 1599, 12}, {"uci/california-housing.csv.gz", 20640, 10},
	{"uci/concrete.csv", 1030, 9}, {"uci/bank-full.csv.gz", 45211, 18}, {"uci/spambase.csv.gz", 4601, 58},
	{"uci/sms-spam.tsv.gz", 5574, 2}, {"uci/bike-day.csv", 731, 16}, {"uci/isl-default.csv", 10000, 4},
	{"seaborn/penguins.csv", 344, 7}, {"seaborn/mpg.csv", 398, 9}, {"seaborn/titanic.csv", 891, 15}, {"seaborn/tips.csv", 244, 7},
	{"seaborn/diamonds.csv.gz", 53940, 10}, {"seaborn/geyser.csv", 272, 3}, {"seaborn/anscombe.csv", 44, 3},
	{"libsvm/svmguide1", 3089, 5}, {"libsvm/svmguide1.t", 4000, 5},
	{"statsmodels/spector.csv", 32, 5}, {"statsmodels/anes96.csv", 944, 10}, {"statsmodels/stackloss.csv", 21, 4},
	{"statsmodels/engel.csv", 235, 2}, {"statsmodels/star98.csv", 303, 22}, {"statsmodels/cpunish.csv", 17, 8},
	{"statsmodels/scotvote.csv", 32, 9}, {"statsmodels/committee.csv", 20, 7}, {"statsmodels/longley.csv", 16, 8},
	{"statsmodels/randhie.csv.gz", 20190, 10},
	{"libsvm/a9a.gz", 32561, 2}, {"libsvm/a9a.t.gz", 16281, 2}, {"libsvm/abalone.trn.gz", 4177, 2}, {"libsvm/heart_scale", 270, 2},
	{"libsvm/reuters.trn.gz", 7770, 2}, {"libsvm/reuters.tst.gz", 3299, 2}, {"libsvm/vw-rcv1_small.dat.gz", 1000, 2},
}

func TestRealFilesReadAsFound(t *testing.T) {
	for _, f := range found {
		table, err := Read(reference.Path(t, "tabular", f.file), ReadOptions{})
		if err != nil {
			t.Error(err)
			continue
		}
		if table.Rows != f.rows || len(table.Columns) != f.columns {
			t.Errorf("%s: %d rows and %d columns, want %d and %d", f.file, table.Rows, len(table.Columns), f.rows, f.columns)
		}
		if table.Columns[len(table.Columns)-1].Kind == Sparse {
			continue // no CSV holds it
		}
		back, err := reread(table)
		if err != nil || !sameColumns(table, back) {
			t.Errorf("%s: printed and read again it differs: %v", f.file, err)
		}
	}
}

// The list above must hold every table of the reference folder.
func TestNoRealFileIsForgotten(t *testing.T) {
	dir := reference.Path(t, "tabular")
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		name, err := filepath.Rel(dir, path)
		if err != nil {
			t.Fatal(err)
		}
		known := slices.ContainsFunc(found, func(f struct {
			file          string
			rows, columns int
		}) bool {
			return f.file == filepath.ToSlash(name)
		})
		switch {
		case known, filepath.Ext(name) == ".names":
		default:
			t.Errorf("%s is not tested", name)
		}
	}
}

func TestWhatRealFilesHold(t *testing.T) {
	cases := []struct {
		file, column string
		kind         Kind
		missing      int
		distinct     int
	}{
		{"seaborn/mpg.csv", "horsepower", Number, 6, 93},
		{"seaborn/mpg.csv", "name", Text, 0, 305},
		{"seaborn/titanic.csv", "age", Number, 177, 88},
		{"seaborn/titanic.csv", "deck", Category, 688, 7},
		{"seaborn/titanic.csv", "alone", Boolean, 0, 2},
		{"uci/california-housing.csv.gz", "total_bedrooms", Number, 207, 1923},
		{"uci/california-housing.csv.gz", "ocean_proximity", Category, 0, 5},
		{"uci/adult-train.csv.gz", "c15", Category, 0, 2},
		{"uci/adult-train.csv.gz", "c14", Category, 583, 41},
		{"uci/horse-colic.csv", "c1", Number, 1, 2},
		{"uci/concrete.csv", "Concrete compressive strength(MPa, megapascals)", Number, 0, 845},
		{"uci/sms-spam.tsv.gz", "c1", Category, 0, 2},
		{"uci/breast-cancer.csv", "c1", Category, 0, 6},
		{"statsmodels/spector.csv", "GRADE", Number, 0, 2},
		{"sklearn/iris.csv", "c5", Number, 0, 3},
	}
	for _, c := range cases {
		table, err := Read(reference.Path(t, "tabular", c.file), ReadOptions{})
		if err != nil {
			t.Error(err)
			continue
		}
		column, err := table.Column(c.column)
		if err != nil {
			t.Error(err)
			continue
		}
		if s := column.describe(); s.Kind != c.kind || s.Missing != c.missing || s.Distinct != c.distinct {
			t.Errorf("%s: %v; want %v, %d missing, %d different", c.file, s, c.kind, c.missing, c.distinct)
		}
	}
}

func TestMNIST(t *testing.T) {
	table, err := Read(reference.Path(t, "mnist", "t10k-images-idx3-ubyte.gz"), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if table.Rows != 10000 || !slices.Equal(table.Names(), []string{"image", "label"}) {
		t.Fatalf("%d rows of %v", table.Rows, table.Names())
	}
	image, label := table.Columns[0], table.Columns[1]
	if image.Kind != Image || image.Height != 28 || image.Width != 28 {
		t.Errorf("%v of %d×%d", image.Kind, image.Height, image.Width)
	}
	// The counts of the digits 0 to 9 in the test set are well known.
	s := label.describe()
	if want := []int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}; !slices.Equal(s.Counts, want) {
		t.Errorf("labels %v: %v, want %v", s.Levels, s.Counts, want)
	}
	// So is the first test image: a 7.
	if label.Cell(0) != "7" || !slices.Equal(image.Pixels[7*28+6:7*28+10], []byte{84, 185, 159, 151}) {
		t.Errorf("first label %s, pixels %v", label.Cell(0), image.Pixels[7*28+6:7*28+10])
	}
	number, err := Read(reference.Path(t, "mnist", "t10k-labels-idx1-ubyte.gz"), ReadOptions{Types: map[string]Kind{"label": Number}})
	if err != nil || number.Columns[0].Numbers[0] != 7 {
		t.Errorf("labels as numbers: %v", err)
	}
}

func BenchmarkReadFloats(b *testing.B) {
	var text strings.Builder
	rng := rand.New(rand.NewPCG(1, 2))
	text.WriteString("a,b,c,d,e,f,g,h\n")
	for range 100_000 {
		for k := range 8 {
			text.WriteString(strconv.FormatFloat(rng.NormFloat64(), 'g', -1, 64))
			text.WriteByte(",\n"[k/7])
		}
	}
	for _, ends := range []string{"LF", "CRLF"} {
		rows := text.String()
		if ends == "CRLF" {
			rows = strings.ReplaceAll(rows, "\n", "\r\n")
		}
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/threads=%d", ends, threads), func(b *testing.B) {
				b.SetBytes(int64(len(rows)))
				for b.Loop() {
					t, err := readText("x.csv", strings.NewReader(rows), ReadOptions{Threads: threads})
					if err != nil || t.Rows != 100_000 {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
