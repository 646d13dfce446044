package train

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// systemMemory is the memory of the machine in bytes, or what the control group
// of the process may have, if that is less; 0 where neither is known.
func systemMemory() int64 {
	total := statusBytes("/proc/meminfo", "MemTotal:")
	for _, file := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 && (total == 0 || n < total) {
			total = n
		}
	}
	return total
}

// residentPeak is the most memory that the process has had resident since it
// was started, in bytes; 0 where that is not known. Getrusage may count that of
// the process that started it.
func residentPeak() uint64 { return uint64(statusBytes("/proc/self/status", "VmHWM:")) }

// statusBytes is a line of kilobytes in a file of the kernel.
func statusBytes(file, name string) int64 {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		fields := strings.Fields(string(line))
		if len(fields) >= 2 && fields[0] == name {
			if n, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				return n * 1024
			}
		}
	}
	return 0
}
