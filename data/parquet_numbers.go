package data

import (
	"encoding/binary"
	"math"
	"math/big"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetType is how the values of a column are stored, and what they mean.
type parquetType struct {
	kind    parquet.Kind
	size    int                           // bytes of a value, where all have as many
	defined int                           // the level of a value that is there
	plain   func(dst []float64, b []byte) // reads numbers that take size bytes each; nil for others
	text    func(b string) float64        // reads a number that is stored as text or bytes; nil for others
}

// textual says whether the values are no numbers.
func (t *parquetType) textual() bool { return t.plain == nil && t.text == nil }

// parquetTypeOf is the type of a column.
func parquetTypeOf(leaf parquet.LeafColumn) parquetType {
	of := leaf.Node.Type()
	t := parquetType{kind: of.Kind(), defined: leaf.MaxDefinitionLevel}
	switch t.kind {
	case parquet.Int32, parquet.Float:
		t.size = 4
	case parquet.Int64, parquet.Double:
		t.size = 8
	case parquet.Int96:
		t.size = 12
	case parquet.FixedLenByteArray:
		t.size = of.Length()
	}
	scale, unsigned := 1.0, false
	if l := of.LogicalType(); l != nil {
		switch v := l.Value.(type) {
		case *format.DecimalType:
			t.decimal(int(v.Scale))
		case *format.TimestampType:
			scale = perSecond(v.Unit)
		case *format.IntType:
			unsigned = !v.IsSigned
		}
	}
	if t.textual() {
		t.plain = littleNumbers(t.kind, scale, unsigned)
	}
	return t
}

// perSecond is how many of a unit make a second.
func perSecond(u format.TimeUnit) float64 {
	switch u.Value.(type) {
	case *format.MilliSeconds:
		return 1e3
	case *format.MicroSeconds:
		return 1e6
	case *format.NanoSeconds:
		return 1e9
	}
	return 1
}

// littleNumbers reads numbers of a physical type in units of 1/scale; nil for what
// is no number. b holds all of dst.
func littleNumbers(kind parquet.Kind, scale float64, unsigned bool) func(dst []float64, b []byte) {
	order := binary.LittleEndian
	switch {
	case kind == parquet.Int32 && unsigned:
		return func(dst []float64, b []byte) {
			for i := range dst {
				dst[i] = float64(order.Uint32(b[4*i:]))
			}
		}
	case kind == parquet.Int64 && unsigned:
		return func(dst []float64, b []byte) {
			for i := range dst {
				dst[i] = float64(order.Uint64(b[8*i:]))
			}
		}
	case kind == parquet.Int32:
		return func(dst []float64, b []byte) {
			for i := range dst {
				dst[i] = float64(int32(order.Uint32(b[4*i:]))) / scale
			}
		}
	case kind == parquet.Int64:
		return func(dst []float64, b []byte) {
			for i := range dst {
				dst[i] = float64(int64(order.Uint64(b[8*i:]))) / scale
			}
		}
	case kind == parquet.Float:
		return func(dst []float64, b []byte) {
			for i := range dst {
				dst[i] = float64(math.Float32frombits(order.Uint32(b[4*i:])))
			}
		}
	case kind == parquet.Double:
		return func(dst []float64, b []byte) {
			for i := range dst {
				dst[i] = math.Float64frombits(order.Uint64(b[8*i:]))
			}
		}
	case kind == parquet.Int96:
		return func(dst []float64, b []byte) {
			for i := range dst {
				dst[i] = julianSeconds(b[12*i:])
			}
		}
	}
	return nil
}

// julianSeconds is an old timestamp, nanoseconds of a Julian day and the day, as
// seconds since 1970.
func julianSeconds(b []byte) float64 {
	const epoch = 2440588 // the Julian day of 1970-01-01
	nanos, day := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint32(b[8:])
	return (float64(day)-epoch)*86400 + float64(nanos)/1e9
}

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

// decimal has the numbers read as decimals.
func (t *parquetType) decimal(scale int) {
	switch t.kind {
	case parquet.Int32, parquet.Int64:
		size := t.size
		t.plain = func(dst []float64, b []byte) {
			for i := range dst {
				v := int64(int32(binary.LittleEndian.Uint32(b[size*i:])))
				if size == 8 {
					v = int64(binary.LittleEndian.Uint64(b[size*i:]))
				}
				dst[i] = math.NaN() // of a negative scale, which the format does not have
				if scale >= 0 {
					dst[i] = decimalOf(v, scale)
				}
			}
		}
	case parquet.ByteArray, parquet.FixedLenByteArray:
		t.text = func(b string) float64 { return decimalBytes(b, scale) }
	}
}

// decimalBytes reads a decimal that is stored as the bytes of a whole number in
// two's complement, the highest first.
func decimalBytes(b string, scale int) float64 {
	if len(b) == 0 || scale < 0 {
		return math.NaN()
	}
	if len(b) <= 8 {
		n := int64(int8(b[0]))
		for _, c := range []byte(b[1:]) {
			n = n<<8 | int64(c)
		}
		return decimalOf(n, scale)
	}
	n := new(big.Int).SetBytes([]byte(b))
	if b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return decimalText(n.String(), scale)
}
