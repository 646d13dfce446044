//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// heedLimits makes a file that may not grow any more an error in words, as a
// full disk is, instead of the end of the process.
func heedLimits() { signal.Ignore(syscall.SIGXFSZ) }
