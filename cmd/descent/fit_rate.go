package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"descent/data"
	"descent/internal/numtext"
	"descent/plot"
	"descent/train"
)

// findRate is fit --find-lr: the learning rate range test, which leaves no run
// folder.
func (a *app) findRate(ctx context.Context, t *data.Table, o train.Options, f *fitFlags) error {
	return a.rateFound(ctx, f, func() (*train.RateTest, error) { return train.FindRate(ctx, t, o) })
}

// rateFound runs the test, and prints it.
func (a *app) rateFound(ctx context.Context, f *fitFlags, test func() (*train.RateTest, error)) error {
	r, err := test()
	if err != nil {
		if ctx.Err() != nil {
			a.status = exitShort
			fmt.Fprintln(a.err, "descent: "+message(err))
			return nil
		}
		return fitError(err)
	}
	if f.json {
		err = writeJSON(a.out, r)
	} else {
		a.rateText(r, f)
	}
	if f.plot == "" {
		return err
	}
	picture, failed := plot.Losses(rateChart(r, f.target, true))
	if failed == nil {
		failed = writePicture(f.plot, picture)
	}
	return errors.Join(err, failed)
}

// rateText prints the curve and the finding for people.
func (a *app) rateText(r *train.RateTest, f *fitFlags) {
	w := a.out
	printWrapped(w, fmt.Sprintf("The range test of the learning rate: %s, one step at each of %d rates.", r.Method, len(r.Rates)))
	if s := plot.Terminal(rateChart(r, f.target, false), min(w.width, 100), 12, w.colour); s != "" {
		fmt.Fprintf(w, "\n%s\n", s)
	}
	w.say("%s.", sentence(r.Text))
	method := ""
	if f.method == "auto" {
		name, _, _ := strings.Cut(r.Method, ",")
		method = "--method " + name + " "
	}
	w.say("Next: the same command with %s--lr %s instead of --find-lr.", method, numtext.Short(r.Suggested, 2))
}

// rateChart is the picture of a rate test: the losses over the rate, and, where
// there is room, the losses of each step and the rates that were read off. What
// lies far above the start is left out, or there would be nothing else to see.
func rateChart(r *train.RateTest, target string, whole bool) plot.Chart {
	low, start := math.Inf(1), r.Smooth[0]
	for _, v := range r.Smooth {
		low = min(low, v)
	}
	high := start + 0.5*(start-low)
	below := func(in []float64) []float64 {
		out := make([]float64, len(in))
		for i, v := range in {
			if out[i] = v; v > high && r.Rates[i] > r.Limit {
				out[i] = math.NaN()
			}
		}
		return out
	}
	ch := plot.Chart{
		Title: "Loss of " + target + " as the rate grows: " + r.Method, Subtitle: sentence(r.Text) + ".",
		XLabel: "learning rate", YLabel: "loss", LogX: true,
		Series: []plot.Series{{Name: "smoothed", X: r.Rates, Y: below(r.Smooth)}},
	}
	if !whole {
		return ch
	}
	mark := func(name string, at float64) plot.Series {
		return plot.Series{Name: name, X: []float64{at, at}, Y: []float64{low, high}}
	}
	ch.Series = append(ch.Series, plot.Series{Name: "each step", X: r.Rates, Y: below(r.Losses)},
		mark("suggested", r.Suggested), mark("stable up to", r.Limit))
	return ch
}
