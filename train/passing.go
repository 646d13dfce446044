package train

import (
	"fmt"
	"runtime"
	"slices"

	"descent/data"
	"descent/model"
)

// Passed says what rows came to that passed by.
type Passed struct {
	Name  string   // where they came from
	Rows  int      // how many there were
	Notes []string // what was noticed, in sentences
}

// PredictFiles is Predict for files, whose rows need not fit in memory: they are
// read, predicted and handed to use some at a time, on several goroutines at once,
// and what use makes of them goes to take in their order. memory bounds the
// process, in bytes; 0 does not. The predictions do not depend on it.
func PredictFiles[R any](m *Model, f Files, memory int64, use func(*Prediction) R, take func(R) error) (*Passed, error) {
	defer BoundMemory(memory)()
	size, err := m.blockSize(f, memory)
	if err != nil {
		return nil, err
	}
	run, err := m.program()
	if err != nil {
		return nil, err
	}
	type predicted struct {
		result  R
		unseen  int
		overlap data.Overlap
	}
	f.Read = m.reading(f.Read, memory)
	f.Read.Unread = m.outcomes()
	unseen, overlap := 0, data.Overlap{}
	all, err := data.InBlocks(f.Paths, f.Read, size, func(t *data.Table) (predicted, error) {
		rows := everyRow(t)
		z, n, err := run(t, rows)
		if err != nil {
			return predicted{}, err
		}
		return predicted{use(m.interpret(z, len(rows))), n, m.Recipe.Encoder.Overlap(t, rows)}, nil
	}, func(p predicted) error {
		unseen += p.unseen
		overlap.Add(p.overlap)
		return take(p.result)
	})
	if err != nil {
		return nil, err
	}
	return &Passed{all.Name, all.Rows, noteBeyond(noteUnseen(all.Notes, all, unseen), all, m.Recipe.Encoder, overlap)}, nil
}

// EvaluateFiles is Evaluate for files, whose rows need not fit in memory: of each
// it keeps what the model said and the target, as long as these fit into memory
// bytes together with the rest of the process (0: into DefaultMemory). Beyond that,
// metrics are summed up as the rows pass by: they agree but for rounding, and the
// ROC AUC counts scores in bins.
func (m *Model) EvaluateFiles(f Files, memory int64) (*Evaluation, *Passed, error) {
	defer BoundMemory(memory)()
	size, err := m.blockSize(f, memory)
	if err != nil {
		return nil, nil, err
	}
	run, err := m.program()
	if err != nil {
		return nil, nil, err
	}
	f.Read = m.reading(f.Read, memory)
	need := m.needs()
	if memory <= 0 {
		memory = DefaultMemory()
	}
	k := newKept(m, memory)
	all, err := data.InBlocks(f.Paths, f.Read, size, func(t *data.Table) (*judgement, error) { return m.judge(run, need, t) }, k.take)
	if err != nil {
		return nil, nil, err
	}
	e, err := k.evaluation(all, need)
	if err != nil {
		return nil, nil, err
	}
	return e, &Passed{all.Name, all.Rows, all.Notes}, nil
}

// reading is how the files are read that the model is used on.
func (m *Model) reading(o data.ReadOptions, memory int64) data.ReadOptions {
	o.Expect = m.Columns()
	if memory > 0 {
		o.Memory = max((memory-programs)/2, 1)
	}
	return o
}

// outcomes are the columns that predictions do without: targets and the weights
// of rows, where these are no features as well.
func (m *Model) outcomes() (names []string) {
	features := m.Recipe.Encoder.Columns()
	for name := range m.Columns() {
		if _, ok := features[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}

// everyRow lists the rows of t.
func everyRow(t *data.Table) []int {
	rows := make([]int, t.Rows)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// What the rows that are read at once take: so many times the bytes of their text,
// of so many blocks a thread.
const (
	ofText   = 10
	leastAsk = 64 << 10 // bytes of a block
)

// blockSize is how many rows pass by at once, so that all takes at most memory
// bytes; an error where it cannot.
func (m *Model) blockSize(f Files, memory int64) (size data.BlockSize, err error) {
	if f.block != (data.BlockSize{}) {
		return f.block, nil
	}
	threads := f.Read.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	blocks := 2*threads + 2
	const printed, predictions = 40, 2 << 20 // bytes of an output as text and as a number, and of a block
	size.Rows = min(max(predictions/(printed*(m.Recipe.Outputs+1)), 2*scoreRows), 8192)
	size.Bytes = min(max(64<<20/blocks, 256<<10), 2<<20)
	if memory <= 0 {
		return size, nil
	}
	size.Whole = memory / 3
	needs := m.scoringNeeds(threads)
	spare := memory - needs
	size.Bytes = int(min(int64(size.Bytes), spare/int64(ofText*blocks)))
	if size.Bytes < leastAsk {
		return size, fmt.Errorf("train: the model of %d numbers and what %d threads need to use it take about %s, and with the rows that are read at once %s, more than the %s that are allowed; allow more memory, or use fewer threads",
			len(m.Weights), threads, Bytes(needs), Bytes(needs+int64(ofText*blocks*leastAsk)), Bytes(memory))
	}
	return size, nil
}

// scoringNeeds is about how many bytes the model takes at work, and the program.
func (m *Model) scoringNeeds(threads int) int64 {
	widest := slices.Max(append(slices.Clone(m.Recipe.Model.Hidden), m.Recipe.Outputs, 1))
	if !m.Recipe.Encoder.MostlyZero() || m.Recipe.Model.Kind == model.Formula {
		widest += m.Recipe.Encoder.Width()
	}
	return programs + 16*int64(len(m.Weights)) + 3*8*scoreRows*int64(widest)*int64(threads)
}
