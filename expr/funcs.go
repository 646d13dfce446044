package expr

import (
	"fmt"
	"strings"

	"descent/graph"

	"descent/internal/nearname"
)

// function is one function of the language.
type function struct {
	name     string
	min, max int // how many arguments; max -1: any number
	op       graph.Op
	latex    string // how LaTeX writes the name; empty: \operatorname{name}
}

// functions are the elementwise functions. The derivative of each is its row in
// the table of package graph.
var functions = []function{
	{name: "sin", min: 1, max: 1, op: graph.Sin, latex: `\sin`},
	{name: "cos", min: 1, max: 1, op: graph.Cos, latex: `\cos`},
	{name: "tan", min: 1, max: 1, op: graph.Tan, latex: `\tan`},
	{name: "asin", min: 1, max: 1, op: graph.Asin, latex: `\arcsin`},
	{name: "acos", min: 1, max: 1, op: graph.Acos, latex: `\arccos`},
	{name: "atan", min: 1, max: 1, op: graph.Atan, latex: `\arctan`},
	{name: "atan2", min: 2, max: 2, op: graph.Atan2},
	{name: "sinh", min: 1, max: 1, op: graph.Sinh, latex: `\sinh`},
	{name: "cosh", min: 1, max: 1, op: graph.Cosh, latex: `\cosh`},
	{name: "tanh", min: 1, max: 1, op: graph.Tanh, latex: `\tanh`},
	{name: "asinh", min: 1, max: 1, op: graph.Asinh},
	{name: "acosh", min: 1, max: 1, op: graph.Acosh},
	{name: "atanh", min: 1, max: 1, op: graph.Atanh},
	{name: "exp", min: 1, max: 1, op: graph.Exp, latex: `\exp`},
	{name: "expm1", min: 1, max: 1, op: graph.Expm1},
	{name: "log", min: 1, max: 1, op: graph.Log, latex: `\ln`},
	{name: "log1p", min: 1, max: 1, op: graph.Log1p},
	{name: "log2", min: 1, max: 1, op: graph.Log2, latex: `\log_2`},
	{name: "log10", min: 1, max: 1, op: graph.Log10, latex: `\log_{10}`},
	{name: "sqrt", min: 1, max: 1, op: graph.Sqrt},
	{name: "cbrt", min: 1, max: 1, op: graph.Cbrt},
	{name: "abs", min: 1, max: 1, op: graph.Abs},
	{name: "sign", min: 1, max: 1, op: graph.Sign},
	{name: "floor", min: 1, max: 1, op: graph.Floor},
	{name: "ceil", min: 1, max: 1, op: graph.Ceil},
	{name: "sigmoid", min: 1, max: 1, op: graph.Sigmoid, latex: `\sigma`},
	{name: "softplus", min: 1, max: 1, op: graph.Softplus},
	{name: "relu", min: 1, max: 1, op: graph.Relu},
	{name: "erf", min: 1, max: 1, op: graph.Erf},
	{name: "lgamma", min: 1, max: 1, op: graph.Lgamma, latex: `\ln\Gamma`},
	{name: "digamma", min: 1, max: 1, op: graph.Digamma, latex: `\psi`},
	{name: "polygamma", min: 2, max: 2, op: graph.Polygamma},
	{name: "xlogy", min: 2, max: 2, op: graph.Xlogy},
	{name: "pow", min: 2, max: 2, op: graph.Pow},
	{name: "hypot", min: 2, max: 2, op: graph.Hypot},
	{name: "mod", min: 2, max: 2, op: graph.Mod},
	{name: "min", min: 1, max: -1, op: graph.Min, latex: `\min`},
	{name: "max", min: 1, max: -1, op: graph.Max, latex: `\max`},
	{name: "if", min: 3, max: 3, op: graph.Select},
	{name: "sum", min: 1, max: 1, op: graph.Sum, latex: `\sum`},
	{name: "prod", min: 1, max: 1, op: graph.Mul, latex: `\prod`},
	{name: "mean", min: 1, max: 1, op: graph.Sum},
	{name: "dot", min: 2, max: 2, op: graph.Sum},
	{name: "norm2", min: 1, max: 1, op: graph.Sum},
}

// aliases are second names; a formula is printed with the first.
var aliases = map[string]string{"ln": "log"}

// reducers are the functions that take an index: sum(i=1..n, …).
var reducers = map[string]bool{"sum": true, "prod": true, "mean": true, "min": true, "max": true}

// constants are the names with a fixed value.
var constants = map[string]float64{"pi": 3.14159265358979323846, "e": 2.71828182845904523536}

// functionIndex finds a function by its name.
var functionIndex = func() map[string]*function {
	m := make(map[string]*function, len(functions))
	for i := range functions {
		m[functions[i].name] = &functions[i]
	}
	return m
}()

// lookup finds a function by its name or alias.
func lookup(name string) *function {
	if full, ok := aliases[name]; ok {
		name = full
	}
	return functionIndex[name]
}

// reserved reports whether a plain name means something in the language. Such a
// name can still be a column: between backquotes.
func reserved(name string) bool {
	_, constant := constants[name]
	return constant || name == "π" || name == "and" || name == "or" || name == "not" || lookup(name) != nil
}

// Functions lists the names of all functions, aliases included, in the order of
// the reference.
func Functions() []string {
	var names []string
	for _, f := range functions {
		names = append(names, f.name)
	}
	return append(names, "ln")
}

// otherNames are what other languages call our functions.
var otherNames = map[string]string{
	"arcsin": "asin(x)", "arccos": "acos(x)", "arctan": "atan(x)", "arctan2": "atan2(y, x)",
	"arsinh": "asinh(x)", "arcosh": "acosh(x)", "artanh": "atanh(x)", "arcsinh": "asinh(x)",
	"arccosh": "acosh(x)", "arctanh": "atanh(x)", "tg": "tan(x)", "tgh": "tanh(x)",
	"cot": "1/tan(x)", "ctg": "1/tan(x)", "sec": "1/cos(x)", "csc": "1/sin(x)", "cosec": "1/sin(x)",
	"lg": "log10(x) or log2(x)", "ld": "log2(x)", "sqr": "x^2", "square": "x^2", "cube": "x^3",
	"sgn": "sign(x)", "signum": "sign(x)", "fabs": "abs(x)", "power": "x^y", "logistic": "sigmoid(x)",
	"expit": "sigmoid(x)", "gamma": "exp(lgamma(x))", "loggamma": "lgamma(x)", "gammaln": "lgamma(x)",
	"factorial": "exp(lgamma(x + 1))", "erfc": "1 - erf(x)", "round": "floor(x + 0.5)", "int": "floor(x)",
	"trunc": "sign(x)*floor(abs(x))", "ceiling": "ceil(x)", "fmod": "mod(x, y)", "rem": "mod(x, y)",
	"norm": "norm2(x)", "average": "mean(x)", "avg": "mean(x)", "product": "prod(x)", "total": "sum(x)",
	"minimum": "min(x, y)", "maximum": "max(x, y)", "where": "if(c, a, b)", "ifelse": "if(c, a, b)",
	"select": "if(c, a, b)", "iif": "if(c, a, b)", "len": "a number: a vector's length has no function",
	"log1": "log1p(x)", "heaviside": "if(x >= 0, 1, 0)", "step": "if(x >= 0, 1, 0)",
}

// unknownFunction is the hint for a call of something that is no function.
func unknownFunction(name string, variable bool) string {
	times := "to multiply, write " + quoteName(name) + "*(…)"
	if variable {
		return times
	}
	if full, ok := otherNames[strings.ToLower(name)]; ok {
		return "here that is " + full
	}
	if near := nearname.Of(name, Functions()); near != "" {
		return fmt.Sprintf("did you mean %s? %s", near, times)
	}
	return times + "; the functions are in docs/formula.md"
}
