//go:build !unix

package train

import "runtime"

// PeakMemory is the memory obtained from the system, in bytes: the nearest
// thing to a peak that is known here.
func PeakMemory() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys
}
