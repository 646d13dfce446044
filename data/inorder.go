package data

// inOrder parses the blocks of a feed on so many threads and hands the pieces to
// take in the order of the text, until take returns an error: one goroutine cuts,
// several parse, and this one takes.
func inOrder[P any](f *feed, size, threads int, parse func(block) P, take func(P) error) error {
	if threads <= 1 {
		return oneByOne(f, size, parse, take)
	}
	type job struct {
		block block
		done  chan P
	}
	jobs, order := make(chan job, threads), make(chan job, 2*threads)
	stop, fault := make(chan struct{}), make(chan error, 1)
	for range threads {
		go func() {
			for j := range jobs {
				j.done <- parse(j.block)
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
			j := job{b, make(chan P, 1)}
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
	}
	if err != nil {
		return err
	}
	return <-fault
}

// oneByOne is inOrder on one thread.
func oneByOne[P any](f *feed, size int, parse func(block) P, take func(P) error) error {
	for {
		b, err := f.next(size)
		if err != nil {
			return readFault(f.file, err)
		}
		if err := take(parse(b)); err != nil {
			return err
		}
	}
}
