package kernel

import (
	"runtime"
	"syscall"
)

// standAside lets other goroutines run, and other threads that the system keeps
// on this processor: where another program has one of two, both threads of a team
// may be on the other, and whoever waits holds up whom it waits for.
func standAside() {
	runtime.Gosched()
	_, _, _ = syscall.Syscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
}
