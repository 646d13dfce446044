//go:build !linux

package kernel

func onLargePages[T any]([]T) {}
