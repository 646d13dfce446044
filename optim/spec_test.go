package optim

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseCourses(t *testing.T) {
	span := Span{Steps: 1000, Epoch: 20}
	for text, want := range map[string]Schedule{
		"cosine":                     Cosine{Steps: 1000},
		"Cosine:300":                 Cosine{Steps: 300},
		"step:every=10,by=0.5":       StepDecay{Every: 10, By: 0.5},
		"step:10ep,0.5":              StepDecay{Every: 200, By: 0.5},
		"multi-step:300,60%,by=0.5":  MultiStep{At: []int{300, 600}, By: 0.5},
		"exponential:every=1,by=0.9": Exponential{Every: 1, By: 0.9, End: 0},
		"exponential:1,0.9,stairs":   Exponential{Every: 1, By: 0.9, Staircase: true},
		"linear:end=0.1":             Polynomial{Steps: 1000, From: 1, End: 0.1},
		"one-cycle:hold":             OneCycle{Steps: 1000, Rise: 0.3, Div: 25, FinalDiv: 1e4, Low: 0.85, High: 0.95, Hold: true},
		"warmup:500,cosine":          Warmup{Steps: 500, Then: Cosine{Steps: 500}},
		"warmup,cosine:end=0.5":      Warmup{Steps: 50, Then: Cosine{Steps: 950, End: 0.5}},
		"warmup:from=0.1,steps=5":    Warmup{Steps: 5, From: 0.1},
		"warmup:5":                   Warmup{Steps: 5},
		"warmup:5,step:10,0.5":       Warmup{Steps: 5, Then: StepDecay{Every: 10, By: 0.5}},
		"piecewise:100=0.5,2ep=0.1":  nil,
		"piecewise:20=0.5,5ep=0.1":   Piecewise{At: []int{20, 100}, Values: []float64{0.5, 0.1}},
		"cosine:100@100,constant":    Join{Parts: []Schedule{Cosine{Steps: 100}, Constant{}}, At: []int{100}},
		"wsd:10,100":                 WSD{Warmup: 10, Cooldown: 100, Steps: 1000},
	} {
		got, err := ParseCourses(text, span)
		if want == nil {
			if err == nil {
				t.Errorf("%s was taken", text)
			}
			continue
		}
		if err != nil || len(got) != 1 || !reflect.DeepEqual(got[0].Schedule, want) || got[0].Of != "" {
			t.Errorf("%s: %#v, %v; want %#v", text, got, err, want)
		}
	}
	two, err := ParseCourses("one-cycle:hold; weight_decay=linear", span)
	if err != nil || len(two) != 2 || two[1].Of != "weight_decay" {
		t.Errorf("two courses: %+v, %v", two, err)
	}
	plateau, err := ParseCourses("plateau:0.5,patience=0,training", Span{})
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := Within[*ReduceOnPlateau[float64]](Follow(Rule[float64](&Clip[float64]{Rule: &GD[float64]{}}), append(two[:1], plateau...), true)); !ok || !r.Own || !r.Training || r.By != 0.5 || r.patience() != 0 {
		t.Errorf("the rule on a plateau is %+v", r)
	}
}

func TestSpecsThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		"cosin":                             `did you mean "cosine"`,
		"step:evry=3":                       `did you mean "every"`,
		"step:3,0.5,7":                      "it has the settings every, by",
		"step:x":                            "is no number of steps",
		"step:3,by=x":                       "by must be a number",
		"step:3ep":                          "has no epochs",
		"cosine":                            "length is not known",
		"step:1,by=2,by=3":                  "given twice",
		"step:1,,2":                         "nothing between two commas",
		"wsd:steps=10,warmup=20,cooldown=0": "no room",
		"exponential:1,stairs=7":            "on or off",
		"multi-step:by=0.1":                 "needs steps",
		"cosine:3@x":                        "comes a step",
		"beta=plateau":                      "the rate alone",
		"warmup:3,nothing":                  "unknown schedule",
		"plateau:by=2":                      "between 0 and 1",
		"constant:3":                        "no settings",
	} {
		if _, err := ParseCourses(text, Span{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want …%s…", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"emma": `did you mean "ema"`, "ema;ema": "asked for twice", "ema:decay=x": "must be a number",
		"sam:3,4": "it has the settings rho", "simplex:-1": "positive sum", "mean": "length is not known",
	} {
		if _, err := Wrap[float64](&GD[float64]{}, text, Span{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want …%s…", text, err, want)
		}
	}
}

// Every schedule and every wrapper has all that 'descent methods NAME' prints.
func TestTablesOfSchedulesAndWrappersAreComplete(t *testing.T) {
	complete := func(name, summary, formula string, g Guide, options []Option) {
		if name == "" || summary == "" || formula == "" || g.When == "" || g.Paper == "" || g.Convention == "" {
			t.Errorf("%s is not complete: %q, %q, %+v", name, summary, formula, g)
		}
		for _, o := range options {
			if o.Name == "" || o.Meaning == "" || o.Text() == "" {
				t.Errorf("%s: the setting %+v is not complete", name, o)
			}
		}
	}
	for _, f := range ScheduleForms() {
		complete(f.Name, f.Summary, f.Formula, f.Guide, f.Options)
	}
	for _, f := range WrapForms() {
		complete(f.Name, f.Summary, f.Update, f.Guide, f.Options)
	}
	if len(scheduleGuides) != len(ScheduleForms()) || len(wrapGuides) != len(WrapForms()) {
		t.Errorf("%d schedules and %d wrappers are explained, of %d and %d", len(scheduleGuides), len(wrapGuides), len(ScheduleForms()), len(WrapForms()))
	}
}

// What the tables offer by default can be made and used.
func TestTablesOfSchedulesAndWrappers(t *testing.T) {
	span := Span{Steps: 300, Epoch: 10}
	for _, f := range ScheduleForms() {
		text := map[string]string{"multi-step": "multi-step:3,5", "piecewise": "piecewise:3=0.5"}[f.Name]
		if text == "" {
			text = f.Name
		}
		c, err := ParseCourses(text, span)
		if err != nil || f.Summary == "" || f.Formula == "" {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		run, err := Start(bowl(), []float64{3, -2}, &FirstOrder[float64]{Rule: Follow[float64](&GD[float64]{}, c, true)}, MaxIter[float64](30))
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		for run.Next(t.Context()) {
		}
		if run.State().Iter != 30 || !(run.State().F < 19) {
			t.Errorf("%s: %s", f.Name, run.Result().Text)
		}
	}
	for _, f := range WrapForms() {
		rule, err := Wrap[float64](&GD[float64]{Rate: 0.05}, f.Name, span)
		if err != nil || f.Summary == "" || f.Update == "" {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		if w, ok := rule.(Wrapper[float64]); !ok || w.Unwrap() == nil {
			t.Errorf("%s: %T does not say what it wraps", f.Name, rule)
		}
	}
	// The order is that of the table.
	rule, err := Wrap[float64](&GD[float64]{}, "ema:0.9; clip:3; sam", span)
	if err != nil {
		t.Fatal(err)
	}
	ema, _ := rule.(*EMA[float64])
	if ema == nil || ema.Decay != 0.9 {
		t.Fatalf("outermost is %T", rule)
	}
	if sam, ok := ema.Rule.(*SAM[float64]); !ok || sam.Rule.(*Clip[float64]).Max != 3 {
		t.Errorf("inside the average is %T", ema.Rule)
	}
}

// No text makes the parsers fail otherwise than by an error.
func TestSpecsNeverPanic(t *testing.T) {
	letters := rapid.SampledFrom([]string{"cosine", "warmup", "step", "plateau", "piecewise", "ema", ":", ",", "=", "@", ";", "1", "0", "%", "ep", "-", ".5", "by", " ", "every"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(letters, 0, 12).Draw(t, "text"), "")
		span := Span{Steps: rapid.IntRange(0, 50).Draw(t, "steps"), Epoch: rapid.IntRange(0, 5).Draw(t, "epoch")}
		courses, err := ParseCourses(text, span)
		if err != nil && !strings.HasPrefix(err.Error(), "optim: ") {
			t.Fatalf("%q: %v", text, err)
		}
		for _, c := range courses {
			for step := 0; c.Schedule != nil && err == nil && step < 100; step += 9 {
				if f := c.Schedule.Factor(step); !(f >= 0) {
					t.Fatalf("%q: the factor at step %d is %v", text, step, f)
				}
			}
		}
		if _, err := Wrap[float64](&GD[float64]{}, text, span); err != nil && !strings.HasPrefix(err.Error(), "optim: ") {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
