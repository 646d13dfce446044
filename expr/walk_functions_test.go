package expr

import "math"

// plainFunction is a function of the language by its textbook definition.
func plainFunction(name string, a []float64) float64 {
	x := a[0]
	simple := map[string]func(float64) float64{
		"sin": math.Sin, "cos": math.Cos, "tan": math.Tan, "asin": math.Asin, "acos": math.Acos, "atan": math.Atan,
		"sinh": math.Sinh, "cosh": math.Cosh, "tanh": math.Tanh, "asinh": math.Asinh, "acosh": math.Acosh, "atanh": math.Atanh,
		"exp": math.Exp, "expm1": math.Expm1, "log": math.Log, "log1p": math.Log1p, "log2": math.Log2, "log10": math.Log10,
		"sqrt": math.Sqrt, "cbrt": math.Cbrt, "abs": math.Abs, "floor": math.Floor, "ceil": math.Ceil, "erf": math.Erf,
	}
	if f := simple[name]; f != nil {
		return f(x)
	}
	switch name {
	case "atan2":
		return math.Atan2(x, a[1])
	case "pow":
		return math.Pow(x, a[1])
	case "hypot":
		return math.Hypot(x, a[1])
	case "mod":
		r := math.Mod(x, a[1])
		if r*a[1] < 0 {
			r += a[1]
		}
		return r
	case "min", "max":
		for _, b := range a[1:] {
			if name == "min" {
				x = min(x, b)
			} else {
				x = max(x, b)
			}
		}
		return x
	case "sign":
		if x == 0 || x != x {
			return x
		}
		return math.Copysign(1, x)
	case "relu":
		return max(x, 0)
	case "sigmoid":
		return 0.5 + 0.5*math.Tanh(x/2)
	case "softplus":
		if x > 30 {
			return x + math.Exp(-x)
		}
		return math.Log1p(math.Exp(x))
	case "lgamma":
		v, _ := math.Lgamma(x)
		return v
	}
	return math.NaN() // digamma and its like are held to other numbers in graph
}
