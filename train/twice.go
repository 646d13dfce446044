package train

import (
	"fmt"
	"strings"
)

// refuseTwice refuses what is asked for in two ways, which would silently add up
// or leave one of them without effect.
func (o *Options) refuseTwice() error {
	if rate, both := o.Settings["rate"]; both && o.Rate != 0 {
		return fmt.Errorf("train: the rate is given twice, as %v and as the setting rate=%v; leave one out", o.Rate, rate)
	}
	if decay, both := o.Settings["decay"]; both && o.WeightDecay != 0 {
		return fmt.Errorf("train: the decay of the weights is given twice, as the weight decay %v and as the setting decay=%v; leave one out", o.WeightDecay, decay)
	}
	for part := range strings.SplitSeq(o.Wrap, ";") {
		name, _, _ := strings.Cut(strings.TrimSpace(part), ":")
		if strings.EqualFold(strings.TrimSpace(name), "clip") && o.Clip != 0 {
			return fmt.Errorf("train: gradients are to be clipped twice, to %v and by the wrapper %s; leave one out", o.Clip, strings.TrimSpace(part))
		}
	}
	for _, g := range o.Groups {
		if rate, both := g.Settings["rate"]; both && g.Rate != 0 {
			return fmt.Errorf("train: the rate of the group %s is given twice, as %v and %v; leave one out", g.Blocks, g.Rate, rate)
		}
	}
	return nil
}

// refuseGroups refuses groups of blocks that do not move, and groups that get
// none, as groups before them name all of theirs.
func (o *Options) refuseGroups(names []string, frozen func(name string) bool) error {
	taken := map[string]string{}
	for _, g := range o.Groups {
		own := 0
		for _, name := range names {
			switch {
			case !match(g.Blocks, name):
				continue
			case frozen(name):
				return fmt.Errorf("train: %s is frozen, so the settings of the group %s mean nothing to it; let only one of the two name it", name, g.Blocks)
			case taken[name] == "":
				taken[name] = g.Blocks
				own++
			}
		}
		if own == 0 {
			return fmt.Errorf("train: the group %s has no block left, as groups before it name them all; put it first, or leave it out", g.Blocks)
		}
	}
	return nil
}
