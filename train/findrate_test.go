package train

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
)

// The rate that is found trains well.
func TestFindRate(t *testing.T) {
	for _, o := range []Options{
		{Target: "y", Model: "linear", Method: "gd", Batch: FullBatch},
		{Target: "y", Model: "mlp:8:tanh", Method: "momentum", Batch: 32},
		{Target: "y", Model: "mlp:8:tanh"},
		{Target: "y", Model: "mlp:8:tanh", Method: "adam", Batch: 16, Accumulate: 2},
	} {
		table := waves(t, 300)
		r, err := FindRate(t.Context(), table, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Rates) != len(r.Losses) || len(r.Rates) != len(r.Smooth) || !(r.Suggested > 1e-5 && r.Steepest > 1e-5 && r.Steepest < r.Limit && r.Lowest <= r.Limit) {
			t.Errorf("%d rates, %d losses, %d means, suggested %v, steepest %v, limit %v", len(r.Rates), len(r.Losses), len(r.Smooth), r.Suggested, r.Steepest, r.Limit)
		}
		if !strings.Contains(r.Text, "try the rate") {
			t.Errorf("text %q", r.Text)
		}
		c := o
		c.Method, _, _ = strings.Cut(r.Method, ",")
		c.Rate, c.Epochs = r.Suggested, 150
		fit := mustFit(t, table, c)
		start, least := r.Smooth[0], slices.Min(r.Smooth)
		if !(float64(fit.Loss.Train) < least+0.2*(start-least)) {
			t.Errorf("%s: with the rate %v the loss went to %v; the test went from %v to %v", r.Method, r.Suggested, fit.Loss.Train, start, least)
		}
	}
}

// On the mean square error of one scaled column and a bias the curvature is 2 in
// both, so that gradient descent is stable below 2/2 = 1. The test finds that to
// a few of its steps of 10 %.
func TestFindRateNamesTheLimit(t *testing.T) {
	r, err := FindRate(t.Context(), waves(t, 300), Options{Target: "y", Model: "linear", Method: "gd", Validation: NoValidation})
	if err != nil {
		t.Fatal(err)
	}
	if !(r.Limit > 0.7 && r.Limit < 1.4) || !(r.BlewUp > r.Limit) {
		t.Errorf("limit %v, blew up at %v", r.Limit, r.BlewUp)
	}
}

// What cannot be tested is refused, and a test that is interrupted says so.
func TestFindRateRefuses(t *testing.T) {
	table := waves(t, 100)
	for text, o := range map[string]Options{
		"finds its own steps":            {Target: "y", Method: "lbfgs"},
		"leave the rate, the schedule":   {Target: "y", Rate: 1},
		"sets the rate itself":           {Target: "y", Schedule: "cosine"},
		"with no rate from 1e-7 to 1000": {Target: "y", Model: "0*a + 3*x"},
	} {
		if _, err := FindRate(t.Context(), table, o); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", text, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := FindRate(ctx, table, Options{Target: "y", Method: "adam"}); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("interrupted: %v", err)
	}
}

// The smoothing keeps a line a line and leaves a peak where it is.
func TestSmoothKeepsPlaces(t *testing.T) {
	in := make([]float64, 41)
	for i := range in {
		in[i] = 3 * float64(i)
	}
	in[20] += 7
	out := make([]float64, len(in))
	smooth(out, in, 6)
	for i := 6; i < len(in)-6; i++ {
		w := max(0, 1-math.Abs(float64(i-20))/7) / 7
		if want := 3*float64(i) + 7*w; math.Abs(out[i]-want) > 1e-12 {
			t.Errorf("place %d: %v, want %v", i, out[i], want)
		}
	}
}
