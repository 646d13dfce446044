package data

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// strayFile is a table of numbers, dates and truth values with a word in one
// column of one row, as text or as lines of JSON objects.
func strayFile(t *testing.T, objects bool, names []string, column, at, rows int) string {
	var b strings.Builder
	if !objects {
		b.WriteString(strings.Join(names, ",") + "\n")
	}
	for row := range rows {
		cells := []string{fmt.Sprint(row % 7), "1.5", "2024-02-03", fmt.Sprint(row % 3), []string{"no", "yes"}[row%2]}
		if row == at {
			cells[column] = "zonk"
		}
		if !objects {
			b.WriteString(strings.Join(cells, ",") + "\n")
			continue
		}
		for i, cell := range cells {
			fmt.Fprintf(&b, "%s%q: %q", map[bool]string{true: "{", false: ", "}[i == 0], names[i], cell)
		}
		b.WriteString("}\n")
	}
	path := filepath.Join(t.TempDir(), "rows")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestNeededColumns: a word in a column that is not needed is a missing value, in
// the first rows, behind them and in a later file, in memory and in a cache; in
// one that is needed it is a fault. A cache that has such cells is of no use to
// whoever needs the column.
func TestNeededColumns(t *testing.T) {
	names, rows := []string{"x", "number", "day", "count", "truth"}, 15000
	for _, objects := range []bool{false, true} {
		for column := range names {
			for _, at := range []int{3, 14500} {
				path := strayFile(t, objects, names, column, at, rows)
				good := strayFile(t, objects, names, 0, -1, 100)
				opts := ReadOptions{Needed: []string{"x"}}
				files := []string{path}
				if column == 4 { // the first file settles that they are truth values
					files, opts.Types = []string{good, path}, map[string]Kind{"truth": Boolean}
				}
				table, err := ReadFiles(files, opts)
				cache := filepath.Join(t.TempDir(), "cache")
				cacheErr := WriteCache(cache, files, opts, 0, nil)
				if column == 0 {
					for _, err := range []error{err, cacheErr} {
						if err == nil || !strings.Contains(err.Error(), "zonk") {
							t.Errorf("objects %v, row %d: the error is %v", objects, at, err)
						}
					}
					continue
				}
				if err != nil || cacheErr != nil {
					t.Fatalf("objects %v, %s in row %d: %v, %v", objects, names[column], at, err, cacheErr)
				}
				c := table.Columns[column]
				row := table.Rows - rows + at
				if v := c.Cell(row); c.Kind.storage() == Number && !math.IsNaN(c.Numbers[row]) || c.Kind.storage() == Category && c.Codes[row] >= 0 {
					t.Errorf("objects %v, %s in row %d: %v", objects, names[column], at, v)
				}
				opened, err := OpenCache(cache, files, opts, 0)
				if err != nil {
					t.Fatal(err)
				}
				if f := opened.Facts[column]; f.Missing != 1 || f.Stray != 1 {
					t.Errorf("objects %v, %s in row %d: the cache says %+v", objects, names[column], at, f)
				}
				opened.Close()
				opts.Needed = []string{"x", names[(column+1)%len(names)]}
				if other, err := OpenCache(cache, files, opts, 0); err != nil {
					t.Errorf("a cache is of no use to whoever needs other columns: %v", err)
				} else {
					other.Close()
				}
				opts.Needed = []string{"x", names[column]}
				if _, err := OpenCache(cache, files, opts, 0); !errors.Is(err, ErrStale) {
					t.Errorf("a cache with a cell that was not read is taken by who needs it: %v", err)
				}
			}
		}
	}
}
