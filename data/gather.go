package data

import (
	"fmt"
	"io"
)

// gather puts the pieces of a text together in their order.
type gather struct {
	*layout
	rows    int
	pieces  []*piece
	words   []*words
	skipped int
	fault   *Error // the first that was skipped
}

func newGather(l *layout) *gather {
	g := &gather{layout: l, words: make([]*words, len(l.kinds))}
	for i, k := range l.kinds {
		if k.storage() != Number {
			g.words[i] = newWords(k, l.fixed[i])
		}
	}
	return g
}

// take appends the rows of the next piece.
func (g *gather) take(p *piece) error {
	if p.fault != nil && !g.skip {
		return p.fault
	}
	if g.fault == nil {
		g.fault = p.fault
	}
	g.rows += p.rows
	g.skipped += p.skipped
	for i, w := range p.words {
		if w != nil {
			g.words[i].join(w)
			p.words[i] = nil
		}
	}
	g.pieces = append(g.pieces, p)
	return nil
}

// column is column i of numbers. The pieces forget theirs.
func (g *gather) column(i int) []float64 {
	if len(g.pieces) == 1 {
		return g.pieces[0].numbers[i]
	}
	all := make([]float64, 0, g.rows)
	for _, p := range g.pieces {
		all = append(all, p.numbers[i]...)
		p.numbers[i] = nil
	}
	return all
}

// note says what was skipped.
func (g *gather) note() []string {
	if g.skipped == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s skipped; the first: %s", plural(g.skipped, "faulty row"), g.fault.short())}
}

// read parses the first block and all that the feed has behind it, on several
// threads, and hands the pieces to take in their order.
func (l *layout) read(f *feed, first block, size, threads int, take func(*piece) error) error {
	if err := take(l.parse(first)); err != nil { // columns may hold on to its text
		return err
	}
	if threads <= 1 {
		for {
			b, err := f.next(size)
			if err != nil {
				return readFault(f.file, err)
			}
			p := l.parse(b)
			if err := take(p); err != nil {
				return err
			}
			f.recycle(p)
		}
	}
	return l.readParallel(f, size, threads, take)
}

// readParallel is read for the blocks behind the first: one goroutine cuts,
// several parse, and this one takes the pieces in their order.
func (l *layout) readParallel(f *feed, size, threads int, take func(*piece) error) error {
	type job struct {
		block block
		done  chan *piece
	}
	jobs, order := make(chan job, threads), make(chan job, 2*threads)
	stop, fault := make(chan struct{}), make(chan error, 1)
	for range threads {
		go func() {
			for j := range jobs {
				j.done <- l.parse(j.block)
			}
		}()
	}
	go func() {
		defer close(order)
		defer close(jobs)
		for {
			b, err := f.next(size)
			if err != nil {
				fault <- readFault(f.file, err)
				return
			}
			j := job{b, make(chan *piece, 1)}
			select {
			case order <- j:
				jobs <- j
			case <-stop:
				fault <- nil
				return
			}
		}
	}()
	var err error
	for j := range order {
		p := <-j.done
		if err != nil {
			continue // drain
		}
		if err = take(p); err != nil {
			close(stop)
		}
		f.recycle(p)
	}
	if err != nil {
		return err
	}
	return <-fault
}

// readFault is nil at the end of a text, and puts what the source said into a
// sentence.
func readFault(file string, err error) error {
	if err == nil || err == io.EOF {
		return nil
	}
	if _, known := err.(*Error); known {
		return err
	}
	return explainOpen(file, err)
}
