package optim

import (
	"fmt"
	"slices"
	"strings"

	"descent/internal/nearname"
)

// WrapForm is a row of the table of what can be put around a rule.
type WrapForm struct {
	Name, Summary, Update string
	Options               []Option
	Guide
}

type wrapRow struct {
	Name, Summary, Update, Paper string
	Options                      []Option
}

// wrapForm makes the wrapper, too.
type wrapForm[T Float] struct {
	wrapRow
	wrap func(s *spec, r Rule[T]) (Rule[T], error)
}

// WrapForms is the table of wrappers, from the innermost to the outermost.
func WrapForms() []WrapForm {
	var out []WrapForm
	for _, f := range wrapForms[float64]() {
		g := wrapGuides[f.Name]
		if g.Paper == "" {
			g.Paper = f.Paper
		}
		out = append(out, WrapForm{f.Name, f.Summary, f.Update, f.Options, g})
	}
	return out
}

func wrapForms[T Float]() []wrapForm[T] {
	return slices.Concat(scaleWraps[T](), gradientWraps[T](), setWraps[T](), averageWraps[T]())
}

func scaleWraps[T Float]() []wrapForm[T] {
	return []wrapForm[T]{
		{wrapRow{"mechanic", "learns the scale of the rule's steps", "x ← x₀ + Σs·Δ, Δ the sum of the rule's steps, s by betting on g·Δ", "Cutkosky, Defazio and Mehta, arXiv 2306.00144",
			[]Option{{"s0", "1e-6", "the first scale", aNumber}, {"decay", "0.01", "of the gradient towards 0", aNumber}, {"betas", "6", "memories: 1−10⁻¹, …", aNumber}}},
			func(s *spec, r Rule[T]) (Rule[T], error) {
				return &Mechanic[T]{Rule: r, S0: s.number("s0"), Decay: s.number("decay"), Betas: int(s.number("betas"))}, nil
			}},
	}
}

func gradientWraps[T Float]() []wrapForm[T] {
	limit := func(def string) []Option { return []Option{{"max", def, "the limit", aNumber}} }
	return []wrapForm[T]{
		{wrapRow{"noise", "adds noise to the gradient", "g ← g + N(0, eta/(1+t)^gamma)", "Neelakantan et al., arXiv 1511.06807",
			[]Option{{"eta", "0.01", "the first variance", aNumber}, {"gamma", "0.55", "the power by which it falls", aNumber}, {"seed", "1", "of the noise", aNumber}}},
			func(s *spec, r Rule[T]) (Rule[T], error) {
				return &Noise[T]{Rule: r, Eta: s.number("eta"), Gamma: s.number("gamma"), Seed: uint64(max(0, s.number("seed")))}, nil
			}},
		{wrapRow{"clip", "shortens long gradients", "g ← g·min(1, max/|g|)", "Pascanu et al., arXiv 1211.5063", limit("1")},
			func(s *spec, r Rule[T]) (Rule[T], error) { return &Clip[T]{Rule: r, Max: s.number("max")}, nil }},
		{wrapRow{"clip-value", "bounds each element of the gradient", "g ← min(max(g, −max), max)", "", limit("1")},
			func(s *spec, r Rule[T]) (Rule[T], error) { return &ClipValue[T]{Rule: r, Max: s.number("max")}, nil }},
		{wrapRow{"clip-blocks", "shortens the gradient of each block by itself", "g ← g·min(1, max/|g|), block by block", "", limit("1")},
			func(s *spec, r Rule[T]) (Rule[T], error) { return &ClipBlocks[T]{Rule: r, Max: s.number("max")}, nil }},
		{wrapRow{"clip-adaptive", "shortens the gradient of each unit to a part of its parameters (AGC)", "g ← g·min(1, max·|x|/|g|), unit by unit", "Brock et al., arXiv 2102.06171", limit("0.01")},
			func(s *spec, r Rule[T]) (Rule[T], error) { return &ClipAdaptive[T]{Rule: r, Max: s.number("max")}, nil }},
		{wrapRow{"centralise", "takes its mean from the gradient of each unit of a matrix", "g ← g − mean of g, column by column", "Yong et al., arXiv 2004.01461",
			[]Option{{"rows", "", "units are rows", aSwitch}}},
			func(s *spec, r Rule[T]) (Rule[T], error) { return &Centralise[T]{Rule: r, Rows: s.on("rows")}, nil }},
		{wrapRow{"sam", "takes the gradient at the worst point nearby, on the same batch", "g ← ∇f(x + rho·g/|g|)", "Foret et al., arXiv 2010.01412",
			[]Option{{"rho", "0.05", "how near", aNumber}}},
			func(s *spec, r Rule[T]) (Rule[T], error) { return &SAM[T]{Rule: r, Rho: s.number("rho")}, nil }},
	}
}

func setWraps[T Float]() []wrapForm[T] {
	set := func(name, summary, formula, option string, onto func(float64) (Projection[T], error)) wrapForm[T] {
		return wrapForm[T]{wrapRow{name, summary, "x ← the nearest point with " + formula, "", []Option{{option, "1", "its size", aNumber}}},
			func(s *spec, r Rule[T]) (Rule[T], error) {
				size := s.number(option)
				p, err := onto(size)
				return &Projected[T]{Rule: r, Onto: p, Name: strings.Replace(formula, option, num(size, 6), 1)}, err
			}}
	}
	return []wrapForm[T]{
		{wrapRow{"non-negative", "keeps every parameter at 0 or above", "x ← max(x, 0)", "", nil},
			func(_ *spec, r Rule[T]) (Rule[T], error) {
				return &Projected[T]{Rule: r, Onto: OntoNonNegative[T], Name: "x ≥ 0"}, nil
			}},
		set("simplex", "keeps the parameters non-negative with a fixed sum", "x ≥ 0, Σx = sum", "sum", OntoSimplex[T]),
		set("l1-ball", "keeps the sum of sizes bounded", "Σ|x| ≤ radius", "radius", OntoL1Ball[T]),
		set("l2-ball", "keeps the length bounded", "|x| ≤ radius", "radius", OntoL2Ball[T]),
		set("linf-ball", "keeps every size bounded", "max|x| ≤ radius", "radius", OntoLInfBall[T]),
	}
}

func averageWraps[T Float]() []wrapForm[T] {
	return []wrapForm[T]{
		{wrapRow{"schedule-free", "no schedule: the gradient between z and the average x, which is reported", "y ← (1−beta)·z + beta·x;  z ← z + u(y);  x ← (1−c)·x + c·z", "Defazio et al., arXiv 2405.15682",
			[]Option{{"beta", "0.9", "where the gradient is taken", aNumber}, {"power", "2", "of the rate in the weights", aNumber}}},
			func(s *spec, r Rule[T]) (Rule[T], error) {
				return &ScheduleFree[T]{Rule: r, Beta: s.number("beta"), Power: s.number("power")}, nil
			}},
		{wrapRow{"lookahead", "goes k steps and part of the way back; reports the slow point", "every k steps: φ ← φ + alpha·(x − φ),  x ← φ", "Zhang et al., arXiv 1907.08610",
			[]Option{{"k", "5", "steps", aLength}, {"alpha", "0.5", "the part of the way that is kept", aNumber}}},
			func(s *spec, r Rule[T]) (Rule[T], error) {
				return &Lookahead[T]{Rule: r, K: s.length("k"), Alpha: s.number("alpha")}, nil
			}},
		{wrapRow{"ema", "reports the exponential average of the points", "x̄ ← decay·x̄ + (1−decay)·x, without the bias of the start", "Polyak and Juditsky, SIAM J. Control Optim. 30 (1992) 838",
			[]Option{{"decay", "0.999", "the part of the average kept in a step", aNumber}}},
			func(s *spec, r Rule[T]) (Rule[T], error) { return &EMA[T]{Rule: r, Decay: s.number("decay")}, nil }},
		{wrapRow{"mean", "reports the mean of the points after so many steps (SWA)", "x̄ = mean of x", "Polyak and Juditsky, SIAM J. Control Optim. 30 (1992) 838; Izmailov et al., arXiv 1803.05407",
			[]Option{{"after", "75%", "steps that do not count", aLength}}},
			func(s *spec, r Rule[T]) (Rule[T], error) { return &Mean[T]{Rule: r, After: s.length("after")}, nil }},
	}
}

// Wrap puts around a rule what a user asked for, with semicolons between:
// "ema:0.999; sam:rho=0.1". The order is that of WrapForms, whatever the text's.
func Wrap[T Float](r Rule[T], text string, span Span) (Rule[T], error) {
	forms, asked := wrapForms[T](), map[string][]string{}
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, items := splitName(part)
		if !slices.ContainsFunc(forms, func(f wrapForm[T]) bool { return f.Name == name }) {
			return nil, fmt.Errorf("optim: unknown wrapper %q; there are %s%s", name, strings.Join(WrapNames(), ", "), nearname.Hint(name, WrapNames()))
		}
		if _, twice := asked[name]; twice {
			return nil, fmt.Errorf("optim: the wrapper %s is asked for twice", name)
		}
		asked[name] = items
	}
	if err := oneSet[T](asked); err != nil {
		return nil, err
	}
	for _, f := range forms {
		items, ok := asked[f.Name]
		if !ok {
			continue
		}
		s := newSpec("wrapper", f.Name, f.Options, items, span)
		wrapped, err := f.wrap(s, r)
		if s.err != nil {
			err = s.err
		}
		if err != nil {
			return nil, err
		}
		r = wrapped
	}
	return r, nil
}

// oneSet refuses two sets at once, but for x ≥ 0 and a ball: the projections onto
// two others, one after the other, do not lead to the nearest point of both.
func oneSet[T Float](asked map[string][]string) error {
	var sets []string
	for _, f := range setWraps[T]() {
		if _, ok := asked[f.Name]; ok {
			sets = append(sets, f.Name)
		}
	}
	if len(sets) < 2 || len(sets) == 2 && sets[0] == "non-negative" && sets[1] != "simplex" {
		return nil
	}
	return fmt.Errorf("optim: the wrappers %s keep the point in more than one set, and only non-negative goes together with a ball; leave one out", strings.Join(sets, " and "))
}

// SetOf takes the wrappers that keep a set out of what a user asked for: the set
// that they keep together, nil without any, and the other wrappers.
func SetOf[T Float](text string) (set *Set[T], rest string, err error) {
	var sets, others []string
	for part := range strings.SplitSeq(text, ";") {
		name, _ := splitName(part)
		switch {
		case name == "":
		case slices.ContainsFunc(setWraps[T](), func(f wrapForm[T]) bool { return f.Name == name }):
			sets = append(sets, part)
		default:
			others = append(others, strings.TrimSpace(part))
		}
	}
	rule, err := Wrap[T](&GD[T]{}, strings.Join(sets, ";"), Span{})
	if err != nil {
		return nil, "", err
	}
	return setOf[T](&FirstOrder[T]{Rule: rule}), strings.Join(others, "; "), nil
}

// WrapNames lists the wrappers.
func WrapNames() []string {
	var names []string
	for _, f := range WrapForms() {
		names = append(names, f.Name)
	}
	return names
}
