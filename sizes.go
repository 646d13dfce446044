package descent

import (
	"fmt"

	"descent/expr"
)

// sized is a variable of the size that follows from the formula or is given.
func sized(v expr.Variable, in Inputs) (Variable, error) {
	w, shape := Variable{Name: v.Name, Len: in.Lengths[v.Name]}, in.Shapes[v.Name]
	switch row := min(shape[0], shape[1]) == 1; {
	case v.Matrix, !row && shape != [2]int{}:
		return matrixOf(v, shape, w.Len)
	case row: // one row or one column is a vector
		w.Len = shape[0] * shape[1]
	}
	switch n := w.Len; {
	case n == 0 && !v.Indexed:
	case n == 0 && v.MinLen == 0:
		return w, fmt.Errorf("descent: the length of the vector %s does not follow from the formula; give it a start, as in %s=[0,0,0]", v.Name, v.Name)
	case n == 0:
		w.Len = v.MinLen
	case n < v.MinLen:
		return w, fmt.Errorf("descent: %s has %d entries, but the formula uses %s[%d]", v.Name, n, v.Name, v.MinLen)
	}
	return w, nil
}

// matrixOf is a matrix of a given shape, or with a given number of entries in
// rows as long as the formula says, or as large as the formula says.
func matrixOf(v expr.Variable, shape [2]int, entries int) (Variable, error) {
	rows, cols := v.MinLen, v.MinCols
	switch {
	case shape != [2]int{}:
		rows, cols = shape[0], shape[1]
	case entries > 0 && cols > 0:
		rows = entries / cols
	}
	w := Variable{Name: v.Name, Len: rows * cols, Cols: cols}
	switch {
	case v.Indexed && !v.Matrix:
		return w, fmt.Errorf("descent: %s is a vector, as %s[…] has one index in the formula, but %d rows of %d are given", v.Name, v.Name, rows, cols)
	case rows < 1 || cols < 1:
		return w, fmt.Errorf("descent: the size of the matrix %s does not follow from the formula; give it a start by rows, as in %s=[[0,0],[0,0]]", v.Name, v.Name)
	case entries > 0 && entries != w.Len:
		return w, fmt.Errorf("descent: the matrix %s has %d columns, and %d entries are no whole rows; give it by rows, as in %s=[[1,2],[3,4]]", v.Name, cols, entries, v.Name)
	case rows < v.MinLen || cols < v.MinCols:
		return w, fmt.Errorf("descent: the matrix %s has %d rows and %d columns, but the formula uses row %d and column %d", v.Name, rows, cols, v.MinLen, v.MinCols)
	}
	return w, nil
}
