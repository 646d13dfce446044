package main

import (
	"math"
	"strconv"

	"descent/data"
	"descent/internal/atomicfile"
	"descent/optim"
)

// maxTraced is the number of variables up to which a trace holds the points.
const maxTraced = 50

// trace is a CSV file with a line for each point of a run. It is written as the
// run goes, as a run may have more steps than memory.
type trace struct {
	file   *atomicfile.File
	fields []string // of the line in progress
	line   []byte
	points bool
}

// newTrace begins a trace of points with these coordinates.
func newTrace(path string, names []string) (*trace, error) {
	file, err := atomicfile.Create(path)
	if err != nil {
		return nil, err
	}
	t := &trace{file: file, points: len(names) <= maxTraced}
	t.fields = append(t.fields, "step", "value", "gradient_norm", "rate", "step_norm", "predicted", "actual", "ratio", "cosine", "angle")
	if t.points {
		t.fields = append(t.fields, names...)
		for _, n := range names {
			t.fields = append(t.fields, "d/d"+n)
		}
	}
	t.flush()
	return t, nil
}

// add writes the line of a point, and of the step that led to it; the start has
// none.
func (t *trace) add(s *optim.State[float64], row *optim.Row[float64]) {
	t.fields = append(t.fields, strconv.Itoa(s.Iter))
	t.numbers(s.F, s.GradNorm)
	if row == nil {
		t.fields = append(t.fields, "", "", "", "", "", "", "")
	} else {
		t.numbers(row.Rate, row.StepNorm, row.Predicted, row.Actual, row.Ratio, row.Cosine, row.Angle)
	}
	if t.points {
		t.numbers(s.X...)
		t.numbers(s.G...)
	}
	t.flush()
}

// numbers adds fields that read back exactly; one that is no number is empty.
func (t *trace) numbers(x ...float64) {
	for _, v := range x {
		text := ""
		if !math.IsNaN(v) {
			text = strconv.FormatFloat(v, 'g', -1, 64)
		}
		t.fields = append(t.fields, text)
	}
}

// flush ends the line. The file keeps an error for its Commit.
func (t *trace) flush() {
	t.line = data.AppendCSV(t.line[:0], t.fields...)
	_, _ = t.file.Write(t.line)
	t.fields = t.fields[:0]
}
