package main

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// The sparse rows that are made: so many of them (the flag -sparse-rows), with
// sparsePairs of sparseFeatures features each, in the format of LIBSVM. Row i is
// drawn from a PCG generator with the seeds (sparseSeed, i), so that any row can
// be made again by itself.
//
// Feature j, from 1 on, is ⌊sparseFeatures·u²⌋ + 1 for u uniform in [0, 1), drawn
// until there are 75 different ones: some are in most rows and most in few, as
// words are. Values are |N(0, 1)|, divided by their Euclidean norm, with six
// digits behind the point. The log odds of the label 1 are 6 times the product of
// the row and the weights N(0, 1) of the features, feature j's drawn with the
// seeds (sparseSeed + 1, j); all other labels are -1.
const (
	sparseFeatures = 50_000
	sparsePairs    = 75
	sparseSeed     = 77
)

// sparseFile is the path of the made file of sparse rows.
func (b *bench) sparseFile() (string, error) {
	if err := b.makeFolder(); err != nil {
		return "", err
	}
	path := filepath.Join(b.folder, "sparse.libsvm")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	text, err := createBuffered(path)
	if err != nil {
		return "", err
	}
	weights := make([]float64, sparseFeatures+1)
	for j := range weights {
		weights[j] = rand.New(rand.NewPCG(sparseSeed+1, uint64(j))).NormFloat64()
	}
	var line []byte
	for i := range b.sparseRows {
		line = sparseRow(i, weights, line[:0])
		text.Write(line)
	}
	return path, text.close()
}

// sparseRow appends the text of row i.
func sparseRow(i int, weights []float64, text []byte) []byte {
	rng := rand.New(rand.NewPCG(sparseSeed, uint64(i)))
	var index [sparsePairs]int
	var value [sparsePairs]float64
	seen := make(map[int]bool, sparsePairs)
	squares := 0.0
	for k := range index {
		for index[k] == 0 || seen[index[k]] {
			u := rng.Float64()
			index[k] = int(sparseFeatures*u*u) + 1
		}
		seen[index[k]] = true
		value[k] = math.Abs(rng.NormFloat64())
		squares += value[k] * value[k]
	}
	slices.Sort(index[:])
	odds := 0.0
	for k, j := range index {
		value[k] = math.Round(value[k]/math.Sqrt(squares)*1e6) / 1e6
		odds += 6 * weights[j] * value[k]
	}
	label := "-1"
	if rng.Float64() < 1/(1+math.Exp(-odds)) {
		label = "1"
	}
	text = append(text, label...)
	for k, j := range index {
		text = append(text, ' ')
		text = strconv.AppendInt(text, int64(j), 10)
		text = append(text, ':')
		text = strconv.AppendFloat(text, value[k], 'f', 6, 64)
	}
	return append(text, '\n')
}
