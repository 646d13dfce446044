package data

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestParquetAgainstArrow reads the files that Arrow wrote in many forms: each
// value as it says, or the refusal that is named.
func TestParquetAgainstArrow(t *testing.T) {
	dir := filepath.Join("testdata", "parquet")
	text, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]struct {
		Refuse  string
		Columns map[string][]any
	}
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	if len(expected) < 30 {
		t.Fatalf("only %d files", len(expected))
	}
	for name, want := range expected {
		types := map[string]Kind{}
		for c, values := range want.Columns {
			for _, v := range values {
				if _, word := v.(string); word {
					types[c] = Category
				}
			}
		}
		table, err := Read(filepath.Join(dir, name+".parquet"), ReadOptions{Types: types})
		if want.Refuse != "" {
			if err == nil || !strings.Contains(err.Error(), want.Refuse) {
				t.Errorf("%s: %v, want %s", name, err, want.Refuse)
			}
			continue
		}
		if err != nil || len(table.Columns) != len(want.Columns) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for column, values := range want.Columns {
			c, err := table.Column(column)
			if err != nil || table.Rows != len(values) {
				t.Errorf("%s: %d rows, want %d: %v", name, table.Rows, len(values), err)
				continue
			}
			for row, v := range values {
				same := c.Missing(row)
				switch v := v.(type) {
				case float64:
					same = c.Numbers != nil && math.Float64bits(c.Numbers[row]) == math.Float64bits(v)
				case string:
					same = c.Cell(row) == v
				}
				if !same {
					t.Errorf("%s: %s in row %d is %q, want %v", name, column, row+1, c.Cell(row), v)
					break
				}
			}
		}
	}
}
