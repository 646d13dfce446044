package stream

// Word is one random word of (seed, purpose, step): for a choice that is made
// for every step by itself, such as on which side of a split a row falls.
func Word(seed, purpose, step uint64) uint64 { return mix(mix(mix(seed)^purpose) ^ step) }
