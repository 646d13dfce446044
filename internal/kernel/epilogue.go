package kernel

// Activation is a function that an epilogue applies to each element.
type Activation uint8

// The activations, computed as the functions of the same names over slices are.
const (
	ActivateNone Activation = iota
	ActivateRelu
	ActivateTanh
	ActivateSigmoid
	ActivateSoftplus
)

// Epilogue is what becomes of the elements of a product while they are still
// in the cache:
//
//	for i, j { v = f(c[i,j] + bias[j]); c[i,j] = v·[mask[i,j] > 0] }
//
// The bits are those of the product followed by Add of the bias to each
// row, the activation, Positive of the mask and Mul, each over the whole matrix. The zero value does nothing.
type Epilogue[T Float] struct {
	Bias       []T // a row of n numbers; nil for none
	Activation Activation
	Mask       []T // m×n, such as the output of a relu on the way back; nil for none
	LDMask     int // the distance between rows of Mask
}

// none reports whether the epilogue leaves everything as it is.
func (e *Epilogue[T]) none() bool {
	return e.Bias == nil && e.Activation == ActivateNone && e.Mask == nil
}

// check panics where the epilogue would read beyond its slices, as
// checkMatrix does.
func (e *Epilogue[T]) check(m, n int) {
	if e.Bias != nil && len(e.Bias) < n {
		panic("kernel: GemmWith: the bias is shorter than a row")
	}
	if e.Mask != nil {
		checkMatrix("mask", m, n, false, len(e.Mask), e.LDMask)
	}
}

// apply finishes the rows×columns elements of c, which begin at row i and
// column j of the product.
func (e *Epilogue[T]) apply(i, j, rows, columns int, c []T, ldc int) {
	if e.none() {
		return
	}
	var positive []T
	if e.Mask != nil {
		work := grab[T](columns)
		defer release(work)
		positive = *work
	}
	for r := range rows {
		row := c[r*ldc:][:columns]
		if e.Bias != nil {
			Add(row, row, e.Bias[j:j+columns])
		}
		activate(e.Activation, row)
		if e.Mask != nil {
			Positive(positive, e.Mask[(i+r)*e.LDMask+j:][:columns])
			Mul(row, row, positive)
		}
	}
}

func activate[T Float](f Activation, row []T) {
	switch f {
	case ActivateRelu:
		Relu(row, row)
	case ActivateTanh:
		Tanh(row, row)
	case ActivateSigmoid:
		Sigmoid(row, row)
	case ActivateSoftplus:
		Softplus(row, row)
	}
}
