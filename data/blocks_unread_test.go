package data

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUnreadColumns: columns whose values nobody asks for may hold anything, in the
// first rows or behind them; those that are asked for may not, and the error does
// not speak of kinds, which the model has settled.
func TestUnreadColumns(t *testing.T) {
	names := []string{"x", "number", "day", "truth", "target"}
	expect := map[string]Kind{"x": Number, "target": Boolean}
	for _, objects := range []bool{false, true} {
		for column := range names {
			for _, at := range []int{3, 29000} {
				var b strings.Builder
				if !objects {
					b.WriteString(strings.Join(names, ",") + "\n")
				}
				for row := range 30000 {
					cells := []string{fmt.Sprint(row % 7), "1.5", "2024-02-03", "true", "yes"}
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
				opts := ReadOptions{Expect: expect, Unread: []string{"target"}}
				var rows []string
				_, err := InBlocks([]string{path, path}, opts, BlockSize{}, func(t *Table) ([]string, error) {
					return cellsOf(t, map[string]Kind{"x": Number}), nil
				}, func(more []string) error { rows = append(rows, more...); return nil })
				switch {
				case column > 0 && (err != nil || len(rows) != 60000 || !strings.Contains(rows[59999], `x:number="4"`)):
					t.Errorf("objects %v, %s in row %d: %d rows, %v", objects, names[column], at, len(rows), err)
				case column == 0 && (err == nil || !strings.Contains(err.Error(), "zonk") || strings.Contains(err.Error(), "category")):
					t.Errorf("objects %v, row %d: the error is %v", objects, at, err)
				}
			}
		}
	}
}
