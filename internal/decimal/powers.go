package decimal

import "math/big"

// The powers of five that a mantissa of up to 19 digits can meet within
// float64.
const (
	minPower = -342
	maxPower = 308
)

// power is 5^q, rounded down to 64 bits: mantissa·2^exponent, the highest bit
// of the mantissa set.
type power struct {
	mantissa uint64
	exponent int
}

// powers is the table of 5^minPower … 5^maxPower.
var powers = table()

func table() *[maxPower - minPower + 1]power {
	table := new([maxPower - minPower + 1]power)
	five, p := big.NewInt(5), big.NewInt(1)
	for q := 0; q <= max(maxPower, -minPower); q++ {
		n := p.BitLen()
		if q <= maxPower {
			table[q-minPower] = power{upper(p), n - 64}
		}
		if q > 0 && q <= -minPower {
			// 2^(n+63)/5^q lies in (2^63, 2^64], and is no whole number.
			inverse := new(big.Int).Lsh(big.NewInt(1), uint(n+63))
			table[-q-minPower] = power{inverse.Div(inverse, p).Uint64(), -n - 63}
		}
		p = new(big.Int).Mul(p, five)
	}
	return table
}

// upper is the highest 64 bits of p, with zeros behind where it has fewer.
func upper(p *big.Int) uint64 {
	if n := p.BitLen(); n > 64 {
		return new(big.Int).Rsh(p, uint(n-64)).Uint64()
	}
	return p.Uint64() << (64 - p.BitLen())
}
