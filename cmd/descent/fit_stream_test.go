package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// writeTable writes rows of a class, a level and twelve numbers, until the file
// has so many bytes.
func writeTable(t *testing.T, path string, bytes int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	rng := rand.New(rand.NewPCG(7, 7))
	line := []byte("class,city,x1,x2,x3,x4,x5,x6,x7,x8,x9,x10,x11,x12\n")
	for size := 0; size < bytes; {
		if _, err := w.Write(line); err != nil {
			t.Fatal(err)
		}
		size += len(line)
		var x [12]float64
		city := rng.IntN(30)
		z := 0.1 * float64(city-15)
		for i := range x {
			x[i] = rng.NormFloat64()
			z += x[i] * float64(i-6) / 6
		}
		line = fmt.Appendf(line[:0], "%t,c%d", z+rng.NormFloat64() > 0, city)
		for _, v := range x {
			line = strconv.AppendFloat(append(line, ','), v, 'f', 6, 64)
		}
		line = append(line, '\n')
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// descentIn runs the command in a folder: this very program under its name.
func descentIn(t *testing.T, dir string, args ...string) (stdout []byte, stderr string, status int) {
	t.Helper()
	cmd := selfCommand(t, dir, args...)
	var out, text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &text
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.Bytes(), text.String(), cmd.ProcessState.ExitCode()
}

func selfCommand(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0], cmd.Dir = "descent", dir
	return cmd
}

// A file that is larger than the memory that is allowed trains within it, by
// batches and by all rows in every step, and leaves no cache behind.
func TestMemoryIsBounded(t *testing.T) {
	dir := t.TempDir()
	writeTable(t, filepath.Join(dir, "rows.csv"), 64<<20)
	const limit = 80_000_000
	for _, args := range [][]string{
		{"--model", "mlp:16", "--epochs", "1"},
		{"--model", "logistic", "--epochs", "4"},
	} {
		args = append([]string{"fit", "rows.csv", "--target", "class", "--memory", "80MB", "--json", "--out", "run", "--force"}, args...)
		stdout, stderr, status := descentIn(t, dir, args...)
		var r struct {
			Rows       int     `json:"rows"`
			Validation int     `json:"validation_rows"`
			Peak       int     `json:"peak_memory_bytes"`
			Speed      float64 `json:"rows_per_second"`
			Metrics    map[string]float64
		}
		if err := json.Unmarshal(stdout, &r); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, stderr)
		}
		if r.Peak <= 0 || r.Peak >= limit {
			t.Errorf("%v: the peak is %d bytes of %d", args, r.Peak, limit)
		}
		if r.Rows+r.Validation < 540_000 || r.Metrics["accuracy"] < 0.8 || status == exitFailed {
			t.Errorf("%v: status %d, %+v\n%s", args, status, r, stderr)
		}
		t.Logf("%v: peak %d MB, %.3g rows a second", args[len(args)-4:], r.Peak/1e6, r.Speed)
		if left := names(t, filepath.Join(dir, "run")); !slices.Equal(left, []string{"config.json", "metrics.csv", "model.safetensors", "report.md"}) {
			t.Errorf("left behind: %q", left)
		}
	}
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// streams are fits to rows that pass by.
var streams = [][]string{
	{"fit", "rows.svm", "--model", "logistic", "--method", "lbfgs", "--epochs", "40", "--memory", "64MB", "--quiet", "--checkpoint-every", "2", "--out", "run"},
	{"fit", "rows.svm", "--model", "logistic", "--method", "normalized", "--l2", "1e-6", "--epochs", "3", "--memory", "64MB", "--quiet", "--checkpoint-every", "3", "--out", "run"},
	{"fit", "rows.svm", "--model", "mlp:4", "--method", "adam", "--batch", "8", "--epochs", "1", "--memory", "64MB", "--quiet", "--checkpoint-every", "300", "--out", "run"},
	{"fit", "rows.vw", "--model", "logistic", "--method", "lbfgs", "--epochs", "40", "--memory", "72MB", "--quiet", "--checkpoint-every", "2", "--out", "run"},
	{"fit", "rows.csv", "--target", "class", "--model", "mlp:8", "--epochs", "6", "--batch", "64", "--memory", "64MB", "--quiet", "--checkpoint-every", "100", "--out", "run"},
	{"fit", "rows.csv", "--target", "class", "--model", "logistic", "--epochs", "30", "--validation", "held.csv", "--memory", "64MB", "--quiet", "--checkpoint-every", "2", "--out", "run"},
	{"fit", "rows.csv", "--target", "x1,x2", "--features", "x3,x4,city,class", "--model", "mlp:4", "--epochs", "3", "--batch", "64", "--cv", "2", "--validation", "0.2", "--memory", "64MB", "--quiet", "--checkpoint-every", "100", "--out", "run"},
}

// writeStream writes the file of that name.
func writeStream(t *testing.T, dir, name string) {
	t.Helper()
	if name == "rows.svm" {
		writeSparse(t, filepath.Join(dir, name), 10<<20, 2000)
		return
	}
	if name == "rows.vw" {
		writeWords(t, filepath.Join(dir, name), 10<<20, 2000)
		return
	}
	writeTable(t, filepath.Join(dir, name), 10<<20)
	writeTable(t, filepath.Join(dir, "held.csv"), 2<<20) // which passes by, too
}

// The same file, flags and seed give the same bytes, with any number of threads,
// with a cache from the fit before, and with one that was damaged.
func TestStreamedFitsAreTheSame(t *testing.T) {
	t.Parallel()
	for i, args := range streams {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			streamedTheSame(t, args)
		})
	}
}

// streamedTheSame fits again and again with these flags and others that change
// nothing.
func streamedTheSame(t *testing.T, args []string) {
	dir := t.TempDir()
	writeStream(t, dir, args[1])
	run := filepath.Join(dir, "run")
	fit := func(more ...string) (hash, text string) {
		t.Helper()
		_, stderr, status := descentIn(t, dir, append(append(slices.Clone(args), "--force"), more...)...)
		if status == exitFailed || status == exitUsage {
			t.Fatalf("%v: %s", more, stderr)
		}
		report, err := os.ReadFile(filepath.Join(run, "model.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		return string(report), stderr
	}
	want, _ := fit("--threads", "1")
	for _, more := range [][]string{{"--threads", "2"}, {"--cache", "kept"}, {"--cache", "kept", "--threads", "3"}} {
		if got, _ := fit(more...); got != want {
			t.Errorf("%v %v: another model", args, more)
		}
	}
	kept := names(t, filepath.Join(dir, "kept"))
	if caches := 1 + strings.Count(strings.Join(args, " "), "held.csv"); len(kept) != caches {
		t.Fatalf("kept %q", kept)
	}
	damage(t, filepath.Join(dir, "kept", kept[0]))
	if got, _ := fit("--cache", "kept"); got != want {
		t.Errorf("%v with a damaged cache: another model", args)
	}
}

// damage changes a byte in the middle of a file.
func damage(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 16
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// A streamed fit that is killed at any moment and resumed, with its cache or
// without it, ends in the bytes of one that was not.
func TestKilledStreamsAreResumedToTheSameBytes(t *testing.T) {
	t.Parallel()
	for i, args := range streams {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			killStream(t, i, args)
		})
	}
}

// killStream kills the fit of stream i a few times.
func killStream(t *testing.T, i int, args []string) {
	const kills = 4
	dir := t.TempDir()
	writeStream(t, dir, args[1])
	k := &killedStream{t: t, dir: dir, run: filepath.Join(dir, "run"), rng: rand.New(rand.NewPCG(3, uint64(i)))}
	began := time.Now()
	if _, stderr, status := descentIn(t, dir, args...); status != 0 && status != exitShort {
		t.Fatal(stderr)
	}
	k.length = time.Since(began)
	want := folderHash(t, k.run)
	again := []string{"fit", "--resume", "run", "--quiet", "--checkpoint-every", args[len(args)-3]}
	resumed := 0
	for n := range kills {
		if k.interrupt(append(slices.Clone(args), "--threads", fmt.Sprint(1+n%2))) {
			resumed++
			k.goOn(again, n%2 == 1)
		}
		if got := folderHash(t, k.run); got != want {
			t.Fatalf("another result\n%s\nwant\n%s", got, want)
		}
	}
	if t.Logf("%d kills, %d resumes", kills, resumed); resumed == 0 {
		t.Error("no kill came while the fit was under way")
	}
}

// goOn resumes the fit until it is over, killing it once more if it takes so long.
// The cache may have vanished, which it does before the last checkpoint, too.
func (k *killedStream) goOn(again []string, vanished bool) {
	for after := k.moment(0.2, 0.9); ; after = 0 {
		if vanished {
			if err := os.Remove(filepath.Join(k.run, "rows.cache")); err != nil && !os.IsNotExist(err) {
				k.t.Fatal(err)
			}
		}
		if k.over(after, again) {
			return
		}
	}
}

// killedStream kills a fit in dir, whose folder is run and which takes length.
type killedStream struct {
	t        *testing.T
	dir, run string
	rng      *rand.Rand
	length   time.Duration
}

// moment is one between the shares lo and hi of a whole fit.
func (k *killedStream) moment(lo, hi float64) time.Duration {
	return time.Duration((lo + (hi-lo)*k.rng.Float64()) * float64(k.length))
}

// interrupt begins the fit and kills it when it has left a checkpoint: earlier
// where the fit was over, later where there was none yet. Where no moment serves,
// the fit is left to end, and the answer is false.
func (k *killedStream) interrupt(args []string) bool {
	lo, hi := 0.2, 0.9
	for range 12 {
		after := k.moment(lo, hi)
		at := after.Seconds() / k.length.Seconds()
		k.clear()
		switch {
		case k.over(after, args):
			lo, hi = lo/2, at
		case k.has("checkpoint.safetensors"):
			return true
		default:
			lo, hi = at, 1.2*hi
		}
	}
	k.clear()
	k.over(0, args)
	return false
}

// over runs the command, kills it after so long, unless that is 0, and says
// whether the fit had come to its end.
func (k *killedStream) over(after time.Duration, args []string) bool {
	cmd := selfCommand(k.t, k.dir, args...)
	var text strings.Builder
	cmd.Stderr = &text
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	if after > 0 {
		time.Sleep(after)
		_ = cmd.Process.Kill()
	}
	_ = cmd.Wait()
	code := cmd.ProcessState.ExitCode()
	if code > 0 && code != exitShort {
		k.t.Fatalf("%v: %s", args, text.String())
	}
	return code >= 0 || k.has("model.safetensors") && !k.has("checkpoint.safetensors")
}

func (k *killedStream) has(name string) bool {
	_, err := os.Stat(filepath.Join(k.run, name))
	return err == nil
}

func (k *killedStream) clear() {
	if err := os.RemoveAll(k.run); err != nil {
		k.t.Fatal(err)
	}
}

// A model that does not fit is refused before the file is read, in a sentence
// with numbers and what to try, and no folder is left behind.
func TestModelsThatDoNotFitAreRefused(t *testing.T) {
	dir := t.TempDir()
	writeTable(t, filepath.Join(dir, "rows.csv"), 1<<18)
	_, stderr, status := descentIn(t, dir, "fit", "rows.csv", "--target", "class", "--model", "mlp:2000,2000", "--memory", "64MB", "--cache", "kept")
	for _, want := range []string{"4092001 parameters", "64 MB", "allow more memory"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("%q is not in %s", want, stderr)
		}
	}
	if status != exitUsage || len(names(t, dir)) != 1 {
		t.Errorf("status %d, left %q", status, names(t, dir))
	}
}

func TestAmountsOfMemory(t *testing.T) {
	for text, want := range map[string]int64{"512MB": 512e6, "1.5GiB": 3 << 29, "800M": 8e8, " 2 gb ": 2e9, "70000000": 7e7, "96MiB": 96 << 20, "3B": 3} {
		if got, err := parseBytes(text); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MB", "-1GB", "0", "much", "1e30GB", "infGB", "NaNMB"} {
		if got, err := parseBytes(text); err == nil {
			t.Errorf("%q is %d", text, got)
		}
	}
}
