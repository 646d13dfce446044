package data

import (
	"sync"
	"sync/atomic"
)

// inParallel does pieces of work, 0 to n−1, on so many threads. The error is that
// of the first piece that failed, whatever the number of threads.
func inParallel(n, threads int, work func(i int) error) error {
	if threads = min(threads, n); threads <= 1 {
		for i := range n {
			if err := work(i); err != nil {
				return err
			}
		}
		return nil
	}
	var (
		next   atomic.Int64
		failed atomic.Bool
		team   sync.WaitGroup
		mutex  sync.Mutex
		first  = n
		fault  error
	)
	for range threads {
		team.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := work(i); err != nil {
					failed.Store(true)
					mutex.Lock()
					if i < first {
						first, fault = i, err
					}
					mutex.Unlock()
				}
			}
		})
	}
	team.Wait()
	return fault
}
