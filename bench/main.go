// Command bench runs descent and its peers side by side: each pair of timings is
// taken in turn within one run, and the ratio is the median over the pairs. It
// writes a report in Markdown to standard output, or brings one up to date: rows
// that run take the place of earlier ones of the same name.
//
//	make bench-peers
//	make bench-peers ONLY='Rosenbrock.*n = 1000'
//
// With -large it makes a table that is larger than the memory of a fit:
//
//	make bench-memory
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
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
	only := flag.String("only", "", "regular expression: rows to run, by title and name")
	rows := flag.Int("rows", 1_000_000, "rows of the tables that are made")
	sparse := flag.Int("sparse-rows", 200_000, "sparse rows that are made")
	large := flag.String("large", "", "make a large table of -rows rows in this file, and nothing else")
	into := flag.String("into", "", "report to bring up to date; otherwise standard output")
	flag.Parse()
	if *large != "" {
		if err := makeLarge(*large, *rows); err != nil {
			log.Fatal(err)
		}
		return
	}
	match, err := regexp.Compile(*only)
	if err != nil {
		log.Fatal(err)
	}
	b := &bench{python: *python, preload: *preload, data: *data, pairs: *pairs, only: match, rows: *rows, sparseRows: *sparse, into: *into, report: &report{}}
	if err := b.run(); err != nil {
		log.Fatal(err)
	}
}

// run goes through all sections. A report is written after each row, so that a
// run which is cut short leaves what it has found.
func (b *bench) run() (err error) {
	defer b.close()
	if b.into != "" && b.only.String() != "" { // a run of all rows begins anew
		if b.report, err = readReport(b.into); err != nil {
			return err
		}
	}
	b.report.head = b.head()
	for _, section := range []func(*bench){
		gemmSection, blasSection, mlpSection, rosenbrockSections, gradientSection, gmmSection, elementwiseSection, updateSection,
		readingSection, denseSection, sparseSection, aloneSection,
	} {
		section(b)
	}
	if b.into == "" {
		_, err = fmt.Print(b.report)
		return err
	}
	return b.failed
}

// keep adds a row to a section and writes the report.
func (b *bench) keep(title, columns string, row ...string) {
	b.report.section(title, columns).set(cells(row...))
	if b.into != "" && b.failed == nil {
		b.failed = b.report.write(b.into)
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
	into                  string // file of the report
	report                *report
	failed                error // of writing it
	rows                  int   // of made tables
	sparseRows            int
	leastSparse           float64 // objective of the sparse logistic regression; 0 while unknown
	folder                string  // of made tables; "" while there are none
	least                 float64 // log loss of the dense logistic regression; 0 while unknown
	peers                 map[string]*peer
}

// request is what a peer is asked to time.
type request map[string]any

// row is one line of a report: the same work done by descent and by a peer.
type row struct {
	name string
	env  []string // of the peer's process
	peer request
	// theirs does the peer's work where the peer is written in Go.
	theirs func() (float64, string, error)
	// ours returns the seconds that the work takes, and a remark.
	ours func() (float64, string, error)
	// rate turns seconds into the figure that is printed, with its unit.
	rate func(seconds float64) string
}

func (b *bench) head() string {
	note := "peers unknown"
	if a, err := b.ask(threads(1, ""), request{"op": "versions"}); err == nil {
		note = a.Note
	}
	return fmt.Sprintf(`# Side by side

Written by `+"`make bench-peers`"+` on %s: %s, %d processors, kernels %s; %s, gonum %s; %s.

Each row alternates descent and the peer within one run; figures are medians (best in brackets), ratios above 1 say that descent is faster, the range is that of the ratios of single pairs, and the last but one column says how many pairs there were and when. Both sides have one thread unless the row says otherwise. A shared machine is uneven: compare ratios, not figures of different rows.`,
		today(), processor(), runtime.NumCPU(), kernel.ISA(), runtime.Version(), gonumVersion(), note)
}

func today() string { return time.Now().UTC().Format("2006-01-02") }

// gonumVersion is that of the module linked in.
func gonumVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "gonum.org/v1/gonum" {
				return strings.TrimPrefix(m.Version, "v")
			}
		}
	}
	return "of unknown version"
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
type timing struct{ ours, theirs, ratio float64 }

// section runs the rows of a table. It returns the timings of those that ran, by
// name.
func (b *bench) section(title, peer string, rows []row) map[string]timing {
	ran := map[string]timing{}
	for _, r := range rows {
		if !b.only.MatchString(title + " " + r.name) {
			continue
		}
		if t, ok := b.row(title, columns(peer), r); ok {
			ran[r.name] = t
		}
	}
	return ran
}

func columns(peer string) string {
	return cells("work", "descent", peer, "ratio", "range", "pairs", "remarks")
}

// pause lets the threads of the other side fall asleep: OpenMP's and
// OpenBLAS's, like ours, keep a processor busy for a while after their work.
const pause = 250 * time.Millisecond

func (b *bench) row(title, columns string, r row) (t timing, ok bool) {
	fmt.Fprintf(os.Stderr, "%s: %s\n", title, r.name)
	var ours, theirs, ratios []float64
	var notes [2]string
	runs := fmt.Sprintf("%d, %s", b.pairs, today())
	for range b.pairs {
		time.Sleep(pause)
		s, note, err := r.ours()
		if err != nil {
			b.keep(title, columns, r.name, "", "", "", "", runs, err.Error())
			return t, false
		}
		time.Sleep(pause)
		p, peerNote, err := b.theirs(r)
		if err != nil {
			b.keep(title, columns, r.name, r.rate(s), "", "", "", runs, err.Error())
			return t, false
		}
		ours, theirs, ratios = append(ours, s), append(theirs, p), append(ratios, p/s)
		notes = [2]string{note, peerNote}
	}
	remark := strings.Trim(strings.Join(notes[:], " / "), " /")
	slices.Sort(ratios)
	b.keep(title, columns, r.name, fmt.Sprintf("%s (%s)", r.rate(median(ours)), r.rate(slices.Min(ours))),
		fmt.Sprintf("%s (%s)", r.rate(median(theirs)), r.rate(slices.Min(theirs))), "**"+numtext.Short(median(ratios), 3)+"**",
		fmt.Sprintf("%s–%s", numtext.Short(ratios[0], 3), numtext.Short(ratios[len(ratios)-1], 3)), runs, remark)
	return timing{median(ours), median(theirs), median(ratios)}, true
}

func (b *bench) theirs(r row) (float64, string, error) {
	if r.theirs != nil {
		return r.theirs()
	}
	a, err := b.ask(r.env, r.peer)
	return a.Seconds, a.Note, err
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
