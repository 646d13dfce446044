package kernel

import (
	"syscall"
	"unsafe"
)

// largePage is what the large pages of amd64 and arm64 hold.
const largePage = 2 << 20

// adviseLarge is MADV_HUGEPAGE.
const adviseLarge = 14

// onLargePages asks for large pages under the part of s that covers whole ones.
// It is advice: a system without them leaves all as it was.
func onLargePages[T any](s []T) {
	bytes := len(s) * int(unsafe.Sizeof(*new(T)))
	if bytes < 2*largePage {
		return
	}
	raw := unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), bytes)
	skip := -int(uintptr(unsafe.Pointer(&s[0]))) & (largePage - 1)
	raw = raw[skip:]
	_ = syscall.Madvise(raw[:len(raw)&^(largePage-1)], adviseLarge)
}
