package data

import "io"

// inOrder parses the blocks of a feed on so many threads and hands the pieces to
// take in the order of the text, until take returns an error.
func inOrder[P any](f *feed, size, threads int, parse func(block) P, take func(P) error) error {
	next := func() (block, error) {
		b, err := f.next(size)
		if err != nil && err != io.EOF {
			err = readFault(f.file, err)
		}
		return b, err
	}
	return ordered(next, threads, parse, take)
}

// ordered works on what next gives out, until it says io.EOF, on so many threads
// and hands the results to take in order, until take returns an error: one
// goroutine calls next, several work, and this one takes.
func ordered[B, P any](next func() (B, error), threads int, work func(B) P, take func(P) error) error {
	if threads <= 1 {
		return oneByOne(next, work, take)
	}
	jobs, order := make(chan job[B, P], threads), make(chan job[B, P], 2*threads)
	stop, fault := make(chan struct{}), make(chan error, 1)
	for range threads {
		go func() {
			for j := range jobs {
				j.done <- work(j.block)
			}
		}()
	}
	go func() { fault <- hand(next, jobs, order, stop) }()
	var err error
	for j := range order {
		p := <-j.done
		if err != nil {
			continue // drain
		}
		if err = take(p); err != nil {
			close(stop)
		}
	}
	if err != nil {
		return err
	}
	return <-fault
}

// job is a block, and where what comes of it goes.
type job[B, P any] struct {
	block B
	done  chan P
}

// hand hands the blocks to those who work and, in their order, to the one who
// takes, until there are no more or it is told to stop.
func hand[B, P any](next func() (B, error), jobs, order chan<- job[B, P], stop <-chan struct{}) error {
	defer close(order)
	defer close(jobs)
	for {
		b, err := next()
		if err != nil {
			return unlessEnd(err)
		}
		j := job[B, P]{b, make(chan P, 1)}
		select {
		case order <- j:
			jobs <- j
		case <-stop:
			return nil
		}
	}
}

// oneByOne is ordered on one thread.
func oneByOne[B, P any](next func() (B, error), work func(B) P, take func(P) error) error {
	for {
		b, err := next()
		if err != nil {
			return unlessEnd(err)
		}
		if err := take(work(b)); err != nil {
			return err
		}
	}
}

// unlessEnd is nil for io.EOF.
func unlessEnd(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}
