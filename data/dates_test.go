package data

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestDates holds the reader of dates to the seconds that package time counts.
func TestDates(t *testing.T) {
	at := func(text string) float64 {
		v, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return float64(v.Unix()) + float64(v.Nanosecond())/1e9
	}
	for _, c := range []struct {
		text string
		kind Kind
		want string // "" where it is no date
	}{
		{"1970-01-01", Date, "1970-01-01T00:00:00Z"},
		{"2024-02-29", Date, "2024-02-29T00:00:00Z"},
		{"1900-02-29", Date, ""},
		{"2000/2/29", Date, "2000-02-29T00:00:00Z"},
		{"2024.12.31", Date, "2024-12-31T00:00:00Z"},
		{"2024-12-31T23:59:59Z", Date, "2024-12-31T23:59:59Z"},
		{"2024-12-31 23:59", Date, "2024-12-31T23:59:00Z"},
		{"2024-12-31T23:59:59.25+01:30", Date, "2024-12-31T22:29:59.25Z"},
		{"2024-12-31T00:00-0800", Date, "2024-12-31T08:00:00Z"},
		{"2024-12-31T00:00 +08", Date, "2024-12-30T16:00:00Z"},
		{"2024-13-01", Date, ""}, {"2024-00-01", Date, ""}, {"2024-01-32", Date, ""}, {"2024-01-0", Date, ""},
		{"2024-01-01T24:00", Date, ""}, {"2024-01-01T12:60", Date, ""}, {"2024-01-01T12", Date, ""}, {"2024-01-01T12:00:61", Date, ""},
		{"2024-01-01T12:00:1e1", Date, ""}, {"2024-01-01T12:00:+1", Date, ""}, {"2024-01-01T12:00+25:00", Date, ""},
		{"2024-01/01", Date, ""}, {"20240101", Date, ""}, {"2024-01", Date, ""}, {"10.5.3", Date, ""}, {"1.2.3", DayFirst, ""},
		{"31/12/2024", DayFirst, "2024-12-31T00:00:00Z"}, {"31/12/2024", MonthFirst, ""}, {"31/12/2024", Date, ""},
		{"12/31/2024", MonthFirst, "2024-12-31T00:00:00Z"}, {"1/2/2011", MonthFirst, "2011-01-02T00:00:00Z"},
		{"1.2.2011", DayFirst, "2011-02-01T00:00:00Z"}, {"1-2-11", DayFirst, "2011-02-01T00:00:00Z"}, {"1-2-70", DayFirst, "1970-02-01T00:00:00Z"},
		{"1/2/2011 1:05 PM", MonthFirst, "2011-01-02T13:05:00Z"}, {"1/2/2011 12:00am", MonthFirst, "2011-01-02T00:00:00Z"}, {"1/2/2011 13:00 PM", MonthFirst, ""},
		{"5 Mar 1999", Date, "1999-03-05T00:00:00Z"}, {"05-mar-99", DayFirst, "1999-03-05T00:00:00Z"}, {"March 5, 1999", Date, "1999-03-05T00:00:00Z"},
		{"Sept 5, 1999 10:00", MonthFirst, "1999-09-05T10:00:00Z"}, {"5 Foo 1999", Date, ""}, {"Mar 5", Date, ""},
		{"2024-12-31", DayFirst, "2024-12-31T00:00:00Z"}, {"", Date, ""}, {":", Date, ""}, {"T:", Date, ""}, {"- -", Date, ""}, {"1/1/", DayFirst, ""},
	} {
		v, ok := date(c.text, c.kind)
		if ok != (c.want != "") {
			t.Errorf("%q as %v: read %t", c.text, c.kind, ok)
		} else if ok && v != at(c.want) {
			t.Errorf("%q as %v is %v, want %s", c.text, c.kind, v, c.want)
		}
	}
}

// TestDatesAgreeWithPackageTime over four centuries, and print as they read.
func TestDatesAgreeWithPackageTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seconds := rapid.Int64Range(-62135596800, 253402300799).Draw(t, "seconds") // years 1 to 9999
		want := time.Unix(seconds, 0).UTC()
		for layout, kind := range map[string]Kind{
			"2006-01-02T15:04:05Z": Date, "2006/1/2 15:04:05": Date, "02.01.2006 15:04:05": DayFirst, "1/2/2006 3:04:05 PM": MonthFirst, "2 January 2006 15:04:05": Date,
		} {
			text := want.Format(layout)
			if v, ok := date(text, kind); !ok || v != float64(seconds) {
				t.Fatalf("%q is %v, %t, want %d", text, v, ok, seconds)
			}
		}
		if v, ok := date(momentText(float64(seconds)), Date); !ok || v != float64(seconds) {
			t.Fatalf("%d prints as %s, which is %v", seconds, momentText(float64(seconds)), v)
		}
	})
}

// FuzzDate: no text crashes it, and what is a date prints as the same date.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"2024-12-31T23:59:59.25+01:30", "1/2/2011 1:05 PM", "March 5, 1999", "T:", "-- :"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, k := range dateKinds {
			v, ok := date(s, k)
			if !ok {
				continue
			}
			if back, ok := date(momentText(v), Date); !ok || math.Abs(back-v) > 1e-4 {
				t.Fatalf("%q as %v is %v, printed %s, back %v", s, k, v, momentText(v), back)
			}
		}
	})
}

// TestDateColumns: the order of day and month is told from the sample, a doubt
// is named, and a later row that is no date is named with its place.
func TestDateColumns(t *testing.T) {
	column := func(text string, opts ReadOptions) *Column {
		t.Helper()
		table, err := read(text, opts)
		if err != nil {
			t.Fatal(err)
		}
		return table.Columns[0]
	}
	for _, c := range []struct {
		text  string
		types map[string]Kind
		kind  Kind
		first string
	}{
		{"when,y\n2024-01-02,1\n2024-01-03,2\n", nil, Date, "2024-01-02"},
		{"when,y\n1/2/2024,1\n13/2/2024,2\n", nil, DayFirst, "2024-02-01"},
		{"when,y\n1/2/2024,1\n1/13/2024,2\n,3\n", nil, MonthFirst, "2024-01-02"},
		{"when,y\n1/2/2024,1\n1/3/2024,2\n", map[string]Kind{"when": DayFirst}, DayFirst, "2024-02-01"},
		{"when,y\n1/2/2024,1\n1/13/2024,2\n", map[string]Kind{"when": Date}, MonthFirst, "2024-01-02"},
		{"when,y\n1/2/2024,1\n1/3/2024,2\n1/2/2024,3\n", nil, Category, "1/2/2024"},
		{"when,y\n86400,1\n172800.5,2\n", map[string]Kind{"when": Unix}, Unix, "86400"},
		{"when,name\n2024-01-02,a\n2024-01-03,b\n2024-01-02,a\n", nil, Date, "2024-01-02"},
		{"2024-01-02,a\n2024-01-03,b\n2024-01-02,a\n", nil, Date, "2024-01-02"},
	} {
		got := column(c.text, ReadOptions{Types: c.types})
		if got.Kind != c.kind || got.Cell(0) != c.first {
			t.Errorf("%q: %v, first %s; want %v, %s", c.text, got.Kind, got.Cell(0), c.kind, c.first)
		}
		if doubt := c.kind == Category; doubt != (got.Ignored == openDates) {
			t.Errorf("%q: left out: %q", c.text, got.Ignored)
		}
	}
	for text, want := range map[string]string{
		"when,y\n" + strings.Repeat("2024-01-02,1\n", 30) + "soon,2\n":                             `x.csv:32:1: in column "when" 30 of 31 cells are dates, but here is "soon"`,
		"when,y\n" + strings.Repeat("2024-01-02,1\n", 3*sampleSize/13) + "2024-01-33,2\n":          `in column "when" the first`,
		"when,y\n" + strings.Repeat("1/13/2024,1\n", 3*sampleSize/12) + "13/1/2024,2\n":            `rows hold dates, but here is "13/1/2024"`,
		"ok,y\n" + "yes,1\n" + strings.Repeat("no,1\n", 3*sampleSize/5) + "perhaps,2\nperhaps,3\n": "",
	} {
		_, err := read(text, ReadOptions{})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%.40q…: %v, want %s", text, err, want)
		}
	}
	if _, err := read("when,y\n1/2/2024,1\n", ReadOptions{Types: map[string]Kind{"when": Date}}); err == nil || !strings.Contains(err.Error(), openDates) {
		t.Errorf("a doubt about dates that were asked for: %v", err)
	}
}

// TestBooleanColumns: a pair such as no and yes is boolean, false first, however
// it is written; any words for true and false are where that was asked for.
func TestBooleanColumns(t *testing.T) {
	for _, c := range []struct {
		text   string
		types  map[string]Kind
		kind   Kind
		levels string
	}{
		{"b,y\nYes,1\nNo,2\nYes,1\n", nil, Boolean, "No Yes"},
		{"b,y\nTRUE,1\nFALSE,2\n,3\n", nil, Boolean, "FALSE TRUE"},
		{"b,y\nfemale,1\nmale,2\nmale,1\n", nil, Category, "female male"},
		{"b,y\nyes,1\nno,2\nyes,1\nunknown,4\n", nil, Category, "no unknown yes"},
		{"b,y\n1,1\n0,2\n", map[string]Kind{"b": Boolean}, Boolean, "0 1"},
		{"b,y\nyes,1\ntrue,2\nN,2\n", map[string]Kind{"b": Boolean}, Boolean, "false true"},
		{"b,y\nyes,1\nyes,2\n", map[string]Kind{"b": Boolean}, Boolean, "no yes"},
		{"b,y\nYes,1\nNo,2\nYes,1\n", map[string]Kind{"b": Category}, Category, "No Yes"},
	} {
		table, err := read(c.text, ReadOptions{Types: c.types})
		if err != nil {
			t.Fatal(err)
		}
		got := table.Columns[0]
		if got.Kind != c.kind || strings.Join(got.Levels, " ") != c.levels {
			t.Errorf("%q: %v with levels %v, want %v with %s", c.text, got.Kind, got.Levels, c.kind, c.levels)
		}
	}
	_, err := read("b,y\nyes,1\nperhaps,2\n", ReadOptions{Types: map[string]Kind{"b": Boolean}})
	if err == nil || !strings.Contains(err.Error(), `x.csv:3:1: in column "b" a truth value was asked for, but here is "perhaps"`) {
		t.Errorf("a word that is neither: %v", err)
	}
}
