//go:build !unix

package train

import "runtime"

// peakMemory is the memory obtained from the system, in bytes: the nearest
// thing to a peak that is known here.
func peakMemory() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys
}
