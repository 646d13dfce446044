package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"
)

// Fingerprint is a hash of all columns: names, kinds and values. Equal tables
// have equal fingerprints, wherever their rows came from.
func (t *Table) Fingerprint() string {
	h := valueHash{Hash: sha256.New()}
	for _, c := range t.Columns {
		h.column(c)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// valueHash hashes values, many at once.
type valueHash struct {
	hash.Hash
	buf []byte
}

// flush hashes what is gathered, unless it is less than so many bytes.
func (h *valueHash) flush(least int) {
	if len(h.buf) >= least {
		h.Write(h.buf)
		h.buf = h.buf[:0]
	}
}

// hashAtOnce is how many bytes are hashed at once.
const hashAtOnce = 1 << 16

// texts hashes texts with their lengths.
func (h *valueHash) texts(list ...string) {
	for _, s := range list {
		h.buf = binary.LittleEndian.AppendUint64(h.buf, uint64(len(s)))
		h.buf = append(h.buf, s...)
		h.flush(hashAtOnce)
	}
}

// column hashes name, kind and values.
func (h *valueHash) column(c *Column) {
	h.texts(c.Name, c.Kind.String())
	for _, v := range c.Numbers {
		h.buf = binary.LittleEndian.AppendUint64(h.buf, math.Float64bits(v))
		h.flush(hashAtOnce)
	}
	for _, code := range c.Codes {
		h.buf = binary.LittleEndian.AppendUint32(h.buf, uint32(code))
		h.flush(hashAtOnce)
	}
	h.texts(c.Levels...)
	h.texts(c.Texts...)
	h.texts(c.EntryNames...)
	if m := c.Entries; m != nil {
		h.entries(m)
	}
	h.flush(0)
	h.Write(c.Pixels)
}

// entries hashes sparse rows.
func (h *valueHash) entries(m *CSR[float64]) {
	for _, at := range m.Start {
		h.buf = binary.LittleEndian.AppendUint64(h.buf, uint64(at))
		h.flush(hashAtOnce)
	}
	for k, j := range m.Index {
		h.buf = binary.LittleEndian.AppendUint32(h.buf, uint32(j))
		h.buf = binary.LittleEndian.AppendUint64(h.buf, math.Float64bits(m.Value[k]))
		h.flush(hashAtOnce)
	}
}
