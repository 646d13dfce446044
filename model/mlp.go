package model

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"descent/graph"
	"descent/param"
)

// parseMLP reads what follows "mlp:": the sizes of the hidden layers, then, each
// behind a colon and in any order, an activation, layer-norm and dropout=RATE.
func parseMLP(text string) (Spec, error) {
	sizes, options, _ := strings.Cut(text, ":")
	s := Spec{Kind: MLP}
	for _, f := range strings.Split(sizes, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(f))
		if err != nil || n < 1 || n > maxUnits {
			return Spec{}, fmt.Errorf("model: a layer of mlp:%s has %q units; a size is a whole number from 1 to %d, as in mlp:64,64", text, f, maxUnits)
		}
		s.Hidden = append(s.Hidden, n)
	}
	if len(s.Hidden) > maxLayers {
		return Spec{}, fmt.Errorf("model: mlp:%s has %d hidden layers; at most %d", text, len(s.Hidden), maxLayers)
	}
	if options != "" || strings.HasSuffix(text, ":") {
		for _, o := range strings.Split(options, ":") {
			if err := s.parseOption(text, o); err != nil {
				return Spec{}, err
			}
		}
	}
	if s.Activation == "" {
		s.Activation = "relu"
	}
	return s, s.checkMLP()
}

// parseOption reads one of the options of an MLP.
func (s *Spec) parseOption(text, option string) (err error) {
	name, value, valued := strings.Cut(option, "=")
	_, activates := activations[option]
	switch {
	case option == layerNorm:
		s.LayerNorm = true
	case name == dropout && valued:
		if s.Dropout, err = strconv.ParseFloat(value, 64); err != nil {
			return fmt.Errorf("model: the dropout of mlp:%s is %q, which is no number; it is a probability below 1, as in dropout=0.2", text, value)
		}
	case activates && s.Activation == "":
		s.Activation = option
	case activates:
		return fmt.Errorf("model: mlp:%s has two activations; the hidden layers share one", text)
	default:
		return fmt.Errorf("model: unknown activation %q in mlp:%s; the activations are %s, and there are layer-norm and dropout=0.2", option, text, strings.Join(Activations(), ", "))
	}
	return nil
}

// The options of an MLP beside its activation.
const (
	layerNorm = "layer-norm"
	dropout   = "dropout"
)

// checkMLP refuses a dropout that is no probability.
func (s Spec) checkMLP() error {
	if !(s.Dropout >= 0 && s.Dropout < 1) {
		return fmt.Errorf("model: a dropout of %v; it is a probability, at least 0 and below 1, as in mlp:64:dropout=0.2", s.Dropout)
	}
	return nil
}

// mlpText is the text of an MLP that Parse reads.
func (s Spec) mlpText() string {
	sizes := make([]string, len(s.Hidden))
	for i, n := range s.Hidden {
		sizes[i] = strconv.Itoa(n)
	}
	text := "mlp:" + strings.Join(sizes, ",")
	if s.Activation != "relu" {
		text += ":" + s.Activation
	}
	if s.LayerNorm {
		text += ":" + layerNorm
	}
	if s.Dropout > 0 {
		text += ":" + dropout + "=" + strconv.FormatFloat(s.Dropout, 'g', -1, 64)
	}
	return text
}

// Mask is a Data node [rows, Units] of a network in training, by whose elements
// the outputs of a hidden layer are multiplied: 0 with probability Rate, and
// 1/(1−Rate) otherwise, so that their mean stays (Srivastava, Hinton, Krizhevsky,
// Sutskever and Salakhutdinov 2014, inverted).
type Mask struct {
	Name  string
	Units int
	Rate  float64
}

// mlp stacks dense layers with an activation after each but the last. Weights of
// rectified layers start by He, those of saturating layers and the last by
// Glorot. Hidden biases start in ±1/√inputs: with zeros every unit would bend
// at the same place, and a net on one or two columns would hardly learn to bend
// elsewhere.
func (b *builder) mlp(x *graph.Node, s Spec, outputs int) *graph.Node {
	act, ok := activations[s.Activation]
	if !ok {
		b.err = fmt.Errorf("model: unknown activation %q; the activations are %v", s.Activation, Activations())
		return nil
	}
	if b.err = s.checkMLP(); b.err != nil {
		return nil
	}
	for i, units := range s.Hidden {
		spread := 1 / math.Sqrt(float64(x.Shape[1]))
		layer := fmt.Sprintf("layer%d.", i+1)
		h := b.dense(x, layer, units, act.init, param.Uniform(-spread, spread))
		if s.LayerNorm {
			h = b.normalise(h, layer+"norm.")
		}
		x = act.apply(b.g, h)
		b.net.Hidden = append(b.net.Hidden, x)
		if b.training && s.Dropout > 0 {
			m := Mask{Name: fmt.Sprintf("⟨dropout⟩ %d", i+1), Units: units, Rate: s.Dropout}
			b.net.Masks = append(b.net.Masks, m)
			x = b.g.Mul(x, b.g.Data(m.Name, x.Shape[0], units))
		}
	}
	x = b.dense(x, fmt.Sprintf("layer%d.", len(s.Hidden)+1), outputs, param.GlorotUniform, param.Zeros)
	if outputs == 1 {
		return b.g.Reshape(x, x.Shape[0])
	}
	return x
}

// normEpsilon is added to the variance of a layer, as most others do.
const normEpsilon = 1e-5

// normalise gives every row of x [rows, units] the mean 0 and the variance 1
// (of the population) over its units, then a gain and a bias to each unit (Ba,
// Kiros and Hinton 2016).
func (b *builder) normalise(x *graph.Node, prefix string) *graph.Node {
	g, rows, units := b.g, x.Shape[0], x.Shape[1]
	gain := b.param(prefix+"gain", param.Constant(1), false, units)
	bias := b.param(prefix+"bias", param.Zeros, false, units)
	mean := func(v *graph.Node) *graph.Node {
		return g.Reshape(g.Mul(g.Const(1/float64(units)), g.Sum(v, 1)), rows, 1)
	}
	d := g.Sub(x, mean(x))
	variance := mean(g.Mul(d, d))
	scale := g.Div(g.Const(1), g.Sqrt(g.Add(variance, g.Const(normEpsilon))))
	return g.Add(g.Mul(g.Mul(d, scale), gain), bias)
}
