package data

import (
	"io"
	"slices"
	"sync"
)

// npyBlock is about how many bytes of an array are read at once: they stay in the
// cache of a processor until they are spread over the columns.
const npyBlock = 1 << 18

// npyBatch is the next n rows of an array on their way to the columns: in parts of
// some rows of all columns, or, where the columns lie one after the other, of some
// rows of one.
type npyBatch struct {
	*npyArray
	n, wide int // rows, columns of a part
	per     int // rows of a part
	dst     []cells
	skip    func(k int) bool // columns that nobody wants
	threads int
}

// npyPart is one of the parts.
type npyPart struct {
	column int
	lo, hi int // rows of the batch
	buf    []byte
	to     [][]float64
}

var npyParts = sync.Pool{New: func() any { return new(npyPart) }}

// read appends the next n rows to the columns, one of dst each. An array that
// comes column by column, from where it can be read but once, is read as a whole.
func (a *npyArray) read(n, threads int, dst []cells, skip func(k int) bool) error {
	b := &npyBatch{npyArray: a, n: n, wide: a.width, dst: dst, skip: skip, threads: threads}
	if a.fortran {
		b.wide = 1
	}
	b.per = max(npyBlock/(b.wide*a.element.size), 8)
	var err error
	switch {
	case a.at != nil:
		b.room(0, a.width)
		err = inParallel(b.parts(), threads, b.fetch)
	case a.fortran:
		err = b.columnByColumn()
	default:
		b.room(0, a.width)
		err = b.rowByRow()
	}
	a.done += n
	return err
}

// parts is how many parts the batch has.
func (b *npyBatch) parts() int { return b.width / b.wide * ((b.n-1)/b.per + 1) }

// part is part i, in the order of the file.
func (b *npyBatch) part(i int) *npyPart {
	p := npyParts.Get().(*npyPart)
	each := (b.n-1)/b.per + 1
	p.column, p.lo = i/each, i%each*b.per
	p.hi = min(p.lo+b.per, b.n)
	return p
}

// size is the bytes of a part.
func (b *npyBatch) size(p *npyPart) int { return (p.hi - p.lo) * b.wide * b.element.size }

// room makes room for the rows of the batch in the columns from lo up to hi.
func (b *npyBatch) room(lo, hi int) {
	for k := lo; k < hi; k++ {
		if !b.skip(k) {
			b.dst[k].more(b.n, false)
		}
	}
}

// aim finds where the numbers of a part go.
func (b *npyBatch) aim(p *npyPart) {
	p.to = p.to[:0]
	for k := p.column; k < p.column+b.wide; k++ {
		var to []float64
		if !b.skip(k) {
			start := len(b.dst[k].numbers) - b.n
			to = b.dst[k].numbers[start+p.lo : start+p.hi]
		}
		p.to = append(p.to, to)
	}
}

// deal hands out what was read of a part.
func (b *npyBatch) deal(p *npyPart) {
	if b.element.swapped {
		b.element.swap(p.buf)
	}
	b.element.deal(p.to, p.buf)
}

// fetch reads part i from its place.
func (b *npyBatch) fetch(i int) error {
	p := b.part(i)
	defer npyParts.Put(p)
	if b.aim(p); b.wide == 1 && p.to[0] == nil {
		return nil
	}
	at := (int64(p.column)*int64(b.rows) + int64(b.done+p.lo)*int64(b.wide)) * int64(b.element.size)
	if b.wide == 1 && b.element.float64 { // there is nothing to spread
		to := bytesOf(p.to[0])
		err := readAt(b.at, to, at)
		if b.element.swapped {
			b.element.swap(to)
		}
		return err
	}
	p.buf = slices.Grow(p.buf[:0], b.size(p))[:b.size(p)]
	if err := readAt(b.at, p.buf, at); err != nil {
		return err
	}
	b.deal(p)
	return nil
}

// rowByRow reads the parts one after the other, while other threads spread those
// before.
func (b *npyBatch) rowByRow() error {
	i := 0
	next := func() (*npyPart, error) {
		if i == b.parts() {
			return nil, io.EOF
		}
		p := b.part(i)
		i++
		var err error
		if p.buf, err = b.take(p); err != nil {
			return nil, err
		}
		return p, nil
	}
	work := func(p *npyPart) *npyPart {
		b.aim(p)
		b.deal(p)
		return p
	}
	return ordered(next, b.threads, work, func(p *npyPart) error {
		npyParts.Put(p)
		return nil
	})
}

// columnByColumn reads the columns one after the other. Only the first tells how
// many rows there are: it grows as they come.
func (b *npyBatch) columnByColumn() (err error) {
	for i := range b.parts() {
		p := b.part(i)
		if p.buf, err = b.take(p); err != nil {
			return err
		}
		if k := p.column; !b.skip(k) {
			v := &b.dst[k]
			if k > 0 && p.lo == 0 {
				v.numbers = slices.Grow(v.numbers, b.n)
			}
			v.more(p.hi-p.lo, false)
			p.to = append(p.to[:0], v.numbers[len(v.numbers)-(p.hi-p.lo):])
			b.deal(p)
		}
		npyParts.Put(p)
	}
	return nil
}

// take reads the next part.
func (b *npyBatch) take(p *npyPart) ([]byte, error) {
	buf, err := readRows(b.src, p.buf[:0], b.size(p))
	b.found += int64(len(buf))
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return buf, err
}
