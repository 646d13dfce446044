package data

import (
	"fmt"

	"descent/internal/kernel"
)

// Pixels is the bytes of all images of t, row by row, where they are all the
// features that there are: feature j of row i is byte i·Width+j divided by 255.
// It is nil where the encoder has other features.
func (e *Encoder) Pixels(t *Table) ([]byte, error) {
	if len(e.Features) != 1 || e.Features[0].Kind != Image {
		return nil, nil
	}
	f := &e.Features[0]
	c, err := column(f, t)
	if err == nil {
		err = f.checkImages(c)
	}
	if err != nil {
		return nil, err
	}
	return c.Pixels, nil
}

func (f *Feature) checkImages(c *Column) error {
	if c.Height != f.ImageHeight || c.Width != f.ImageWidth {
		return fmt.Errorf("images of %d×%d pixels, but %d×%d in training", c.Height, c.Width, f.ImageHeight, f.ImageWidth)
	}
	return nil
}

func encodePixels[T kernel.Float](f *Feature, c *Column, rows []int, dst []T, stride int) error {
	if err := f.checkImages(c); err != nil {
		return err
	}
	for i, row := range rows {
		kernel.Shares(dst[i*stride:i*stride+f.Width], c.Pixels[row*f.Width:])
	}
	return nil
}
