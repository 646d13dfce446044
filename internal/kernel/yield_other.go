//go:build !linux

package kernel

import "runtime"

// standAside lets other goroutines run.
func standAside() { runtime.Gosched() }
