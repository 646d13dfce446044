package train

import (
	"slices"

	"descent/internal/numtext"
)

// sameRows says that the rows to validate on are all the training rows, once
// more: the file was named twice, or is a copy.
func (p *plan) sameRows() *Diagnosis {
	if !p.validatesOnItself() {
		return nil
	}
	n := p.valid.n()
	return &Diagnosis{Kind: Twins, Count: n, Share: 1, Message: "the rows to validate on are the " + numtext.Count(n, "training row") +
		" themselves, so the validation loss says nothing of rows that the model has not seen: validate on other rows with --validation FILE, or on a part of these with --validation 0.2"}
}

// validatesOnItself compares all rows of caches, and of tables a sample: the rows
// of one number are the same.
func (p *plan) validatesOnItself() bool {
	const most = 1 << 14
	if v := p.opts.ValidationCache; v != nil {
		return p.stream != nil && v.Fingerprint() == p.stream.cache.Fingerprint()
	}
	q := p.look()
	if p.opts.ValidationTable == nil || p.valid.n() != p.train.n() || q.train.table == nil {
		return false
	}
	n := len(q.train.rows)
	rows, numbers := make([]int, min(n, most)), make([]int, min(n, most))
	for k := range rows {
		i := k * n / len(rows)
		rows[k], numbers[k] = q.train.rows[i], q.train.number(i)
		if numbers[k] >= p.valid.table.Rows {
			return false
		}
	}
	names := append(p.encoder.Reads(), p.names...)
	a, b := newRowHash(q.train.table, names, nil), newRowHash(p.valid.table, names, nil)
	return a != nil && b != nil && slices.Equal(a.rows(rows, nil), b.rows(numbers, nil))
}
