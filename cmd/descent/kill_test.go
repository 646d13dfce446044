package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// kills is how many runs of each kind are killed. The machine decides where; the
// seed only spreads the moments.
const kills = 20

// killed are five kinds of run: minibatches with early stopping, a network with
// a schedule and a rule with wrappers, a full-batch quasi-Newton method, a
// proximal one, and least squares; and after how many steps each writes a
// checkpoint.
var killed = [][]string{
	{"40", "sample:penguins", "--target", "species", "--model", "mlp:32", "--epochs", "150", "--patience", "60"},
	{"5", "sample:mpg", "--target", "mpg", "--model", "mlp:16,16:tanh", "--method", "adamw", "--schedule", "cosine", "--epochs", "60", "--clip", "1"},
	{"3", "sample:penguins", "--target", "island", "--model", "softmax", "--l2", "1e-9", "--epochs", "400", "--validation", "none"},
	{"2", "sample:mpg", "--target", "mpg", "--model", "linear", "--l1", "0.01", "--validation", "none"},
	{"1", "sample:iris", "--target", "petal_width", "--model", "a*exp(-b*sepal_length) + c*sepal_width^d", "--start", "a=1,b=0.1"},
}

// A run that was killed at any moment and resumed, as often as it takes, with
// any number of threads, leaves the same bytes as one that was not.
func TestKilledRunsAreResumedToTheSameBytes(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "descent")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Parallel() // as do all: they wait for the disk and for the moments of the kills
	for i, args := range killed {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(1, uint64(i)))
			dir := t.TempDir() // the report names the run folder, so all have the same
			begin := append([]string{"fit", "--quiet", "--checkpoint-every", args[0], "--threads", "1"}, args[1:]...)
			took := time.Now()
			whole := runFit(t, dir, binary, append(begin, "--out", "run"))
			length := time.Since(took)
			if whole != nil {
				t.Fatal(whole)
			}
			want := folderHash(t, filepath.Join(dir, "run"))
			resumed := 0
			for n := range kills {
				dir := t.TempDir()
				first := append(begin, "--out", "run")
				again := []string{"fit", "--resume", "run", "--quiet", "--checkpoint-every", args[0], "--threads", fmt.Sprint(1 + n%2)}
				resumed += killAndResume(t, dir, binary, first, again, rng, length)
				if got := folderHash(t, filepath.Join(dir, "run")); got != want {
					t.Fatalf("run %d: another result\n%s\nwant\n%s", n, got, want)
				}
			}
			t.Logf("%d kills, %d resumes", kills, resumed)
			if resumed < kills/4 {
				t.Errorf("only %d of %d kills came while the run was under way", resumed, kills)
			}
		})
	}
}

// killAndResume kills the fit at a random moment, then resumes it, killing it
// once more, until it ends. It counts the resumes that found what to go on from.
func killAndResume(t *testing.T, dir, binary string, first, again []string, rng *rand.Rand, length time.Duration) (resumed int) {
	t.Helper()
	args := first
	for try := 0; ; try++ {
		cmd := exec.Command(binary, args...)
		cmd.Dir = dir
		var text strings.Builder
		cmd.Stdout, cmd.Stderr = &text, &text
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if try < 2 {
			time.Sleep(time.Duration(rng.Float64() * float64(length)))
			_ = cmd.Process.Kill()
		}
		err := cmd.Wait()
		if err == nil {
			return resumed
		}
		if cmd.ProcessState.Exited() && cmd.ProcessState.ExitCode() == 1 && strings.Contains(text.String(), "no checkpoint to go on from") {
			args = first // killed before it began, whatever it left
			continue
		}
		if cmd.ProcessState.Exited() && cmd.ProcessState.ExitCode() != exitShort {
			t.Fatalf("%v: %v\n%s", args, err, text.String())
		}
		if cmd.ProcessState.Exited() {
			return resumed // it was too fast
		}
		if _, err := os.Stat(filepath.Join(dir, "run", "model.safetensors")); err == nil {
			if _, err := os.Stat(filepath.Join(dir, "run", "checkpoint.safetensors")); err != nil {
				return resumed // killed after the end
			}
		}
		args = again
		resumed++
	}
}

func runFit(t *testing.T, dir, binary string, args []string) error {
	cmd := exec.Command(binary, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState.ExitCode() != exitShort {
		return fmt.Errorf("%v: %w\n%s", args, err, out)
	}
	return nil
}

// folderHash lists the files of a run folder with their hashes.
func folderHash(t *testing.T, dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		fmt.Fprintf(&b, "%s %s\n", e.Name(), hex.EncodeToString(sum[:8]))
	}
	return b.String()
}
