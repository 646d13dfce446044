package data

import (
	"fmt"
	"io"

	"descent/internal/kernel"
)

// gather puts the pieces of a text together in their order.
type gather struct {
	*layout
	rows    int
	numbers columnsOfNumbers
	words   []*words
	skipped int
	fault   *Error // the first that was skipped
}

func newGather(l *layout) *gather {
	g := &gather{layout: l, words: make([]*words, len(l.kinds))}
	for i, k := range l.kinds {
		if k.storage() != Number {
			g.words[i] = newWords(k, l.fixed[i])
		}
	}
	return g
}

// take appends the rows of the next piece.
func (g *gather) take(p *piece) error {
	if p.fault != nil && !g.skip {
		return p.fault
	}
	if g.fault == nil {
		g.fault = p.fault
	}
	g.numbers.add(g.rows, p)
	g.rows += p.rows
	g.skipped += p.skipped
	for i, w := range p.words {
		if w != nil {
			g.words[i].join(w)
			p.words[i] = nil
		}
	}
	return nil
}

// columnsOfNumbers is the memory of all columns of numbers: one stretch of large
// pages, since a page costs more time than what is written to it.
type columnsOfNumbers struct {
	all   []float64
	place []int // of each column among those of numbers; -1 for others
	count int   // of columns of numbers
	room  int   // rows that have a place
	size  int64 // bytes of the text, 0 where that is unknown
	seen  int64 // and of the pieces
}

// add appends the numbers of a piece behind so many rows.
func (c *columnsOfNumbers) add(rows int, p *piece) {
	if c.place == nil {
		c.place = make([]int, len(p.numbers))
		for i, v := range p.numbers {
			if c.place[i] = -1; v != nil {
				c.place[i] = c.count
				c.count++
			}
		}
	}
	c.seen += int64(len(p.used))
	if need := rows + p.rows; need > c.room && c.count > 0 {
		c.grow(rows, need)
	}
	for i, v := range p.numbers {
		if at := c.place[i]; at >= 0 {
			copy(c.all[at*c.room+rows:], v)
		}
	}
}

// grow makes room for as many rows as the text may have, judged by the part that
// was seen, and for at least need.
func (c *columnsOfNumbers) grow(rows, need int) {
	room := need + need/2
	if c.size > c.seen {
		room = max(need, int(float64(need)*(float64(c.size)/float64(c.seen))*1.02)) + 1000
		room = min(room, need+int((c.size-c.seen)/int64(c.count))+1) // a cell takes a byte at least
	} else if c.size > 0 {
		room = need
	}
	all := kernel.Make[float64](room * c.count)
	for at := range c.count {
		copy(all[at*room:], c.all[at*c.room:at*c.room+rows])
	}
	c.all, c.room = all, room
}

// column is column i of numbers.
func (g *gather) column(i int) []float64 {
	from := g.numbers.place[i] * g.numbers.room
	return g.numbers.all[from : from+g.rows : from+g.rows]
}

// note says what was skipped.
func (g *gather) note() []string {
	if g.skipped == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s skipped; the first: %s", plural(g.skipped, "faulty row"), g.fault.short())}
}

// read parses the first block and all that the feed has behind it, on several
// threads, and hands the pieces to take in their order.
func (l *layout) read(f *feed, first block, size, threads int, take func(*piece) error) error {
	if err := take(l.parse(first)); err != nil { // columns may hold on to its text
		return err
	}
	return inOrder(f, size, threads, l.parse, func(p *piece) error {
		err := take(p)
		f.recycle(p)
		return err
	})
}

// readFault is nil at the end of a text, and puts what the source said into a
// sentence.
func readFault(file string, err error) error {
	if err == nil || err == io.EOF {
		return nil
	}
	if _, known := err.(*Error); known {
		return err
	}
	return explainOpen(file, err)
}
