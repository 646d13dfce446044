package descent

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"descent/optim"
)

// solver makes the solver that the options ask for and records its name.
func (m *Minimum) solver(p *optim.Problem[float64], o *Options) (optim.Solver[float64], error) {
	name, wrap := o.Method, o.Wrap
	if name == "" || name == "auto" {
		name, m.Chosen = o.choose(p)
	}
	set, rest, err := optim.SetOf[float64](wrap)
	if err != nil {
		return nil, err
	}
	if set != nil {
		p.Set = set // which confines the start, too
	}
	if strings.EqualFold(name, "spg") {
		wrap = rest
	}
	method, err := optim.Find[float64](name)
	if err != nil {
		return nil, err
	}
	settings := maps.Clone(o.Set)
	if settings == nil {
		settings = map[string]float64{}
	}
	if o.Rate != 0 {
		if !hasRate(method) {
			return nil, fmt.Errorf("descent: %s finds the length of its steps by itself; leave the rate out, or choose a method with a rate, such as gd or adam", method.Name)
		}
		if v, twice := settings["rate"]; twice && v != o.Rate {
			return nil, fmt.Errorf("descent: two learning rates are given, %v and %v; leave one out", o.Rate, v)
		}
		settings["rate"] = o.Rate
	}
	if _, given := settings["rate"]; method.Name == "gd" && !given && o.Schedule == "" && wrap == "" {
		search := "gd-auto"
		if p.Bounds != nil {
			search = "spg"
		}
		if method, err = optim.Find[float64](search); err != nil {
			return nil, err
		}
		m.Chosen = "no rate is given, so each step finds its own from the curvature"
	}
	m.Method = method.Name
	if o.Schedule == "" && wrap == "" {
		return method.NewSolver(settings)
	}
	return dressed(method, settings, o)
}

// choose names the method that suits the problem and heeds what was asked for,
// and why.
func (o *Options) choose(p *optim.Problem[float64]) (name, why string) {
	_, rest, err := optim.SetOf[float64](o.Wrap)
	_, rate := o.Set["rate"]
	switch {
	case (o.Rate != 0 || rate) && o.Wrap == "" && o.Schedule == "":
		return "gd", "a rate is given, and this is the method that takes nothing else"
	case o.Wrap != "" && rest == "" && err == nil && o.Schedule == "" && o.Rate == 0 && !rate:
		return "spg", "it keeps the set, and finds its steps by itself"
	case o.Wrap != "" && rest != o.Wrap && err == nil:
		return "gd", "it keeps the set, and heeds a rate, schedules and wrappers"
	case o.Wrap != "" || o.Schedule != "":
		return "adam", "it heeds schedules and wrappers"
	}
	return optim.Choose(p)
}

// dressed is the solver of a rule in wrappers that follows schedules.
func dressed(method optim.Method[float64], set map[string]float64, o *Options) (optim.Solver[float64], error) {
	if !method.FirstOrder {
		what := "a schedule"
		if o.Schedule == "" {
			what = "a wrapper"
		}
		return nil, fmt.Errorf("descent: %s finds its own steps, so %s means nothing to it; leave it out, or choose a rule such as gd, momentum or adam", method.Name, what)
	}
	rule, err := method.NewRule(set)
	if err != nil {
		return nil, err
	}
	span := optim.Span{Steps: o.maxIter()}
	if rule, err = optim.Wrap(rule, o.Wrap, span); err != nil {
		return nil, err
	}
	courses, err := optim.ParseCourses(o.Schedule, span)
	if err != nil {
		return nil, err
	}
	return &optim.FirstOrder[float64]{Rule: optim.Follow(rule, courses, true)}, nil
}

func hasRate(m optim.Method[float64]) bool {
	return slices.ContainsFunc(m.Settings, func(s optim.Setting) bool { return s.Name == "rate" })
}
