package descent

import (
	"fmt"
	"maps"
	"slices"

	"descent/optim"
)

// solver makes the solver that the options ask for and records its name.
func (m *Minimum) solver(p *optim.Problem[float64], o *Options) (optim.Solver[float64], error) {
	name := o.Method
	if name == "" || name == "auto" {
		name, m.Chosen = optim.Choose(p)
	}
	method, err := optim.Find[float64](name)
	if err != nil {
		return nil, err
	}
	set := maps.Clone(o.Set)
	if set == nil {
		set = map[string]float64{}
	}
	if o.Rate != 0 {
		if !hasRate(method) {
			return nil, fmt.Errorf("descent: %s finds the length of its steps by itself; leave the rate out, or choose a method with a rate, such as gd or adam", method.Name)
		}
		if v, twice := set["rate"]; twice && v != o.Rate {
			return nil, fmt.Errorf("descent: two learning rates are given, %v and %v; leave one out", o.Rate, v)
		}
		set["rate"] = o.Rate
	}
	if _, given := set["rate"]; method.Name == "gd" && !given && o.Schedule == "" && o.Wrap == "" {
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
	if o.Schedule == "" && o.Wrap == "" {
		return method.NewSolver(set)
	}
	return dressed(method, set, o)
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
