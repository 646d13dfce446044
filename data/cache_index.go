package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// checkCacheHead refuses what is no cache, of another version or of other rows.
func checkCacheHead(f io.ReaderAt, id identity) error {
	head := make([]byte, cacheHeader)
	if err := readAt(f, head, 0); err != nil {
		return err
	}
	if !bytes.HasPrefix(head, []byte(cacheMagic)) {
		return errors.New("this is no cache of rows")
	}
	if crc32.Checksum(head[:cacheHeader-4], castagnoli) != binary.LittleEndian.Uint32(head[cacheHeader-4:]) {
		return errors.New("its header is damaged")
	}
	if v := binary.LittleEndian.Uint32(head[len(cacheMagic):]); v != cacheVersion {
		return fmt.Errorf("%w (version %d)", ErrStale, v)
	}
	if !bytes.Equal(head[len(cacheMagic)+4:][:identitySize], id[:]) {
		return ErrStale
	}
	return nil
}

// cacheIndex reads schema, index and the numbers of the tail, which are summed
// together, and says where they begin and how long the schema is.
func cacheIndex(f io.ReaderAt, size int64) (text []byte, at, schema uint64, err error) {
	tail := make([]byte, cacheTail)
	if err := readAt(f, tail, size-int64(cacheTail)); err != nil {
		return nil, 0, 0, err
	}
	if !bytes.HasSuffix(tail, []byte(cacheMagic)) {
		return nil, 0, 0, errors.New("it is torn: its end is missing")
	}
	at, schema = binary.LittleEndian.Uint64(tail), binary.LittleEndian.Uint64(tail[8:])
	index := binary.LittleEndian.Uint64(tail[16:])
	most := uint64(size) - uint64(cacheTail)
	if schema > maxIndex || index > maxIndex || at < uint64(cacheHeader) || at > most || schema+index != most-at {
		return nil, 0, 0, errors.New("its tail is damaged")
	}
	text = make([]byte, schema+index+3*8)
	if err := readAt(f, text, int64(at)); err != nil {
		return nil, 0, 0, err
	}
	if crc32.Checksum(text, castagnoli) != binary.LittleEndian.Uint32(tail[3*8:]) {
		return nil, 0, 0, errors.New("its index is damaged")
	}
	return text, at, schema, nil
}
