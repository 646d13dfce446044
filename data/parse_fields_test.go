package data

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestQuickRecords: a table reads the same whether its fields stand in quotes,
// where the scanner reads them one by one, or not, where many are read at once.
func TestQuickRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		columns, rows := rapid.IntRange(1, 9).Draw(t, "columns"), rapid.IntRange(30, 400).Draw(t, "rows")
		end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "line end")
		sep := rapid.SampledFrom([]string{",", "\t", ";"}).Draw(t, "separator")
		var plain, quoted strings.Builder
		for row := range rows {
			for c := range columns {
				cell := fmt.Sprintf("column %d", c)
				if row > 0 {
					cell = randomCell(rng, c, row > 10)
				}
				after := sep
				if c == columns-1 {
					after = end
				}
				plain.WriteString(cell + after)
				quoted.WriteString(`"` + cell + `"` + after)
			}
			if rng.IntN(50) == 0 {
				plain.WriteString(end) // a blank line
			}
		}
		read := func(text string) string {
			table, err := readBlocks("t", strings.NewReader(text), ReadOptions{Separator: sep[0], Header: HeaderYes, Threads: 1}, 1<<rapid.IntRange(12, 14).Draw(t, "block"))
			if err != nil {
				t.Fatal(err)
			}
			return table.Fingerprint()
		}
		if read(plain.String()) != read(quoted.String()) {
			t.Fatalf("differ: %q", plain.String())
		}
	})
}

// randomCell is a cell of column c: of numbers of some kind, or of words; now and
// then it may be missing.
func randomCell(rng *rand.Rand, c int, missing bool) string {
	v := rng.NormFloat64()
	if missing && c > 0 && rng.IntN(40) == 0 {
		return []string{"NA", "?", "nan"}[rng.IntN(3)]
	}
	switch c % 4 {
	case 0:
		return fmt.Sprintf("%.17g", v)
	case 1:
		return fmt.Sprintf("%.6f", v)
	case 2:
		return []string{"red", "green", "light blue"}[rng.IntN(3)]
	}
	return fmt.Sprintf("%.*e", rng.IntN(18), v*1e5)
}
