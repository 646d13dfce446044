package train

import (
	"context"
	"fmt"
	"testing"

	"descent/data"
	"descent/internal/kernel"
	"descent/internal/reference"
	"descent/optim"
	"descent/param"
)

// BenchmarkStep is one training step of a 784-256-128-10 perceptron on MNIST as
// a fit takes it: drawing and gathering the batch, value and gradient, update.
func BenchmarkStep(b *testing.B) {
	table, err := data.Read(reference.Path(b, "mnist", "t10k-images-idx3-ubyte.gz"), data.ReadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for _, method := range []string{"sgd", "adam"} {
		for _, batch := range []int{16, 128, 1024} {
			for _, threads := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/batch=%d/threads=%d", method, batch, threads), func(b *testing.B) {
					benchmarkStep(b, table, Options{
						Target: "label", Model: "mlp:256,128", Method: method, Batch: batch,
						Epochs: 1, Validation: NoValidation,
					}, threads)
				})
			}
		}
	}
}

func benchmarkStep(b *testing.B, table *data.Table, opts Options, threads int) {
	p, err := newPlan(table, opts, nil)
	if err != nil {
		b.Fatal(err)
	}
	net, err := p.layout()
	if err != nil {
		b.Fatal(err)
	}
	if err := p.chooseMethod(net.Layout.Dim()); err != nil {
		b.Fatal(err)
	}
	s, err := newSession[float32](p, net, nil)
	if err != nil {
		b.Fatal(err)
	}
	draw, _, err := s.batches()
	if err != nil {
		b.Fatal(err)
	}
	solver, err := newSolver[float32](p, net, 1)
	if err != nil {
		b.Fatal(err)
	}
	run, err := optim.Start(s.problem(draw), param.Start[float32](net.Layout, 1), solver, optim.MaxIter[float32](1<<40))
	if err != nil {
		b.Fatal(err)
	}
	defer kernel.StartThreads(threads)()
	b.ReportAllocs()
	for b.Loop() {
		if !run.Next(context.Background()) {
			b.Fatal(run.Result().Text)
		}
	}
	b.ReportMetric(float64(opts.Batch)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkLayers is a step of the same perceptron with Adam, with layer norm
// and dropout.
func BenchmarkLayers(b *testing.B) {
	table, err := data.Read(reference.Path(b, "mnist", "t10k-images-idx3-ubyte.gz"), data.ReadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for _, batch := range []int{16, 128} {
		for _, m := range []string{"mlp:256,128", "mlp:256,128:dropout=0.2", "mlp:256,128:layer-norm", "mlp:256,128:layer-norm:dropout=0.2"} {
			b.Run(fmt.Sprintf("batch=%d/%s", batch, m), func(b *testing.B) {
				benchmarkStep(b, table, Options{
					Target: "label", Model: m, Method: "adam", Batch: batch, Epochs: 1, Validation: NoValidation,
				}, 1)
			})
		}
	}
}
