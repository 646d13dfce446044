package optim

import (
	"fmt"
	"slices"
	"strings"

	"descent/internal/nearname"
)

// ScheduleForm is a row of the table of schedules: how one is written, what it
// does, and when to use it.
type ScheduleForm struct {
	Name, Summary, Formula string
	Options                []Option
	Guide
}

// scheduleRow makes the schedule, too.
type scheduleRow struct {
	Name, Summary, Formula, Paper string
	Options                       []Option
	make                          func(s *spec) Schedule // nil: no function of the step
}

var (
	whole = Option{"steps", "100%", "its length: 500, 10ep (epochs) or 50% (of the run)", aLength}
	toEnd = Option{"end", "0", "the factor at its end", aNumber}
)

// ScheduleForms is the table of schedules. The factor f multiplies the rate; t
// counts steps from 0.
func ScheduleForms() []ScheduleForm {
	var out []ScheduleForm
	for _, r := range scheduleRows() {
		g := scheduleGuides[r.Name]
		if g.Paper == "" {
			g.Paper = r.Paper
		}
		out = append(out, ScheduleForm{r.Name, r.Summary, r.Formula, r.Options, g})
	}
	return out
}

func scheduleRows() []scheduleRow { return slices.Concat(decayForms(), cycleForms(), jointForms()) }

func decayForms() []scheduleRow {
	by := func(def string) Option { return Option{"by", def, "the factor of each drop", aNumber} }
	stairs := Option{"stairs", "", "drop only after whole periods", aSwitch}
	return []scheduleRow{
		{"constant", "the rate as it is", "f = 1", "", nil, func(*spec) Schedule { return Constant{} }},
		{"step", "drops after every so many steps", "f = by^⌊t/every⌋", "",
			[]Option{{"every", "33.4%", "steps between drops", aLength}, by("0.1")},
			func(s *spec) Schedule { return StepDecay{Every: s.length("every"), By: s.number("by")} }},
		{"multi-step", "drops at the steps named, as in multi-step:300,600,by=0.5", "f = by^(steps passed)", "",
			[]Option{{"at", "", "steps, one after the other", someSteps}, by("0.1")},
			func(s *spec) Schedule { return MultiStep{At: s.list(), By: s.number("by")} }},
		{"exponential", "falls by the same part in each step", "f = by^((t−begin)/every), not beyond end", "",
			[]Option{{"every", "100%", "steps in which it falls by the factor", aLength}, by("0.01"), {"begin", "0", "steps before it begins", aLength}, stairs, toEnd},
			func(s *spec) Schedule {
				return Exponential{Every: s.length("every"), By: s.number("by"), Begin: s.length("begin"), Staircase: s.on("stairs"), End: s.number("end")}
			}},
		{"linear", "a line", "f from from to end", "",
			[]Option{whole, toEnd, {"from", "1", "the factor at its beginning", aNumber}},
			func(s *spec) Schedule {
				return Polynomial{Steps: s.length("steps"), From: s.number("from"), End: s.number("end")}
			}},
		{"polynomial", "a line bent by a power", "f = end + (from−end)·(1 − t/steps)^power", "",
			[]Option{whole, {"power", "2", "above 1: fast first", aNumber}, toEnd, {"from", "1", "the factor at its beginning", aNumber}},
			func(s *spec) Schedule {
				return Polynomial{Steps: s.length("steps"), Power: s.number("power"), From: s.number("from"), End: s.number("end")}
			}},
		{"inverse-time", "falls like 1/t", "f = 1/(1 + by·t/every)", "Robbins and Monro, Ann. Math. Stat. 22 (1951) 400",
			[]Option{{"every", "1", "steps of a period", aLength}, by("0.01"), stairs},
			func(s *spec) Schedule {
				return InverseTime{Every: s.length("every"), By: s.number("by"), Staircase: s.on("stairs")}
			}},
		{"noam", "rises along a line, then falls with the root of the step", "f = min(t/warmup, √(warmup/t)), t from 1", "Vaswani et al., arXiv 1706.03762",
			[]Option{{"warmup", "5%", "steps of the rise", aLength}}, func(s *spec) Schedule { return Noam{Warmup: s.length("warmup")} }},
		{"rex", "falls slowly first and fast at the end", "f = end + (1−end)·(1−p)/(1−p/2),  p = t/steps", "Chen, Wolfe and Kyrillidis, arXiv 2107.04197",
			[]Option{whole, toEnd}, func(s *spec) Schedule { return REX{Steps: s.length("steps"), End: s.number("end")} }},
		{"wsd", "warmup, full rate, cooldown", "f = end + (1−end)·(1 − √p) in the cooldown, p the part of it that is over", "Hu et al., arXiv 2404.06395; Hägele et al., arXiv 2405.18392",
			[]Option{{"warmup", "5%", "steps of the rise", aLength}, {"cooldown", "20%", "steps of the fall", aLength}, whole, toEnd, {"line", "", "cool down along a line", aSwitch}},
			func(s *spec) Schedule {
				return WSD{Warmup: s.length("warmup"), Cooldown: s.length("cooldown"), Steps: s.length("steps"), End: s.number("end"), Line: s.on("line")}
			}},
	}
}

func cycleForms() []scheduleRow {
	const sgdr = "Loshchilov and Hutter, arXiv 1608.03983"
	return []scheduleRow{
		{"cosine", "falls along half a cosine", "f = end + (1−end)·(1 + cos(π·t/steps))/2", sgdr,
			[]Option{whole, toEnd}, func(s *spec) Schedule { return Cosine{Steps: s.length("steps"), End: s.number("end")} }},
		{"restarts", "the cosine with warm restarts (SGDR)", "as cosine over each period", sgdr,
			[]Option{{"steps", "10%", "of the first period", aLength}, {"times", "2", "each period in terms of the one before", aNumber}, toEnd, {"decay", "1", "each peak in terms of the one before", aNumber}},
			func(s *spec) Schedule {
				return Restarts{Steps: s.length("steps"), Times: s.number("times"), End: s.number("end"), Decay: s.number("decay")}
			}},
		{"cyclic", "swings between low and 1 along lines", "f = low + (1−low)·height·gamma^t", "Smith, arXiv 1506.01186",
			[]Option{{"up", "5%", "steps of the way up", aLength}, {"down", "0", "steps of the way down; 0: as up", aLength}, {"low", "0.1", "the lowest factor", aNumber},
				{"halve", "", "halve the swing with each cycle (triangular2)", aSwitch}, {"gamma", "1", "of the swing in each step (exp range)", aNumber}},
			func(s *spec) Schedule {
				return Cyclic{Up: s.length("up"), Down: s.length("down"), Low: s.number("low"), Halve: s.on("halve"), Gamma: s.number("gamma")}
			}},
		{"one-cycle", "rises, then falls far below; the momentum runs against it", "f from 1/div to 1 to 1/(div·final), along half cosines; beta or beta1 from high to low to high", "Smith and Topin, arXiv 1708.07120",
			[]Option{whole, {"rise", "0.3", "the part of the steps that rises", aNumber}, {"div", "25", "the peak over the start", aNumber}, {"final", "1e4", "the start over the end", aNumber},
				{"low", "0.85", "least momentum", aNumber}, {"high", "0.95", "largest momentum", aNumber},
				{"line", "", "along lines", aSwitch}, {"three", "", "three phases", aSwitch}, {"hold", "", "leave the momentum alone", aSwitch}},
			func(s *spec) Schedule {
				return OneCycle{Steps: s.length("steps"), Rise: s.number("rise"), Div: s.number("div"), FinalDiv: s.number("final"),
					Low: s.number("low"), High: s.number("high"), Line: s.on("line"), Three: s.on("three"), Hold: s.on("hold")}
			}},
	}
}

func jointForms() []scheduleRow {
	return []scheduleRow{
		{"warmup", "rises along a line, then follows another, as in warmup:500,cosine", "f = (t+1)/steps, then the other from its step 0 on", "Goyal et al., arXiv 1706.02677",
			[]Option{{"steps", "5%", "of the rise", aLength}, {"from", "0", "the first factor; 0: 1/steps", aNumber}}, nil},
		{"piecewise", "jumps to the factors named at the steps named, as in piecewise:100=0.5,200=0.1", "f = the last factor named", "",
			[]Option{{"points", "", "step=factor, several", somePairs}, {"line", "", "go there along lines instead", aSwitch}},
			func(s *spec) Schedule {
				p := Piecewise{Line: s.on("line")}
				for _, point := range s.points {
					p.At = append(p.At, s.steps("step", point[0]))
					p.Values = append(p.Values, s.value(point[1]))
				}
				return p
			}},
		{"plateau", "drops when the loss stops falling: of the validation rows, else of training", "f ← f·by after more than patience losses that are no better by threshold", "",
			[]Option{{"by", "0.1", "the factor of each drop", aNumber}, {"patience", "10", "epochs (steps of a full objective) to wait", aNumber}, {"threshold", "1e-4", "relative, what counts as better", aNumber},
				{"cooldown", "0", "losses after a drop that do not count", aNumber}, {"least", "0", "the least factor", aNumber}, {"training", "", "look at the training loss", aSwitch}}, nil},
	}
}

// list are the steps named.
func (s *spec) list() []int {
	var at []int
	for _, text := range s.listed {
		at = append(at, s.steps("at", text))
	}
	if len(at) == 0 {
		s.fail("it needs steps, as in %s:300,600", s.name)
	}
	return at
}

// value is a number of a pair.
func (s *spec) value(text string) float64 {
	s.given["value"] = text
	v := s.number("value")
	delete(s.given, "value")
	return v
}

// Course is a schedule as a user asked for it.
type Course struct {
	Text     string
	Of       string   // the hyperparameter; "" is the rate
	Schedule Schedule // nil for reduce on plateau
	plateau  *plateauCourse
}

type plateauCourse struct {
	by, threshold, least float64
	patience, cooldown   int
	training             bool
}

// ParseCourses reads schedules as a user writes them, with semicolons between:
//
//	cosine                        over the whole run
//	step:every=10ep,by=0.5        settings by name, or in their order: step:10ep,0.5
//	warmup:500,cosine:end=0.1     a rise, then another
//	cosine:1000@1000,constant     one until a step, then another
//	decay=cosine                  another hyperparameter than the rate
//
// span gives lengths in percent and epochs their meaning.
func ParseCourses(text string, span Span) ([]Course, error) {
	var out []Course
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		c := Course{Text: part}
		if i := strings.IndexAny(part, "=:,@"); i > 0 && part[i] == '=' {
			if c.Of, part = part[:i], part[i+1:]; c.Of == "lr" {
				c.Of = "rate"
			}
		}
		var err error
		if name, items := splitName(part); name == "plateau" {
			if c.Of != "" {
				return nil, fmt.Errorf("optim: the schedule %s: plateau lowers the rate alone", c.Text)
			}
			c.plateau, err = parsePlateau(items)
		} else if c.Schedule, err = parseJoined(part, span); err == nil {
			err = c.Schedule.Check()
		}
		if err != nil {
			return nil, err
		}
		for _, former := range out {
			if of, both := former.moves(c); both {
				return nil, fmt.Errorf("optim: the schedules %s and %s both move the %s, and their factors would multiply; leave one out, or join them as in cosine:1000@1000,constant", former.Text, c.Text, of)
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// moves names a hyperparameter that both courses move. A plateau may follow a
// warmup, which is over before it counts.
func (c Course) moves(other Course) (of string, both bool) {
	_, warm := c.Schedule.(Warmup)
	_, warms := other.Schedule.(Warmup)
	if c.plateau != nil && warms || warm && other.plateau != nil {
		return "", false
	}
	for _, name := range c.hyperparameters() {
		if slices.Contains(other.hyperparameters(), name) {
			return name, true
		}
	}
	return "", false
}

func (c Course) hyperparameters() []string {
	if c.Of != "" && c.Of != "rate" {
		return []string{plainName(c.Of)}
	}
	if p, ok := c.Schedule.(partnered); ok && p.momentum() != nil {
		return []string{"rate", "beta", "beta1"}
	}
	return []string{"rate"}
}

// parseJoined reads A@N,B@M,C.
func parseJoined(text string, span Span) (Schedule, error) {
	parts := strings.Split(text, "@")
	first, err := parseSchedule(parts[0], span)
	if err != nil || len(parts) == 1 {
		return first, err
	}
	joined := Join{Parts: []Schedule{first}}
	for _, p := range parts[1:] {
		at, rest, found := strings.Cut(p, ",")
		if !found {
			return nil, fmt.Errorf("optim: the schedule %s: after @ comes a step and the schedule from there on, as in cosine:1000@1000,constant", text)
		}
		n, err := span.length(strings.TrimSpace(at))
		if err != nil {
			return nil, fmt.Errorf("optim: the schedule %s: %w", text, err)
		}
		next, err := parseSchedule(rest, span)
		if err != nil {
			return nil, err
		}
		joined.At, joined.Parts = append(joined.At, n), append(joined.Parts, next)
	}
	return joined, nil
}

func parseSchedule(text string, span Span) (Schedule, error) {
	text = strings.TrimSpace(text)
	name, items := splitName(text)
	if head, _, found := strings.Cut(name, ","); found { // warmup,cosine
		name, items = head, strings.Split(text[len(head)+1:], ",")
	}
	forms := scheduleRows()
	i := slices.IndexFunc(forms, func(f scheduleRow) bool { return f.Name == name })
	if i < 0 || name == "plateau" {
		return nil, fmt.Errorf("optim: unknown schedule %q; the schedules are %s%s", name, strings.Join(ScheduleNames(), ", "), nearname.Hint(name, ScheduleNames()))
	}
	if name == "warmup" {
		return parseWarmup(forms[i], items, span)
	}
	s := newSpec("schedule", name, forms[i].Options, items, span)
	made := forms[i].make(s)
	return made, s.err
}

// parseWarmup reads the settings of a warmup up to the first item that names a
// schedule, which follows.
func parseWarmup(form scheduleRow, items []string, span Span) (Schedule, error) {
	var then Schedule
	for i, item := range items {
		name, _, _ := strings.Cut(strings.TrimSpace(item), ":")
		if startsWithDigit(name) || strings.Contains(name, "=") {
			continue
		}
		s := newSpec("schedule", form.Name, form.Options, items[:i], span)
		rest := span
		if rest.Steps > 0 { // what follows has what is left of the run
			rest.Steps = max(1, rest.Steps-s.length("steps"))
		}
		var err error
		if then, err = parseSchedule(strings.Join(items[i:], ","), rest); err != nil {
			return nil, err
		}
		items = items[:i]
		break
	}
	s := newSpec("schedule", form.Name, form.Options, items, span)
	return Warmup{Steps: s.length("steps"), From: s.number("from"), Then: then}, s.err
}

func parsePlateau(items []string) (*plateauCourse, error) {
	forms := scheduleRows()
	form := forms[slices.IndexFunc(forms, func(f scheduleRow) bool { return f.Name == "plateau" })]
	s := newSpec("schedule", form.Name, form.Options, items, Span{})
	c := &plateauCourse{by: s.number("by"), threshold: s.number("threshold"), least: s.number("least"),
		patience: int(s.number("patience")), cooldown: int(s.number("cooldown")), training: s.on("training")}
	if c.patience == 0 {
		c.patience = -1
	}
	if s.err != nil {
		return nil, s.err
	}
	probe := &ReduceOnPlateau[float64]{Rule: &GD[float64]{}, By: c.by, Patience: c.patience, Threshold: c.threshold, Cooldown: c.cooldown, Least: c.least}
	return c, probe.Init(&Problem[float64]{Dim: 1})
}

// Follow wraps a rule in courses. A plateau is told its losses by ReduceOnPlateau.See,
// unless own says that it looks at the values of the run itself.
func Follow[T Float](r Rule[T], courses []Course, own bool) Rule[T] {
	for _, c := range courses {
		if p := c.plateau; p != nil {
			r = &ReduceOnPlateau[T]{Rule: r, By: p.by, Patience: p.patience, Threshold: p.threshold, Cooldown: p.cooldown, Least: p.least, Own: own, Training: p.training}
		} else {
			r = &Scheduled[T]{Rule: r, Schedule: c.Schedule, Name: c.Of}
		}
	}
	return r
}

// ScheduleNames lists the schedules.
func ScheduleNames() []string {
	var names []string
	for _, f := range scheduleRows() {
		names = append(names, f.Name)
	}
	return names
}
