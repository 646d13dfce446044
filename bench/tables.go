package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// tableColumns is the number of columns of floating-point numbers in the tables
// that are read.
const tableColumns = 28

// A made table is reproducible to the byte: row i is drawn from a PCG generator
// with the seeds (its kind, i), so that any row can be made again by itself.
//
//   - digits17: columns f0, …, f27 of normal numbers times powers of ten from -3 to
//     3, written with 17 significant digits, as programs write float64 for others;
//   - decimals6: normal numbers with six digits behind the point, as %.6f does;
//   - logistic: a column "label" of 0 and 1, then 28 normal features that share
//     four factors, with six digits behind the point. The log odds of label 1 are
//     linear in the features, with weights from -0.7 to 0.65 in steps of 0.05.
type tableKind uint64

const (
	digits17 tableKind = iota + 1
	decimals6
	logistic
)

func (k tableKind) String() string {
	return [...]string{"", "17 digits", "6 decimals", "logistic"}[k]
}

// row makes row i: the values, the label of logistic tables, and the text of
// the line, which goes behind text.
func (k tableKind) row(i int, values *[tableColumns]float64, text []byte) []byte {
	rng := rand.New(rand.NewPCG(uint64(k), uint64(i)))
	if k == logistic {
		label := logisticRow(rng, values)
		text = append(text, "01"[label], ',')
	}
	for j := range values {
		switch k {
		case digits17:
			values[j] = rng.NormFloat64() * math.Pow10(rng.IntN(7)-3)
			text = strconv.AppendFloat(text, values[j], 'g', 17, 64)
		case decimals6:
			values[j] = math.Round(rng.NormFloat64()*1e6) / 1e6
			fallthrough
		default:
			text = strconv.AppendFloat(text, values[j], 'f', 6, 64)
		}
		text = append(text, ',')
	}
	text[len(text)-1] = '\n'
	return text
}

// logisticRow draws features and label.
func logisticRow(rng *rand.Rand, values *[tableColumns]float64) (label int) {
	var factors [4]float64
	for f := range factors {
		factors[f] = rng.NormFloat64()
	}
	odds := -0.3
	for j := range values {
		v := 0.6*factors[j%len(factors)] + 0.8*rng.NormFloat64()
		values[j] = math.Round(v*1e6) / 1e6
		odds += 0.05 * float64(j-14) * values[j]
	}
	if rng.Float64() < 1/(1+math.Exp(-odds)) {
		label = 1
	}
	return label
}

func (k tableKind) header() []byte {
	var names []byte
	if k == logistic {
		names = append(names, "label,"...)
	}
	for j := range tableColumns {
		names = fmt.Appendf(names, "f%d,", j)
	}
	names[len(names)-1] = '\n'
	return names
}

// table is the path of a made table without its ending: .csv is the text, .npy
// the float64 values that it was written from, row by row. It is made when a row
// wants it, and removed with the bench.
func (b *bench) table(kind tableKind) (string, error) {
	if err := b.makeFolder(); err != nil {
		return "", err
	}
	path := filepath.Join(b.folder, strconv.Itoa(int(kind)))
	if _, err := os.Stat(path + ".csv"); err == nil {
		return path, nil
	}
	return path, b.makeTable(kind, path)
}

// makeFolder makes the folder of what is made, once.
func (b *bench) makeFolder() (err error) {
	if b.folder == "" {
		b.folder, err = os.MkdirTemp("", "bench")
	}
	return err
}

func (b *bench) makeTable(kind tableKind, path string) (err error) {
	text, err := createBuffered(path + ".csv")
	if err != nil {
		return err
	}
	numbers, err := createBuffered(path + ".npy")
	if err != nil {
		return err
	}
	text.Write(kind.header())
	numbers.Write(npyHeader(b.rows))
	var values [tableColumns]float64
	var line []byte
	for i := range b.rows {
		line = kind.row(i, &values, line[:0])
		text.Write(line)
		if err := binary.Write(numbers, binary.LittleEndian, values[:]); err != nil {
			return err
		}
	}
	if err := text.close(); err != nil {
		return err
	}
	return numbers.close()
}

// npyHeader begins a NumPy file of rows of float64: version 1.0 of the format,
// whose header ends on a multiple of 64 bytes.
func npyHeader(rows int) []byte {
	head := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }", rows, tableColumns)
	const before = 10
	head = fmt.Sprintf("%-*s\n", 128-before-1, head)
	return append(binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(head))), head...)
}

// bufferedFile is a file whose errors come out when it is closed.
type bufferedFile struct {
	*bufio.Writer
	file *os.File
}

func createBuffered(path string) (*bufferedFile, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &bufferedFile{bufio.NewWriterSize(f, 1<<20), f}, nil
}

func (b *bufferedFile) close() error {
	if err := b.Flush(); err != nil {
		b.file.Close()
		return err
	}
	return b.file.Close()
}
