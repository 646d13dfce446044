// Command bench runs descent and its peers side by side: each pair of timings is
// taken in turn within one run, and the ratio is the median over the pairs. It
// writes a report in Markdown to standard output.
//
//	make bench-peers
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"descent/internal/kernel"
	"descent/internal/numtext"
)

func main() {
	log.SetFlags(0)
	python := flag.String("python", "python3", "interpreter with the peers installed")
	preload := flag.String("preload", "", "library to load before the peers' own")
	data := flag.String("data", dataFolder(), "folder of the reference data")
	pairs := flag.Int("pairs", 5, "pairs of timings for each row")
	only := flag.String("only", "", "regular expression: rows to run")
	flag.Parse()
	match, err := regexp.Compile(*only)
	if err != nil {
		log.Fatal(err)
	}
	b := &bench{python: *python, preload: *preload, data: *data, pairs: *pairs, only: match, out: os.Stdout}
	defer b.close()
	b.header()
	for _, section := range []func(*bench){gemmSection, mlpSection, rosenbrockSection, gmmSection, elementwiseSection, updateSection} {
		section(b)
	}
}

// dataFolder is where the large reference data lies.
func dataFolder() string {
	if dir := os.Getenv("DESCENT_DATA"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared", "data")
}

// bench is one run of the comparison.
type bench struct {
	python, preload, data string
	pairs                 int
	only                  *regexp.Regexp
	out                   io.Writer
	peers                 map[string]*peer
}

// request is what a peer is asked to time.
type request map[string]any

// row is one line of a report: the same work done by descent and by a peer.
type row struct {
	name string
	env  []string // of the peer's process
	peer request
	// ours returns the seconds that the work takes, and a remark.
	ours func() (float64, string, error)
	// rate turns seconds into the figure that is printed, with its unit.
	rate func(seconds float64) string
}

func (b *bench) header() {
	note := "peers unknown"
	if a, err := b.ask(threads(1, ""), request{"op": "versions"}); err == nil {
		note = a.Note
	}
	fmt.Fprintf(b.out, "# Side by side\n\nWritten by `make bench-peers` on %s: %s, %d processors, kernels %s; %s; %s.\n",
		time.Now().UTC().Format("2006-01-02"), processor(), runtime.NumCPU(), kernel.ISA(), runtime.Version(), note)
	fmt.Fprintf(b.out, "Each row alternates descent and the peer %d times in one run; figures are medians (best in brackets), ratios above 1 say that descent is faster.\n", b.pairs)
}

func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// timing is the median times of a row that ran.
type timing struct{ ours, theirs float64 }

// section prints a table of rows. It returns the timings of those that ran, by
// name.
func (b *bench) section(title, peer string, rows []row) map[string]timing {
	printed := false
	ran := map[string]timing{}
	for _, r := range rows {
		if !b.only.MatchString(title + " " + r.name) {
			continue
		}
		if !printed {
			fmt.Fprintf(b.out, "\n## %s\n\n| work | descent | %s | ratio | range | remarks |\n| --- | ---: | ---: | ---: | --- | --- |\n", title, peer)
			printed = true
		}
		if t, ok := b.row(r); ok {
			ran[r.name] = t
		}
	}
	return ran
}

// pause lets the threads of the other side fall asleep: OpenMP's and
// OpenBLAS's, like ours, keep a processor busy for a while after their work.
const pause = 250 * time.Millisecond

func (b *bench) row(r row) (t timing, ok bool) {
	var ours, theirs, ratios []float64
	var notes [2]string
	for range b.pairs {
		time.Sleep(pause)
		s, note, err := r.ours()
		if err != nil {
			fmt.Fprintf(b.out, "| %s | | | | | %v |\n", r.name, err)
			return t, false
		}
		time.Sleep(pause)
		a, err := b.ask(r.env, r.peer)
		if err != nil {
			fmt.Fprintf(b.out, "| %s | %s | | | | %v |\n", r.name, r.rate(s), err)
			return t, false
		}
		ours, theirs, ratios = append(ours, s), append(theirs, a.Seconds), append(ratios, a.Seconds/s)
		notes = [2]string{note, a.Note}
	}
	remark := strings.Trim(strings.Join(notes[:], " / "), " /")
	slices.Sort(ratios)
	fmt.Fprintf(b.out, "| %s | %s (%s) | %s (%s) | **%s** | %s–%s | %s |\n", r.name,
		r.rate(median(ours)), r.rate(slices.Min(ours)), r.rate(median(theirs)), r.rate(slices.Min(theirs)),
		numtext.Short(median(ratios), 3), numtext.Short(ratios[0], 3), numtext.Short(ratios[len(ratios)-1], 3), remark)
	return timing{median(ours), median(theirs)}, true
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}

// repeat is the mean time of f over about the given time.
func repeat(f func(), seconds float64) float64 {
	began := time.Now()
	for n := 1; ; n++ {
		f()
		if took := time.Since(began).Seconds(); took >= seconds {
			return took / float64(n)
		}
	}
}

// duration prints seconds in a unit that suits them.
func duration(s float64) string {
	switch {
	case s < 1e-6:
		return numtext.Short(s*1e9, 3) + " ns"
	case s < 1e-3:
		return numtext.Short(s*1e6, 3) + " µs"
	case s < 1:
		return numtext.Short(s*1e3, 3) + " ms"
	}
	return numtext.Short(s, 3) + " s"
}
