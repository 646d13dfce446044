//go:build !noasm

package kernel

//go:generate go run -C gen . neon ..

const (
	neon isa = iota + 1 // which every arm64 has
	sets
)

var isaNames = [...]string{"portable", "neon"}

// unmasked is no set here: loops take what is left behind the last vector an
// element at a time.
const unmasked = sets

// sharesBytes is how many bytes of elements a set takes at once in shares.
var sharesBytes = [sets]int{neon: 16}

func best() isa { return neon }
