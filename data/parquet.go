package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// checkedParquet opens a Parquet file whose pages hold what they say. pages is
// how many bytes the largest page of each column, with its dictionary, unpacks to
// in all. The library reads through at, the check through plain.
func checkedParquet(name string, at, plain io.ReaderAt, size int64) (f *parquet.File, pages int64, err error) {
	// The library believes the length of the footer that the last bytes state.
	var tail [8]byte
	if size >= 12 {
		if err := readAt(plain, tail[:], size-8); err != nil {
			return nil, 0, readFault(name, err)
		}
	}
	if size < 12 || uint64(binary.LittleEndian.Uint32(tail[:])) > uint64(size-12) {
		return nil, 0, &Error{File: name, Msg: "this Parquet file is cut off or damaged: its footer does not fit", Try: "fetch the file again"}
	}
	f, err = parquet.OpenFile(at, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, 0, &Error{File: name, Msg: fmt.Sprintf("damaged Parquet file: %v", err)}
	}
	if pages, err = checkPages(plain, size, f); errors.Is(err, errUnsupported) {
		return nil, 0, &Error{File: name, Msg: fmt.Sprintf("this Parquet file cannot be read: %v", err)}
	} else if err != nil {
		return nil, 0, &Error{File: name, Msg: fmt.Sprintf("damaged Parquet file: %v", err), Try: "fetch the file again"}
	}
	return f, pages, nil
}

func parquetText(v parquet.Value) string {
	switch {
	case v.IsNull():
		return ""
	case v.Kind() == parquet.Boolean:
		return v.String()
	}
	return string(v.ByteArray())
}

// parquetNumber turns values of a type into numbers, nil for text.
func parquetNumber(t parquet.Type) func(parquet.Value) float64 {
	scale, unsigned := 1.0, false
	if l := t.LogicalType(); l != nil {
		switch v := l.Value.(type) {
		case *format.DecimalType:
			return parquetDecimal(t.Kind(), int(v.Scale))
		case *format.TimestampType:
			scale = perSecond(v.Unit)
		case *format.IntType:
			unsigned = !v.IsSigned
		}
	}
	switch t.Kind() {
	case parquet.Int32:
		if unsigned {
			return func(v parquet.Value) float64 { return float64(v.Uint32()) }
		}
		return func(v parquet.Value) float64 { return float64(v.Int32()) / scale }
	case parquet.Int64:
		if unsigned {
			return func(v parquet.Value) float64 { return float64(v.Uint64()) }
		}
		return func(v parquet.Value) float64 { return float64(v.Int64()) / scale }
	case parquet.Int96:
		return func(v parquet.Value) float64 { return julianSeconds(v.Int96()) }
	case parquet.Float:
		return func(v parquet.Value) float64 { return float64(v.Float()) }
	case parquet.Double:
		return func(v parquet.Value) float64 { return v.Double() }
	}
	return nil
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

// julianSeconds is an old timestamp, nanoseconds of a Julian day, as seconds
// since 1970.
func julianSeconds(v deprecated.Int96) float64 {
	const epoch = 2440588 // the Julian day of 1970-01-01
	nanos := uint64(v[1])<<32 | uint64(v[0])
	return (float64(v[2])-epoch)*86400 + float64(nanos)/1e9
}
