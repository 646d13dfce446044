package data

import (
	"bufio"
	"errors"
	"slices"
	"strings"
	"testing"
)

func sparseFrom(text string) (*SparseTable, error) {
	return readSparse("x", bufio.NewReader(strings.NewReader(text)))
}

func TestReadSparse(t *testing.T) {
	for _, text := range []string{
		"1 1:0.5 3:-2e3\n-1\n\n+1 2:1 # a remark\n",
		"1 |f 1:0.5 3:-2e3\r\n-1 |f\r\n+1 | 2:1",
		"1\t1:0.5  3:-2e3  4:0\n-1 \n+1 2:1",
	} {
		s, err := sparseFrom(text)
		if err != nil {
			t.Fatal(err)
		}
		if s.Rows != 3 || !slices.Equal(s.Start, []int64{0, 2, 2, 3}) || !slices.Equal(s.Index, []int32{1, 3, 2}) ||
			!slices.Equal(s.Value, []float64{0.5, -2000, 1}) || !slices.Equal(s.Label, []float64{1, -1, 1}) || s.Cols < 4 {
			t.Errorf("%q gives %+v", text, s)
		}
	}
}

func TestReadSparseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "x: no row of the form",
		"1 1:2\nyes 1:2":     `x:2:1: found "yes", expected a number as the label`,
		"1 1:2 1:3":          "x:1:7: index 1 comes after index 1; indices must increase",
		"1 -1:2":             `found "-1:2", expected index:value`,
		"1 1.5:2":            `found "1.5:2", expected index:value`,
		"1 word:2":           `found "word:2", expected index:value`,
		"1 2":                `found "2", expected index:value`,
		"1 1:":               `x:1:5: found "", expected a number`,
		"1 1:nan":            `found "nan", expected a number`,
		"1 999999999999:1":   "expected index:value with an index from 0 to",
		"inf 1:1":            "expected a number as the label",
		"1 1:1 2:1e999":      `found "1e999", expected a number`,
		"1 1:2 |second 2:1":  `found "|second", expected index:value`,
		"1 1:2\n1 1:2\n1 x:": "x:3:3:",
	} {
		_, err := sparseFrom(text)
		var fault *Error
		if err == nil || !strings.Contains(err.Error(), want) || !errors.As(err, &fault) {
			t.Errorf("%q: %v, want …%s…", text, err, want)
		}
	}
}

func FuzzReadSparse(f *testing.F) {
	f.Add("1 1:0.5 3:-2e3\n-1\n")
	f.Add("1 |f 9:1e-5 # x\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := sparseFrom(text)
		if err != nil {
			return
		}
		if len(s.Start) != s.Rows+1 || len(s.Label) != s.Rows || int(s.Start[s.Rows]) != len(s.Index) || len(s.Index) != len(s.Value) {
			t.Fatalf("%q gives %+v", text, s)
		}
		for i := range s.Rows {
			row := s.Index[s.Start[i]:s.Start[i+1]]
			for k, j := range row {
				if int(j) >= s.Cols || k > 0 && row[k-1] >= j {
					t.Fatalf("%q gives row %v", text, row)
				}
			}
		}
	})
}
