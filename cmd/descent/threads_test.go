package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// threadKinds are fits of all kinds. Their rows are many enough for several
// groups of chunks, private copies and blocks that are read ahead.
var threadKinds = map[string]string{
	"linear":        "rows.csv --target y --features a,b,c,city",
	"lasso":         "rows.csv --target y --features a,b,c,city --l1 0.01",
	"logistic":      "rows.csv --target class --features a,b,c,city --l2 0.001",
	"softmax":       "rows.csv --target city --features a,b,c,y --model softmax --class-weight balanced",
	"poisson":       "rows.csv --target count --features a,b,c --model poisson",
	"quantile":      "rows.csv --target y --features a,b,c --loss quantile:0.8",
	"perceptron":    "rows.csv --target y --features a,b,c,city --model mlp:24,8:tanh:layer-norm:dropout=0.2 --batch 512 --epochs 2",
	"full batch":    "rows.csv --target class --features a,b,c --model mlp:8 --batch full --method lbfgs --epochs 6",
	"muon":          "rows.csv --target y --features a,b,c,city --model mlp:32,32 --method muon --epochs 2 --wrap ema:0.9 --clip 1",
	"formula":       "rows.csv --target y --model 'k*a + m*exp(-b^2) + n' --epochs 20",
	"folds":         "rows.csv --target class --features a,b --cv 3",
	"targets":       "rows.csv --target y,count --features a,b,c --model mlp:8 --epochs 2",
	"labels":        "rows.csv --target class,other --features a,b,c",
	"text":          "words.csv --target class --types note=text --epochs 3",
	"sparse":        "rows.svm --target label --epochs 20",
	"online":        "rows.svm --target label --method normalized --lr 0.1 --l1 1e-6 --epochs 2",
	"sparse layers": "rows.svm --target label --model mlp:8 --epochs 1",
	"images":        "small-images-idx3-ubyte --target label --model mlp:16 --epochs 2",
	"streamed":      "rows.csv --target class --features a,b,c,city --cache kept --method adam --epochs 2 --batch 256",
	"streamed full": "rows.csv --target y --features a,b,c,city --cache kept --batch full --epochs 8",
}

// TestThreadsLeaveNoTrace: the same file, flags and seed give the same model,
// curve and configuration, byte for byte, with any number of threads.
func TestThreadsLeaveNoTrace(t *testing.T) {
	t.Chdir(t.TempDir())
	writeThreadRows(t)
	for name, args := range threadKinds {
		t.Run(name, func(t *testing.T) {
			var want string
			for _, threads := range []string{"1", "2", "3", "5"} {
				out := filepath.Join(t.TempDir(), "run")
				call := append([]string{"fit"}, shellWords(args)...)
				var stderr bytes.Buffer
				status := run(append(call, "--quiet", "--threads", threads, "--out", out), strings.NewReader(""), io.Discard, &stderr)
				if status != exitDone && status != exitShort {
					t.Fatalf("%s threads: status %d: %s", threads, status, stderr.String())
				}
				got := ""
				for _, file := range []string{"model.safetensors", "metrics.csv", "config.json"} {
					content, err := os.ReadFile(filepath.Join(out, file))
					if err != nil {
						t.Fatal(err)
					}
					got += string(content)
				}
				if want == "" {
					want = got
				}
				if got != want {
					t.Errorf("%s threads leave other files than one", threads)
				}
			}
		})
	}
}

// shellWords splits at blanks outside of single quotes.
func shellWords(text string) (words []string) {
	for i, part := range strings.Split(text, "'") {
		if i%2 == 1 {
			words = append(words, part)
		} else {
			words = append(words, strings.Fields(part)...)
		}
	}
	return words
}

// writeThreadRows writes a table, lines of words, sparse rows and images.
func writeThreadRows(t *testing.T) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	table, words, sparse := []byte("a,b,c,city,y,count,class,other\n"), []byte("note,class\n"), []byte(nil)
	for range 21_000 {
		a, b, c, city := rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64(), rng.IntN(5)
		z := a - b*c + 0.3*float64(city) + 0.5*rng.NormFloat64()
		table = fmt.Appendf(table, "%.4f,%.4f,%.4f,town%d,%.4f,%d,%t,%t\n", a, b, c, city, z, int(math.Exp(0.3*a)*3*rng.Float64()), z > 0, a+c > rng.NormFloat64())
		sparse = fmt.Appendf(sparse, "%d %d:%.3f %d:1 %d:1\n", min(1, int(math.Abs(z))), 1+rng.IntN(300), a, 301+city, 310+rng.IntN(700))
	}
	for range 3000 {
		k := rng.IntN(40)
		words = fmt.Appendf(words, "word%d and word%d w%d,%t\n", k, rng.IntN(300), rng.IntN(2000), k < 20)
	}
	const images = 3000
	pixels := binary.BigEndian.AppendUint32(nil, 0x803)
	labels := binary.BigEndian.AppendUint32(nil, 0x801)
	for _, n := range []uint32{images, 8, 8} {
		pixels = binary.BigEndian.AppendUint32(pixels, n)
	}
	labels = binary.BigEndian.AppendUint32(labels, images)
	for range images {
		k := rng.IntN(4)
		labels = append(labels, byte(k))
		for i := range 64 {
			pixels = append(pixels, byte(rng.IntN(100)+150*(1&(i>>(k+1)))))
		}
	}
	for name, content := range map[string][]byte{
		"rows.csv": table, "words.csv": words, "rows.svm": sparse, "small-images-idx3-ubyte": pixels, "small-labels-idx1-ubyte": labels,
	} {
		if err := os.WriteFile(name, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
