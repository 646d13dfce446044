package descent_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"descent"
	"descent/optim"
	"descent/train"
)

// A formula: its gradient and Hessian are derived, the method is chosen, and
// the answer says what kind of point it is.
func ExampleMinimize() {
	m, err := descent.Minimize(context.Background(), "(1-x)^2 + 100*(y-x^2)^2", descent.Options{
		Start: map[string][]float64{"x": {-1.2}, "y": {1}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.6f after a run that %s: a %s\n", m.X, m.Status, m.Verdict.Kind)
	// Output: [1.000000 1.000000] after a run that converged: a minimum
}

// A plain Go function with a gradient written by hand.
func ExampleMinimizeProblem() {
	p := optim.Problem[float64]{
		Dim: 2,
		Eval: func(x, grad []float64) (float64, error) {
			a, b := x[0]-3, x[1]+1
			if grad != nil {
				grad[0], grad[1] = 2*a+b, a+4*b
			}
			return a*a + a*b + 2*b*b, nil
		},
	}
	m, err := descent.MinimizeProblem(context.Background(), p, []float64{0, 0}, descent.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s at %.4f, value %.4f\n", m.Verdict.Kind, m.X, m.Value)
	// Output: minimum at [3.0000 -1.0000], value 0.0000
}

// A run stepped by hand: the body of the loop is the observer.
func ExampleFormula_Problem() {
	f, err := descent.ParseFormula("x^2 + x*y + y^2", descent.Inputs{})
	if err != nil {
		log.Fatal(err)
	}
	solver := &optim.FirstOrder[float64]{Rule: &optim.GD[float64]{Rate: 0.1}}
	run, err := optim.Start(f.Problem(), []float64{3, -2}, solver, optim.GradTol[float64](1e-3))
	if err != nil {
		log.Fatal(err)
	}
	for s := range run.All(context.Background()) {
		if s.Iter <= 3 {
			fmt.Printf("step %d: f(%.3f) = %.3f\n", s.Iter, s.X, s.F)
		}
	}
	fmt.Println(run.Result().Text)
	// Output:
	// step 1: f([2.600 -1.900]) = 5.430
	// step 2: f([2.270 -1.780]) = 4.281
	// step 3: f([1.994 -1.651]) = 3.410
	// gradient 0.00095 ≤ 0.001 after 78 steps
}

// A model from a CSV file: a straight line through three points.
func ExampleFit() {
	dir, err := os.MkdirTemp("", "descent")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "line.csv")
	if err := os.WriteFile(path, []byte("x,y\n1,3\n2,5\n3,7\n4,9\n"), 0o644); err != nil {
		log.Fatal(err)
	}
	r, err := descent.Fit(context.Background(), path, train.Options{Target: "y", Validation: train.NoValidation})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: y = %.3f*x + %.3f, %s\n", r.ModelName, r.Raw["weight[x]"], r.Raw["bias"], r.Status)
	// Output: linear: y = 2.000*x + 1.000, converged
}
