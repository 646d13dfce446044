// Package model turns a recipe, a Spec, into a graph over named blocks of
// parameters: linear and generalised linear models, multilayer perceptrons,
// and any formula over columns and free parameters.
package model

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is a family of models.
type Kind string

// The kinds. Auto is settled by Spec.Resolve before a model is built.
const (
	Auto     Kind = "auto"
	Linear   Kind = "linear"   // x·w + b
	Logistic Kind = "logistic" // x·w + b, the logit of the second of two classes
	Softmax  Kind = "softmax"  // x·W + b, one logit for each class
	Poisson  Kind = "poisson"  // x·w + b, the log of a rate
	MLP      Kind = "mlp"      // a multilayer perceptron
	Formula  Kind = "formula"  // what the user wrote
)

// Target says what a model predicts.
type Target struct {
	Classes int // number of classes; 0 for a quantity
	Columns int // how many such targets there are; 0 or 1 for one
}

// Spec is the recipe of a model, ready for JSON.
type Spec struct {
	Kind       Kind   `json:"kind"`
	Hidden     []int  `json:"hidden,omitempty"`     // MLP: units of the hidden layers
	Activation string `json:"activation,omitempty"` // MLP: one of Activations
	LayerNorm  bool   `json:"layer_norm,omitempty"` // MLP: hidden layers are normalised before their activation
	// Dropout is the probability with which training sets an output of a hidden
	// layer to 0; at least 0 and below 1.
	Dropout float64 `json:"dropout,omitempty"`
	Formula string  `json:"formula,omitempty"` // Formula: as the user wrote it
}

// Limits keep a typing mistake in --model from asking for more memory than
// there is.
const (
	maxLayers = 64
	maxUnits  = 1 << 16
)

// Parse reads a model as a user writes it: auto, linear, logistic, softmax,
// poisson, mlp:64,64 or mlp:64,64:tanh:layer-norm:dropout=0.2; anything that is
// more than one name is taken for a formula, as in "a*exp(-b*x) + c".
func Parse(text string) (Spec, error) {
	text = strings.TrimSpace(text)
	switch k := Kind(text); k {
	case Auto, Linear, Logistic, Softmax, Poisson:
		return Spec{Kind: k}, nil
	case MLP:
		return Spec{}, fmt.Errorf("model: mlp needs the sizes of its hidden layers, as in mlp:64 or mlp:64,64:tanh")
	case "":
		return Spec{}, fmt.Errorf("model: no model given; %s", choices)
	}
	if rest, ok := strings.CutPrefix(text, "mlp:"); ok {
		return parseMLP(rest)
	}
	if !strings.ContainsFunc(text, func(r rune) bool { return !isNameRune(r) }) {
		return Spec{}, fmt.Errorf("model: unknown model %q; %s", text, choices)
	}
	return Spec{Kind: Formula, Formula: text}, nil
}

const choices = `a model is auto, linear, logistic, softmax, poisson, mlp:64,64 or a formula such as "a*exp(-b*x) + c"`

func isNameRune(r rune) bool {
	return r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// String is the text that Parse reads.
func (s Spec) String() string {
	switch s.Kind {
	case MLP:
		return s.mlpText()
	case Formula:
		return s.Formula
	}
	return string(s.Kind)
}

// Resolve settles what the recipe leaves open for a target: auto is linear for
// a quantity, logistic for two classes, softmax for more. It refuses a model
// that cannot predict the target.
func (s Spec) Resolve(t Target) (Spec, error) {
	switch {
	case s.Kind == Auto && t.Classes == 0:
		s.Kind = Linear
	case s.Kind == Auto && t.Classes == 2:
		s.Kind = Logistic
	case s.Kind == Auto:
		s.Kind = Softmax
	}
	quantity := slices.Contains([]Kind{Linear, Poisson}, s.Kind)
	classes := slices.Contains([]Kind{Logistic, Softmax}, s.Kind)
	switch {
	case t.Columns > 1 && (s.Kind == Softmax || s.Kind == Formula):
		return s, fmt.Errorf("model: %s predicts one target, not %d; try linear, logistic or mlp:64, or one target at a time", s.Kind, t.Columns)
	case quantity && t.Classes > 0:
		return s, fmt.Errorf("model: %s predicts a number, but the target has %d classes; try logistic, softmax or mlp:64", s.Kind, t.Classes)
	case classes && t.Classes == 0:
		return s, fmt.Errorf("model: %s predicts classes, but the target is a number; try linear, poisson or mlp:64, or read the target as a category", s.Kind)
	case s.Kind == Logistic && t.Classes != 2:
		return s, fmt.Errorf("model: logistic predicts two classes, but the target has %d; try softmax", t.Classes)
	case s.Kind == Formula && t.Classes > 2:
		return s, fmt.Errorf("model: a formula gives one number a row, but the target has %d classes; try softmax", t.Classes)
	}
	return s, nil
}

// Loss names the loss that goes with a resolved recipe and its target.
func (s Spec) Loss(t Target) string {
	switch {
	case s.Kind == Poisson:
		return "poisson"
	case s.Kind == Softmax || t.Classes > 2:
		return "cross-entropy"
	case t.Classes == 2:
		return "logistic"
	}
	return "mse"
}

// Convex says whether a convex loss of the outputs is convex in the
// parameters, so that the one minimum can be sought to any accuracy.
func (s Spec) Convex() bool { return s.Kind != MLP && s.Kind != Formula }
