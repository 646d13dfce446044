package optim

import "descent/internal/kernel"

const (
	// rowsAhead is how many rows before its turn a row is asked for: they lie all
	// over the memory.
	rowsAhead = 16
	// rowsAUnit is how many parameters a unit takes.
	rowsAUnit = 1 << 12
)

// perUnit is how many rows a unit takes.
func (o *RowWise[T]) perUnit() int { return max(1, rowsAUnit/o.Width) }

func (o *RowWise[T]) units() int { return (len(o.rows) + o.perUnit() - 1) / o.perUnit() }

// span is the rows of a unit.
func (o *RowWise[T]) span(unit int) (lo, hi int) {
	return unit * o.perUnit(), min((unit+1)*o.perUnit(), len(o.rows))
}

// takeRows copies rows of a table, one behind the other.
func takeRows[T Float](to, table []T, rows []int32, width int) {
	if width == 1 {
		to = to[:len(rows)]
		for i, row := range rows {
			to[i] = table[row]
		}
		return
	}
	for i, row := range rows {
		if i+rowsAhead < len(rows) {
			kernel.PrefetchOf(table[int(rows[i+rowsAhead])*width:][:width])
		}
		copy(to[i*width:][:width], table[int(row)*width:])
	}
}

// putRows copies them back.
func putRows[T Float](table, from []T, rows []int32, width int) {
	if width == 1 {
		from = from[:len(rows)]
		for i, row := range rows {
			table[row] = from[i]
		}
		return
	}
	for i, row := range rows {
		copy(table[int(row)*width:][:width], from[i*width:])
	}
}

// rowFetch brings rows up to date and copies them to the batch.
type rowFetch[T Float] RowWise[T]

// Unit fetches the rows of a unit.
func (f *rowFetch[T]) Unit(unit int) {
	o := (*RowWise[T])(f)
	lo, hi := o.span(unit)
	rows, w := o.rows[lo:hi], o.Width
	takeRows(o.x[lo*w:hi*w], o.state.X, rows, w)
	o.lags.catchUp(o.x[lo*w:hi*w], rows)
}

// rowStep takes the step of rows.
type rowStep[T Float] RowWise[T]

// Unit takes the step of the rows of a unit.
func (r *rowStep[T]) Unit(unit int) {
	o := (*RowWise[T])(r)
	lo, hi := o.span(unit)
	rows, w := o.rows[lo:hi], o.Width
	at := o.rest + lo*w
	for k, b := range o.table {
		takeRows(o.held[k][at:at+len(rows)*w], b, rows, w)
	}
	x, y := o.x[lo*w:hi*w], o.y[lo*w:hi*w]
	o.part(y, x, o.grad[lo*w:hi*w], at)
	o.lags.penalise(y, x, at)
	putRows(o.state.X, y, rows, w)
	for k, b := range o.table {
		putRows(b, o.held[k][at:at+len(rows)*w], rows, w)
	}
	o.lags.mark(rows)
}
