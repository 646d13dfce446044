//go:build !linux

package kernel

func onLargePages[T Float]([]T) {}
