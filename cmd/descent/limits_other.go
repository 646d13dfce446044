//go:build !unix

package main

// heedLimits does nothing where files have no limits.
func heedLimits() {}
