package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
)

// largeSeed is the seed of the columns that a large table has beside those of a
// logistic one.
const largeSeed = 9

// makeLarge writes a table of so many rows to a file: label, region (one of 40),
// device (one of 5, empty in a tenth of the rows), and the 28 features of a
// logistic table, to the byte the same in every run. 12 million rows are 3.3 GB.
func makeLarge(path string, rows int) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	defer func() {
		for _, end := range []func() error{w.Flush, f.Close} {
			if fault := end(); err == nil {
				err = fault
			}
		}
	}()
	w.WriteString("region,device,")
	w.Write(logistic.header())
	var values [tableColumns]float64
	var line []byte
	devices := []string{"phone", "tablet", "laptop", "desktop", "other"}
	for i := range rows {
		rng := rand.New(rand.NewPCG(largeSeed, uint64(i)))
		device := ""
		if rng.IntN(10) > 0 {
			device = devices[rng.IntN(len(devices))]
		}
		line = fmt.Appendf(line[:0], "region%02d,%s,", rng.IntN(40), device)
		line = logistic.row(i, &values, line)
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}
