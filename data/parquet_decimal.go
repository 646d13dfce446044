package data

import (
	"math"
	"math/big"
	"strconv"

	"github.com/parquet-go/parquet-go"
)

// exactPower is the largest power of ten that float64 holds exactly.
const exactPower = 22

// decimalOf is unscaled/10^scale, correctly rounded. scale is not negative.
func decimalOf(unscaled int64, scale int) float64 {
	const whole = 1 << 53 // numbers up to here are float64, too
	if unscaled >= -whole && unscaled <= whole && scale <= exactPower {
		return float64(unscaled) / math.Pow10(scale) // both are exact
	}
	return decimalText(strconv.FormatInt(unscaled, 10), scale)
}

func decimalText(unscaled string, scale int) float64 {
	v, _ := strconv.ParseFloat(unscaled+"e-"+strconv.Itoa(scale), 64) // infinite where it is too large
	return v
}

// parquetDecimal turns decimals of a physical type into numbers; nil where the
// file cannot mean it.
func parquetDecimal(kind parquet.Kind, scale int) func(parquet.Value) float64 {
	switch {
	case scale < 0: // which the format does not have
		return func(parquet.Value) float64 { return math.NaN() }
	case kind == parquet.Int32:
		return func(v parquet.Value) float64 { return decimalOf(int64(v.Int32()), scale) }
	case kind == parquet.Int64:
		return func(v parquet.Value) float64 { return decimalOf(v.Int64(), scale) }
	case kind == parquet.ByteArray || kind == parquet.FixedLenByteArray:
		return decimalBytes(scale)
	}
	return nil
}

// decimalBytes reads decimals that are stored as the bytes of a whole number in
// two's complement, the highest first.
func decimalBytes(scale int) func(parquet.Value) float64 {
	return func(v parquet.Value) float64 {
		b := v.ByteArray()
		if len(b) == 0 {
			return math.NaN()
		}
		if len(b) <= 8 {
			n := int64(int8(b[0]))
			for _, c := range b[1:] {
				n = n<<8 | int64(c)
			}
			return decimalOf(n, scale)
		}
		n := new(big.Int).SetBytes(b)
		if b[0] >= 0x80 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		}
		return decimalText(n.String(), scale)
	}
}
