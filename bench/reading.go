package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"descent/data"
	"descent/internal/numtext"
)

// readingSection compares reading files of numbers into columns of float64, from
// the page cache. The remark says whether all values are those that the file was
// written from.
func readingSection(b *bench) {
	const title = "Reading a table of 28 columns of floats"
	type peerOf struct {
		name, with string
		threads    int
	}
	for _, kind := range []tableKind{digits17, decimals6} {
		for _, p := range []peerOf{
			{"pandas' C engine, round_trip", "pandas round_trip", 1},
			{"pandas' C engine, round_trip", "pandas round_trip", 2},
			{"pandas' C engine, its default precision", "pandas high", 1},
			{"pyarrow.csv", "pyarrow", 1},
			{"pyarrow.csv", "pyarrow", 2},
		} {
			b.readingRow(title+" from CSV", kind, ".csv", p.with, fmt.Sprintf("%v, against %s, threads %d", kind, p.name, p.threads), p.threads)
		}
	}
	for _, n := range []int{1, 2} {
		b.readingRow(title+" from binary files", digits17, ".npy", "npy", fmt.Sprintf("NumPy array, against numpy.load, threads %d", n), n)
		b.readingRow(title+" from binary files", digits17, ".parquet", "parquet", fmt.Sprintf("Parquet as pyarrow writes it, against pyarrow, threads %d", n), n)
	}
}

// readingRow is one row: ours with n threads, the peer with as many where it has
// them.
func (b *bench) readingRow(title string, kind tableKind, ending, with, name string, n int) {
	if !b.only.MatchString(title + " " + name) {
		return
	}
	path, err := b.table(kind)
	if err == nil && ending == ".parquet" {
		_, err = b.ask(threads(n, ""), request{"op": "make_parquet", "path": path})
	}
	size := int64(0)
	if info, e := os.Stat(path + ending); e == nil {
		size = info.Size()
	}
	b.section(title, "peer", []row{{
		name: name, env: threads(n, ""),
		peer: request{"op": "read_table", "path": path, "ending": ending, "with": with},
		ours: func() (float64, string, error) {
			if err != nil {
				return 0, "", err
			}
			return readTable(kind, path+ending, n)
		},
		rate: func(seconds float64) string {
			return numtext.Short(float64(size)/seconds/1e6, 3) + " MB/s"
		},
	}})
}

// readTable is the time to read a made table, and how many values are others
// than those it was made of.
func readTable(kind tableKind, path string, n int) (float64, string, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	debug.FreeOSMemory() // an earlier table is none of this one's business
	began := time.Now()
	t, err := data.Read(path, data.ReadOptions{Threads: n})
	seconds := time.Since(began).Seconds()
	if err != nil {
		return 0, "", err
	}
	var values [tableColumns]float64
	var line []byte
	wrong := 0
	for i := range t.Rows {
		line = kind.row(i, &values, line[:0])
		for j, v := range values {
			if t.Columns[j].Numbers[i] != v {
				wrong++
			}
		}
	}
	return seconds, exactness(wrong, t.Rows*tableColumns), nil
}

func exactness(wrong, all int) string {
	if wrong == 0 {
		return "exact"
	}
	return fmt.Sprintf("%d of %d values differ", wrong, all)
}
