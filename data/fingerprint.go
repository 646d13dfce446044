package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
)

// Fingerprint is a hash of all columns: names, kinds and values. Equal tables
// have equal fingerprints, wherever their rows came from.
func (t *Table) Fingerprint() string {
	h := sha256.New()
	var buf []byte
	flush := func(least int) {
		if len(buf) >= least {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	text := func(s string) {
		buf = binary.LittleEndian.AppendUint64(buf, uint64(len(s)))
		buf = append(buf, s...)
		flush(1 << 16)
	}
	for _, c := range t.Columns {
		text(c.Name)
		text(c.Kind.String())
		for _, v := range c.Numbers {
			buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(v))
			flush(1 << 16)
		}
		for _, code := range c.Codes {
			buf = binary.LittleEndian.AppendUint32(buf, uint32(code))
			flush(1 << 16)
		}
		for _, s := range c.Levels {
			text(s)
		}
		for _, s := range c.Texts {
			text(s)
		}
		for _, s := range c.EntryNames {
			text(s)
		}
		if m := c.Entries; m != nil {
			for _, at := range m.Start {
				buf = binary.LittleEndian.AppendUint64(buf, uint64(at))
				flush(1 << 16)
			}
			for k, j := range m.Index {
				buf = binary.LittleEndian.AppendUint32(buf, uint32(j))
				buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(m.Value[k]))
				flush(1 << 16)
			}
		}
		flush(0)
		h.Write(c.Pixels)
	}
	return hex.EncodeToString(h.Sum(nil))
}
