package optim

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"descent/internal/nearname"
)

// Span says how long a run will be, for lengths in its terms.
type Span struct {
	Steps int // planned; 0: not known
	Epoch int // steps of an epoch; 0: there are none
}

// length reads a number of steps: "500", "10ep" (epochs) or "5%" (of the run).
func (s Span) length(text string) (int, error) {
	digits, unit := strings.TrimRight(text, "%ep"), 1.0
	switch suffix := text[len(digits):]; {
	case suffix == "%" && s.Steps > 0:
		unit = float64(s.Steps) / 100
	case suffix == "%":
		return 0, fmt.Errorf("%s of a run whose length is not known; give steps", text)
	case suffix == "ep" && s.Epoch > 0:
		unit = float64(s.Epoch)
	case suffix == "ep":
		return 0, fmt.Errorf("%s, but the run has no epochs; give steps", text)
	case suffix != "":
		return 0, fmt.Errorf("%q is no number of steps; write 500, 10ep (epochs) or 5%% (of the run)", text)
	}
	v, err := strconv.ParseFloat(digits, 64)
	n := math.Round(v * unit)
	if err != nil || !(n >= 0 && n <= math.MaxInt32) {
		return 0, fmt.Errorf("%q is no number of steps; write 500, 10ep (epochs) or 5%% (of the run)", text)
	}
	if v > 0 {
		n = max(n, 1)
	}
	return int(n), nil
}

// Option is a setting of a schedule or a wrapper, as a user writes it.
type Option struct {
	Name, Default, Meaning string
	kind                   optionKind
}

// Text is the default as people write it.
func (o Option) Text() string {
	switch {
	case o.Default != "":
		return o.Default
	case o.kind == aSwitch:
		return "off"
	}
	return "needed"
}

type optionKind int

const (
	aNumber optionKind = iota
	aLength            // of steps
	aSwitch
	somePairs // step=value
	someSteps
)

// spec is NAME:ITEM,ITEM… taken apart: items without a name come first and
// stand for the options in their order.
type spec struct {
	what, name string
	options    []Option
	given      map[string]string
	listed     []string    // items without a name, where the options take several steps
	points     [][2]string // items of pairs
	span       Span
	err        error
}

// newSpec reads the items for the options.
func newSpec(what, name string, options []Option, items []string, span Span) *spec {
	s := &spec{what: what, name: name, options: options, given: map[string]string{}, span: span}
	many := slices.IndexFunc(options, func(o Option) bool { return o.kind == somePairs || o.kind == someSteps })
	at := 0
	for _, item := range items {
		item = strings.TrimSpace(item)
		key, value, named := strings.Cut(item, "=")
		known := slices.ContainsFunc(options, func(o Option) bool { return o.Name == key })
		switch {
		case item == "":
			s.fail("there is nothing between two commas")
		case named && known:
			if _, twice := s.given[key]; twice {
				s.fail("%s is given twice", key)
			}
			s.given[key] = value
		case named && many >= 0 && options[many].kind == somePairs && startsWithDigit(key):
			s.points = append(s.points, [2]string{key, value})
		case named:
			s.fail("there is no %q; it has %s%s", key, s.names(), nearname.Hint(key, s.nameList()))
		case known && options[slices.IndexFunc(options, func(o Option) bool { return o.Name == key })].kind == aSwitch:
			s.given[key] = "1"
		case many >= 0 && options[many].kind == someSteps:
			s.listed = append(s.listed, item)
		case at < len(options) && options[at].kind <= aLength:
			s.given[options[at].Name] = item
			at++
		default:
			s.fail("found %q; it has %s", item, s.names())
		}
	}
	return s
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

func (s *spec) nameList() []string {
	var names []string
	for _, o := range s.options {
		names = append(names, o.Name)
	}
	return names
}

func (s *spec) names() string {
	if len(s.options) == 0 {
		return "no settings"
	}
	return "the settings " + strings.Join(s.nameList(), ", ")
}

// fail keeps the first error.
func (s *spec) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf("optim: the %s %s: %s", s.what, s.name, fmt.Sprintf(format, args...))
	}
}

// text is what is given for an option, or its default.
func (s *spec) text(name string) (text string, given bool) {
	if text, given = s.given[name]; given {
		return text, true
	}
	for _, o := range s.options {
		if o.Name == name {
			return o.Default, false
		}
	}
	return "", false
}

// number is the value of an option; a given 0 is the smallest number, as 0
// means the default of a field.
func (s *spec) number(name string) float64 {
	text, given := s.text(name)
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		s.fail("%s must be a number, got %q", name, text)
	}
	if given {
		return orTiny(v)
	}
	return v
}

// length is a number of steps.
func (s *spec) length(name string) int {
	text, _ := s.text(name)
	return s.steps(name, text)
}

func (s *spec) steps(name, text string) int {
	n, err := s.span.length(text)
	if err != nil {
		s.fail("%s: %v", name, err)
	}
	return n
}

// on reports whether a switch is set.
func (s *spec) on(name string) bool {
	switch text, _ := s.text(name); text {
	case "1", "true", "yes", "on":
		return true
	case "", "0", "false", "no", "off":
		return false
	default:
		s.fail("%s is on or off, got %q", name, text)
		return false
	}
}

// splitName takes NAME:ITEM,ITEM… apart.
func splitName(text string) (name string, items []string) {
	name, rest, found := strings.Cut(text, ":")
	if found {
		items = strings.Split(rest, ",")
	}
	return strings.ToLower(strings.TrimSpace(name)), items
}
