package kernel

// Make is make([]T, n). A long slice is placed on large pages of memory where
// the system has them: a product of matrices reads many rows at once, each on
// pages of its own, and of large pages the processor finds all.
func Make[T Float | byte](n int) []T {
	s := make([]T, n)
	onLargePages(s)
	return s
}
