package train

import (
	"fmt"
	"math"

	"descent/data"
	"descent/graph"
	"descent/internal/kernel"
	"descent/model"
)

// lostUnits is the part of a hidden layer that may be lost before it is said.
const lostUnits = 0.3

// units looks at the hidden layers of a network on a sample of the training
// rows: rectified units that are 0 for all of them never learn again, and
// bounded units at their bounds hardly do.
func (s *session[T]) units(*Result) (found []Diagnosis) {
	act := s.plan.spec.Activation
	if s.plan.spec.Kind != model.MLP || act != "relu" && act != "tanh" && act != "sigmoid" {
		return nil
	}
	rows := evenly(s.plan.train.rows, 512)
	layers, err := s.hidden(rows)
	if err != nil {
		return nil
	}
	for i, h := range layers {
		units := len(h) / len(rows)
		lost := 0
		for u := range units {
			if idle(h[u:], units, act) {
				lost++
			}
		}
		share := float64(lost) / float64(units)
		if lost < 2 || share < lostUnits {
			continue
		}
		d := Diagnosis{Kind: DeadUnits, Count: lost, Share: share}
		d.Message = fmt.Sprintf("%d of the %d units of hidden layer %d are 0 for every row, so nothing flows through them any more: a lower rate (now %.3g) keeps them alive, or take --model mlp:%d:silu", lost, units, i+1, s.rateAt(), units)
		if act != "relu" {
			d.Kind = SaturatedUnits
			d.Message = fmt.Sprintf("%d of the %d units of hidden layer %d are at the bounds of %s for nearly every row, where its slope vanishes: scale the columns, or take a lower rate (now %.3g)", lost, units, i+1, act, s.rateAt())
		}
		found = append(found, d)
	}
	return found
}

// idle says whether a unit, every stride-th of the numbers, has stopped: it is 0
// for all rows, or within a thousandth of a bound for 95 % of them.
func idle[T kernel.Float](h []T, stride int, act string) bool {
	const near, nearly = 1e-3, 0.95
	rows, at := 0, 0
	for i := 0; i < len(h); i += stride {
		v := float64(h[i])
		rows++
		switch act {
		case "relu":
			if v != 0 {
				return false
			}
			at++
		case "tanh":
			if math.Abs(v) > 1-near {
				at++
			}
		default:
			if v < near || v > 1-near {
				at++
			}
		}
	}
	return float64(at) >= nearly*float64(rows)
}

// hidden is the output of every hidden layer for the rows, row-major.
func (s *session[T]) hidden(rows []int) ([][]T, error) {
	r, err := s.plan.recipe()
	if err != nil || r.sparse {
		return nil, err // a sample of sparse rows may be too large as a dense matrix
	}
	g := graph.New()
	net, err := r.spec.Build(g, len(rows), r.features, r.outputs, r.expression)
	if err != nil || len(net.Hidden) == 0 {
		return nil, err
	}
	features := make([]T, len(rows)*r.features)
	if _, err := data.Encode(s.plan.encoder, s.plan.train.table, rows, features); err != nil {
		return nil, err
	}
	var layers [][]T
	for _, h := range net.Hidden {
		program, err := graph.Compile[T](g, h)
		if err != nil {
			return nil, err
		}
		if err := program.Bind(net.Inputs[0].Name, features); err != nil {
			return nil, err
		}
		out := make([]T, h.Shape[0]*h.Shape[1])
		if err := program.Run(s.x, out); err != nil {
			return nil, err
		}
		layers = append(layers, out)
	}
	return layers, nil
}
