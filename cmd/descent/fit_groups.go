package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"descent/optim"
	"descent/train"
)

// What the flags for blocks of parameters say of themselves.
const (
	groupHelp  = "settings of their own for blocks of parameters, `NAMES:SETTINGS`,\nas in '*.bias:lr=0.01' or 'layer1.*:method=muon,lr=0.02'"
	freezeHelp = "hold blocks of parameters where they start, by `NAMES` such as 'layer1.*'"
)

// blockFlags are those for blocks of parameters and for single rows.
type blockFlags struct {
	groups, freeze []string
	clipRows       float64
}

func (f *blockFlags) register(fl *pflag.FlagSet) {
	fl.Float64Var(&f.clipRows, "clip-rows", 0, "shorten the gradient of each row that is longer than this, before their mean")
	fl.StringArrayVar(&f.groups, "group", nil, groupHelp)
	fl.StringSliceVar(&f.freeze, "freeze", nil, freezeHelp)
}

// chooseBlocks reads what some blocks of parameters have to themselves.
func (f *fitFlags) chooseBlocks(o *train.Options) error {
	o.Freeze, o.ClipRows = f.freeze, f.clipRows
	for _, text := range f.groups {
		g, err := parseGroup(text)
		if err != nil {
			return fmt.Errorf("--group: %w", err)
		}
		o.Groups = append(o.Groups, g)
	}
	return nil
}

// parseGroup reads NAMES:name=value,name=value.
func parseGroup(text string) (g train.Group, err error) {
	names, settings, ok := strings.Cut(text, ":")
	if g.Blocks = strings.TrimSpace(names); !ok || g.Blocks == "" || strings.TrimSpace(settings) == "" {
		return g, fmt.Errorf("found %q, expected names and settings, as in '*.bias:lr=0.01'", text)
	}
	var rest []string
	for item := range strings.SplitSeq(settings, ",") {
		name, value, _ := strings.Cut(item, "=")
		switch value = strings.TrimSpace(value); strings.TrimSpace(name) {
		case "method":
			if g.Method != "" {
				return g, fmt.Errorf("the method of %s is given twice, as %s and as %s; leave one out", g.Blocks, g.Method, value)
			}
			if _, err := optim.Find[float64](value); err != nil {
				return g, err
			}
			g.Method = value
		case "lr", "rate":
			if g.Rate != 0 {
				return g, fmt.Errorf("the rate of %s is given twice, as %v and as %s; leave one out", g.Blocks, g.Rate, value)
			}
			if g.Rate, err = parseRate(value); err != nil || g.Rate == 0 {
				return g, fmt.Errorf("the rate of %s is %q, expected a positive number", g.Blocks, value)
			}
		default:
			rest = append(rest, item)
		}
	}
	g.Settings, err = parseSettings(rest)
	return g, err
}
