package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"descent"
	"descent/optim"
)

// number is a float64 that JSON writes as null where it is not finite.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n) + 0) // −0 is 0
}

func numbers(x []float64) []number {
	out := make([]number, len(x))
	for i, v := range x {
		out[i] = number(v)
	}
	return out
}

// object is a JSON object that keeps the order of its fields.
type object []field

type field struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(f.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(f.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// byVariable lays a flat vector out by variable; vectors are arrays, matrices
// arrays of rows.
func byVariable(formula *descent.Formula, x []float64) object {
	var o object
	for _, v := range formula.Variables {
		switch {
		case v.Len == 0:
			o = append(o, field{v.Name, number(x[v.Offset])})
		case v.Cols > 0:
			var rows [][]number
			for i := 0; i < v.Len; i += v.Cols {
				rows = append(rows, numbers(x[v.Offset+i:v.Offset+i+v.Cols]))
			}
			o = append(o, field{v.Name, rows})
		default:
			o = append(o, field{v.Name, numbers(x[v.Offset : v.Offset+v.Len])})
		}
	}
	return o
}

// minimizeJSON prints the result as one object.
func (a *app) minimizeJSON(text string, formula *descent.Formula, m *descent.Minimum, seed uint64) error {
	ds, err := formula.Derivatives()
	if err != nil {
		return err
	}
	var derivatives object
	for _, d := range ds {
		if d.Omitted == "" {
			derivatives = append(derivatives, field{d.Name(), d.Text})
		}
	}
	o := object{
		{"formula", text}, {"method", m.Method}, {"seed", seed},
		{"status", m.Status}, {"reason", m.Reason},
		{"point", byVariable(formula, m.X)}, {"value", number(m.Value)},
		{"gradient", byVariable(formula, m.G)}, {"gradient_norm", number(m.Verdict.GradNorm)},
		{"derivatives", derivatives},
		{"verdict", m.Verdict.Kind}, {"eigenvalues", numbers(m.Verdict.Eigenvalues)},
		{"iterations", m.Steps}, {"evaluations", m.Evals},
		{"start", byVariable(formula, m.Start)}, {"seconds", m.Took.Seconds()},
	}
	if m.Forecast != nil {
		o = append(o, field{"forecast", object{
			{"start", forecastJSON(m.Forecast.Start)}, {"end", forecastJSON(m.Forecast.End)}, {"further_steps", m.Forecast.Further},
		}})
	}
	if o = append(o, atBounds(formula, m)...); m.Missed != nil {
		minima := []object{}
		for _, b := range m.Minima {
			minima = append(minima, object{{"point", byVariable(formula, b.X)}, {"value", number(b.Value)}, {"share", b.Share}})
		}
		o = append(o, field{"minima", minima})
	}
	return writeJSON(a.out, o)
}

// forecastJSON is a forecast as an object, null where there is none.
func forecastJSON(f *optim.Forecast) any {
	if f == nil {
		return nil
	}
	return object{
		{"condition", number(f.Condition)}, {"rate", number(f.Rate)}, {"contraction", number(f.Contraction)}, {"steps", f.Steps},
		{"best_rate", number(f.BestRate)}, {"best_steps", f.BestSteps},
	}
}

// writeJSON prints one value with a line end, indented on a terminal's reader's
// behalf.
func writeJSON(w io.Writer, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", b)
	return err
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
