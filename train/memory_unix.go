//go:build unix

package train

import (
	"runtime"
	"syscall"
)

// PeakMemory is the most memory the process has had resident, in bytes.
func PeakMemory() uint64 {
	if n := residentPeak(); n > 0 {
		return n
	}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil || u.Maxrss < 0 {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return uint64(u.Maxrss) // bytes there, kilobytes elsewhere
	}
	return uint64(u.Maxrss) * 1024
}
