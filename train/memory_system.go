//go:build !linux

package train

// systemMemory is 0: nobody asked this system.
func systemMemory() int64 { return 0 }

// residentPeak is 0: this system does not tell.
func residentPeak() uint64 { return 0 }
