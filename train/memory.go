package train

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"descent/data"
)

// What the parts of a streamed fit take of its memory.
const (
	leastMemory = 64_000_000 // for the program, for reading, and for some rows
	programs    = 40_000_000 // of it: what is there without rows and model
	windowShare = 6          // a window of groups takes a sixth, or less
	mostWindow  = 16         // groups
	blockShare  = 48         // a block takes so much of it, or less
	wantBlock   = 4096       // rows
)

// arrange divides the memory of a streamed fit: how many groups are shuffled
// together, and how many rows are read ahead at once.
func (p *plan) arrange() {
	s := p.stream
	s.window = mostWindow
	for s.window > 1 && int64(s.window)*s.cache.GroupBytes() > s.limit/windowShare {
		s.window /= 2
	}
	s.block = int(min(max(s.limit/blockShare/p.rowBytes(), 1), wantBlock))
}

// groupBytes is how large the groups of a cache are in so much memory.
func groupBytes(limit int64) int {
	return int(min(max(limit/128, 1<<18), data.GroupBytes))
}

// streamNeeds is the memory that a streamed fit takes at least: for the model
// and its method, and for the rows that are read ahead.
func (p *plan) streamNeeds(dim int) (all, forModel int64) {
	size := int64(8)
	if p.single() {
		size = 4
	}
	forModel = p.modelNeeds(dim)
	rows := int64(max(p.opts.Batch, 128))
	if p.full() {
		rows = 128
	}
	widest := int64(max(p.encoder.Width(), slices.Max(append(p.spec.Hidden, 1))))
	forRows := 3 * buffers * rows * p.rowBytes()
	scratch := 6 * rows * size * widest * int64(1+len(p.spec.Hidden))
	if p.sparse {
		forRows, scratch = p.sparseNeeds()
	}
	if c := p.stream.cache; c != nil {
		forModel += c.NamesBytes()
	}
	return programs + forModel + forRows + scratch + 2*int64(groupBytes(p.stream.limit)), forModel
}

// modelNeeds is the memory of so many parameters, and of what the method keeps of
// them.
func (p *plan) modelNeeds(dim int) int64 {
	size := int64(8)
	if p.single() {
		size = 4
	}
	vectors := int64(12) // the point, its gradient, the best point, and what a rule keeps
	if strings.HasPrefix(p.method.Name, "lbfgs") {
		vectors = 40
	}
	if p.method.Name == "bfgs" || strings.Contains(p.method.Name, "newton") {
		vectors += int64(dim)
	}
	if p.sparse {
		vectors += 9 // sums of parts of a chunk
	}
	if p.lazy {
		return size*vectors*int64(dim) + p.lazyNeeds()
	}
	return size * vectors * int64(dim)
}

// refuseMemory refuses a streamed fit that takes more memory than is allowed, and
// leaves what it does not need to rows.
func (p *plan) refuseMemory(dim int) error {
	if p.stream == nil {
		return nil
	}
	all, forModel := p.streamNeeds(dim)
	if all <= p.stream.limit {
		p.leaveSpare(all)
		return nil
	}
	return fmt.Errorf("train: %d parameters with %s take about %s, and with the rows that are read at once the fit takes %s, more than the %s that are allowed; allow more memory, use fewer features or levels, smaller layers or batches, or the method sgd",
		dim, p.opts.Method, Bytes(forModel), Bytes(all), Bytes(p.stream.limit))
}

// CheckMemory refuses, before files are read as a whole, a fit that would take
// more than opts.Memory even with its rows in a cache, as far as the beginning
// of the files tells. What it cannot tell is no error.
func CheckMemory(s *data.Sample, opts Options) error {
	limit := opts.Memory
	opts.Memory, opts.Folds, opts.ValidationTable, opts.ValidationCache, opts.Validation, opts.Patience = 0, 0, nil, nil, NoValidation, 0
	p, err := newPlan(s.Table, opts, nil)
	if err != nil {
		return nil // other rows may be needed to tell
	}
	net, err := p.layout()
	if err != nil {
		return nil
	}
	p.stream, p.train.source = &streamed{limit: limit}, &supply{rows: s.Rows}
	if p.chooseMethod(net.Layout.Dim()) != nil {
		return nil
	}
	return p.refuseMemory(net.Layout.Dim())
}

// Bytes is an amount of memory for people: "512 MB".
func Bytes(n int64) string {
	for _, unit := range []string{"bytes", "kB", "MB", "GB"} {
		if n < 10000 || unit == "GB" {
			return fmt.Sprintf("%d %s", n, unit)
		}
		n = (n + 500) / 1000
	}
	return ""
}

// LeastMemory is the least that a fit to rows in a file may be given.
const LeastMemory = leastMemory

// DefaultMemory is what a fit takes where nobody bounds it: three quarters of
// the memory of the machine, or of what the process is allowed; 0 where that
// is not known.
func DefaultMemory() int64 { return systemMemory() / 4 * 3 }

// BoundMemory lets the collector keep the process below limit bytes, as far as
// what is in use allows it, and returns what undoes it. A limit of 0 changes
// nothing.
func BoundMemory(limit int64) (undo func()) {
	if limit <= 0 {
		return func() {}
	}
	before := debug.SetMemoryLimit(limit - limit/8 - 16<<20)
	// On a busy machine the collector may come too late for the limit alone.
	percent := debug.SetGCPercent(25)
	return func() {
		debug.SetMemoryLimit(before)
		debug.SetGCPercent(percent)
	}
}
