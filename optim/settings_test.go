package optim

import (
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
)

// rulesFile is trajectories.json, read once.
func rulesFile(t *testing.T) *trajectories {
	t.Helper()
	readRules.Do(func() { golden(t, "trajectories.json", &theRules) })
	return &theRules
}

var (
	readRules sync.Once
	theRules  trajectories
)

// stepsOf are the points of a few steps from the start of the trajectories.
func stepsOf(t *testing.T, rule Rule[float64], n int) (points []float64) {
	t.Helper()
	file := rulesFile(t)
	run, err := Start(file.problem(), file.Start, &FirstOrder[float64]{Rule: rule}, MaxIter[float64](n))
	if err != nil {
		t.Fatal(err)
	}
	for s := range run.All(t.Context()) {
		points = append(points, s.X...)
	}
	return points
}

// A default in the table is what the zero value of the field means.
func TestZeroFieldsAreTheDefaults(t *testing.T) {
	for _, m := range Methods[float64]() {
		if m.rule == nil {
			continue
		}
		made, err := m.NewRule(nil)
		if err != nil {
			t.Fatal(err)
		}
		zero := settings{}
		if strings.HasPrefix(m.Name, "schedule-free") {
			zero["rate"] = m.Settings[0].Default // that of the rule inside is another
		}
		if !slices.Equal(stepsOf(t, made, 12), stepsOf(t, m.rule(zero), 12)) {
			t.Errorf("%s: the defaults of the table are not those of the zero value", m.Name)
		}
	}
}

// No setting is ignored: another value leads elsewhere, alone or beside one
// that it belongs to.
func TestEverySettingIsHeard(t *testing.T) {
	beside := map[string]map[string]float64{
		"amsgrad":        {"beta2": 0.5}, // a memory short enough for the mean of squares to fall
		"unbiased_max":   {"amsgrad": 1, "beta2": 0.5},
		"rate_inside":    {"momentum": 0.5},
		"nesterov":       {"momentum": 0.5},
		"separate_norms": {"decay": 0.1},
		"plus":           {"f_min": 5},
	}
	base := map[string]map[string]float64{ // where the defaults hide what a setting does
		"signum": {"rate": 0.3}, "lion": {"rate": 0.3}, "adopt": {"rate": 1}, "adafactor": {"rate": 2},
		"sophia": {"gamma": 3, "every": 2}, "momo-adam": {"rate": 1},
	}
	loose := map[string]map[string]float64{ // values far enough from the default to tell
		"min_norm": {"": 10}, "min_dim": {"": 4}, "max_step": {"": 0.011}, "min_step": {"": 0.009},
		"threshold": {"": 6}, "gamma": {"": 3}, "t0": {"": 3}, "eps": {"": 2}, "clip": {"adafactor": 0.1, "sophia": 0.1},
	}
	for _, m := range Methods[float64]() {
		if m.rule == nil {
			continue
		}
		for _, s := range m.Settings {
			set := map[string]float64{}
			maps.Copy(set, base[m.Name])
			delete(set, s.Name)
			for name, v := range beside[s.Name] {
				if slices.ContainsFunc(m.Settings, func(s Setting) bool { return s.Name == name }) {
					set[name] = v
				}
			}
			without := stepsAs(t, m, set, s.Name)
			value := s.Default / 2
			switch other, ok := loose[s.Name]; {
			case ok && other[m.Name] > 0:
				value = other[m.Name]
			case ok && other[""] > 0:
				value = other[""]
			case s.Default == 0 && s.Switch:
				value = 1
			case s.Default == 0:
				value = 0.4
			case s.Name == "up":
				value = 1.1
			case s.Whole:
				value = s.Default + 1
			}
			set[s.Name] = value
			if slices.Equal(without, stepsAs(t, m, set, s.Name)) {
				t.Errorf("%s: %s = %v changes nothing", m.Name, s.Name, value)
			}
		}
	}
}

// stepsAs takes steps with the settings, under a changing rate where that is
// what a setting is about.
func stepsAs(t *testing.T, m Method[float64], set map[string]float64, about string) []float64 {
	t.Helper()
	rule, err := m.NewRule(set)
	if err != nil {
		t.Fatal(m.Name, set, err)
	}
	switch about {
	case "rate_inside":
		rule = &Scheduled[float64]{Rule: rule, Schedule: inverse(0.5)}
	case "power":
		rule = &Scheduled[float64]{Rule: rule, Schedule: Warmup{Steps: 8}}
	}
	return stepsOf(t, rule, 12)
}

// A schedule reaches a hyperparameter of rules that are made of others.
func TestSchedulesReachInnerRules(t *testing.T) {
	for name, rule := range map[string]func() (Rule[float64], *float64){
		"lamb":            func() (Rule[float64], *float64) { r := &LAMB[float64]{Beta1: 0.8}; return r, &r.Beta1 },
		"optimistic-adam": func() (Rule[float64], *float64) { r := &OptimisticAdam[float64]{Beta: 0.8}; return r, &r.Beta },
		"muon":            func() (Rule[float64], *float64) { r := &Muon[float64]{Decay: 0.8}; return r, &r.Decay },
	} {
		still, _ := rule()
		moved, field := rule()
		file := rulesFile(t)
		plain := stepsOf(t, still, 8)
		run, err := Start(file.problem(), file.Start, &FirstOrder[float64]{Rule: moved}, MaxIter[float64](8))
		if err != nil {
			t.Fatal(err)
		}
		for range run.All(t.Context()) {
			*field *= 0.5
		}
		if off := math.Abs(run.State().X[0] - plain[len(plain)-len(file.Start)]); off < 1e-9 {
			t.Errorf("%s: halving a setting at each step changes nothing", name)
		}
	}
}
