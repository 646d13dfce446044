package train

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"descent/internal/kernel"
	"descent/model"
	"descent/optim"
	"descent/param"
)

// Group gives the blocks of parameters that Blocks names settings of their own.
// Groups come in order: a block belongs to the first that names it.
type Group struct {
	Blocks   string             // as path.Match reads it: "layer1.*", "*.bias"
	Method   string             // another first-order method; "": that of the fit
	Rate     float64            // 0: that of the fit, or the method's own where another one is named
	Settings map[string]float64 // further settings of the method, by name
}

// match says whether a pattern names a block.
func match(pattern, block string) bool {
	ok, err := path.Match(pattern, block)
	return ok && err == nil
}

// frozen says whether a block is to stay as it starts.
func (o *Options) frozen(b param.Block) bool {
	return o.freezes(b.Name)
}

func (o *Options) freezes(block string) bool {
	return slices.ContainsFunc(o.Freeze, func(pattern string) bool { return match(pattern, block) })
}

// checkBlocks refuses patterns that name no block, and to freeze all.
func (p *plan) checkBlocks(net *model.Net) error {
	blocks := net.Layout.Blocks()
	var names []string
	still := 0
	for _, b := range blocks {
		names = append(names, b.Name)
		if p.opts.frozen(b) {
			still++
		}
	}
	patterns := slices.Clone(p.opts.Freeze)
	for _, g := range p.opts.Groups {
		patterns = append(patterns, g.Blocks)
	}
	for _, pattern := range patterns {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("train: %q is no pattern of names; write it as in layer1.* or *.bias", pattern)
		}
		if !slices.ContainsFunc(names, func(n string) bool { return match(pattern, n) }) {
			return fmt.Errorf("train: no block of the model is called %s; there are %s", pattern, strings.Join(names, ", "))
		}
	}
	m := p.method
	switch {
	case len(patterns) == 0:
		return nil
	case still == len(blocks):
		return errors.New("train: every block is frozen, so there is nothing to train")
	case len(p.opts.Freeze) > 0 && (m.Squares || m.Lines || m.Parts || p.opts.L1 > 0):
		return fmt.Errorf("train: %s works on all parameters together, so none can be frozen; use lbfgs or adam", m.Name)
	case len(p.opts.Groups) > 0 && !m.FirstOrder:
		return fmt.Errorf("train: %s finds its own steps for all parameters together, so groups mean nothing to it; use adam or gd", m.Name)
	}
	return p.opts.refuseGroups(names, p.opts.freezes)
}

// freeze is the problem with the frozen blocks held as they are in x.
func (s *session[T]) freeze(p optim.Problem[T], x []T) (optim.Problem[T], error) {
	if len(s.plan.opts.Freeze) == 0 {
		return p, nil
	}
	return optim.Freeze(p, x, s.plan.opts.frozen)
}

// grouped is the rule of the fit, with rules of their own for the groups.
func grouped[T kernel.Float](p *plan, m optim.Method[T], set map[string]float64, decays func(string) bool) (optim.Rule[T], error) {
	base, err := decaying(m, set, p.opts.WeightDecay, decays)
	if err != nil || len(p.opts.Groups) == 0 {
		return base, err
	}
	all := &optim.ByBlock[T]{}
	for _, g := range p.opts.Groups {
		rule, err := g.rule(m.Name, set)
		if err != nil {
			return nil, fmt.Errorf("train: the group %s: %w", g.Blocks, err)
		}
		of, err := optim.Find[T](rule.method)
		if err != nil {
			return nil, err
		}
		own, err := decaying(of, rule.set, p.opts.WeightDecay, decays)
		if err != nil {
			return nil, fmt.Errorf("train: the group %s: %w", g.Blocks, err)
		}
		all.Groups = append(all.Groups, optim.Group[T]{Match: func(b param.Block) bool { return match(g.Blocks, b.Name) }, Rule: own})
	}
	all.Groups = append(all.Groups, optim.Group[T]{Rule: base})
	for _, g := range all.Groups {
		if _, averages := optim.Within[optim.Averaging[T]](g.Rule); averages {
			return nil, errors.New("train: a method that reports an average of its path averages all parameters, so it cannot have groups; use --wrap ema around another method")
		}
	}
	return all, nil
}

// decaying is the rule of a method with a decay of the weights: the method's own
// where it has one, or else one around it.
func decaying[T kernel.Float](m optim.Method[T], set map[string]float64, decay float64, decays func(string) bool) (optim.Rule[T], error) {
	own := m.Has("decay") == nil
	if _, given := set["decay"]; own && decay > 0 && !given {
		set = maps.Clone(set)
		set["decay"] = decay
	}
	rule, err := m.NewRule(set)
	if err != nil {
		return nil, err
	}
	if decay > 0 && !own {
		rule = &optim.WeightDecay[T]{Rule: rule, Decay: decay}
	}
	optim.DecayOnly(rule, decays)
	return rule, nil
}

// choice is a method by name with its settings.
type choice struct {
	method string
	set    map[string]float64
}

// rule is the choice of a group in a fit by that method with those settings.
func (g Group) rule(method string, set map[string]float64) (choice, error) {
	c := choice{method, map[string]float64{}}
	if g.Method != "" {
		m, err := optim.Find[float64](g.Method)
		if err != nil {
			return c, err
		}
		if !m.FirstOrder {
			return c, fmt.Errorf("%s is no rule for some of the parameters; choose one such as gd, momentum or adam", m.Name)
		}
		c.method = m.Name
	}
	if c.method == method {
		maps.Copy(c.set, set)
	}
	maps.Copy(c.set, g.Settings)
	if g.Rate > 0 {
		c.set["rate"] = g.Rate
	}
	return c, nil
}
