package data

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// date reads a date, with or without a time of day, as seconds since
// 1970-01-01 00:00 UTC. k says what stands first where the year does not: the
// day (DayFirst) or the month (MonthFirst); a Date has the year first or the
// month in letters. Fields are separated by one of "-/." or by blanks; a time
// follows behind "T" or a blank, with seconds, their fractions, AM or PM, Z or
// an offset such as +01:00. Without an offset a time is taken for UTC. Two
// digits of a year up to 68 are of 2000, others of 1900, as in POSIX.
func date(text string, k Kind) (seconds float64, ok bool) {
	day, clock := cutClock(text)
	var fields [3]string
	if !cutDate(day, &fields) {
		return 0, false
	}
	y, m, d, ok := arrange(fields, k)
	if !ok || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return 0, false
	}
	seconds = float64(daysSince1970(y, m, d)) * secondsOfDay
	if clock == "" {
		return seconds, true
	}
	of, ok := timeOfDay(clock)
	return seconds + of, ok
}

// secondsOfDay is the length of a day; leap seconds do not exist here.
const secondsOfDay = 86400

// cutClock cuts the time of day off: what stands behind a T between digits, or
// behind the last blank before the first colon.
func cutClock(s string) (day, clock string) {
	colon := strings.IndexByte(s, ':')
	if colon < 0 {
		return s, ""
	}
	at := strings.LastIndexAny(s[:colon], "Tt \t")
	if at < 0 {
		return s, ""
	}
	return strings.TrimRight(s[:at], " \t,"), s[at+1:]
}

// cutDate cuts a date at its two separators, which must be alike.
func cutDate(s string, fields *[3]string) bool {
	i := strings.IndexAny(s, "-/. ")
	if i <= 0 {
		return false
	}
	fields[0] = s[:i]
	rest, sep := strings.TrimLeft(s[i+1:], " "), s[i]
	j := strings.IndexByte(rest, sep)
	if j <= 0 {
		return false
	}
	fields[1], fields[2] = strings.TrimSuffix(rest[:j], ","), strings.TrimLeft(rest[j+1:], " ")
	return fields[2] != "" && len(fields[0]) <= 9 && len(fields[1]) <= 9 && len(fields[2]) <= 4
}

// arrange says which of the fields is what.
func arrange(f [3]string, k Kind) (y, m, d int, ok bool) {
	if len(f[0]) == 4 { // the year in full leaves no doubt
		if y, ok = digits(f[0]); ok {
			m, ok = monthOf(f[1])
			d, ok2 := digits(f[2])
			return y, m, d, ok && ok2 && len(f[2]) <= 2
		}
	}
	if y, ok = yearOf(f[2]); !ok {
		return 0, 0, 0, false
	}
	first, second := f[0], f[1]
	if letters(first) || !letters(second) && k == MonthFirst {
		first, second = second, first
	} else if !letters(second) && k != DayFirst {
		return 0, 0, 0, false
	}
	d, ok = digits(first)
	m, ok2 := monthOf(second)
	return y, m, d, ok && ok2 && len(first) <= 2
}

func letters(s string) bool { return s[0] > '9' }

// digits reads one to four decimal digits.
func digits(s string) (int, bool) {
	if len(s) == 0 || len(s) > 4 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + int(s[i]-'0')
	}
	return n, true
}

// yearOf reads a year of four digits, or of two.
func yearOf(s string) (int, bool) {
	y, ok := digits(s)
	switch {
	case len(s) == 4:
		return y, ok
	case len(s) != 2:
		return 0, false
	case y <= 68:
		return 2000 + y, ok
	}
	return 1900 + y, ok
}

// monthOf reads the number of a month, or its English name or first letters.
func monthOf(s string) (int, bool) {
	if !letters(s) {
		m, ok := digits(s)
		return m, ok && len(s) <= 2
	}
	for m := time.January; m <= time.December; m++ {
		name := m.String()
		if strings.EqualFold(s, name) || strings.EqualFold(s, name[:3]) || m == time.September && strings.EqualFold(s, "Sept") {
			return int(m), true
		}
	}
	return 0, false
}

// timeOfDay reads hh:mm, with seconds, AM or PM and an offset behind it.
func timeOfDay(s string) (seconds float64, ok bool) {
	s, offset, ok := cutOffset(s)
	if !ok {
		return 0, false
	}
	half := -1
	if n := len(s); n > 2 && (s[n-1] == 'm' || s[n-1] == 'M') {
		switch s[n-2] {
		case 'a', 'A':
			half = 0
		case 'p', 'P':
			half = 12
		default:
			return 0, false
		}
		s = strings.TrimRight(s[:n-2], " ")
	}
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	h, okHour := digits(parts[0])
	m, okMinute := digits(parts[1])
	if half >= 0 {
		okHour = okHour && h >= 1 && h <= 12
		h = h%12 + half
	}
	sec := 0.0
	if ok = okHour && okMinute && h < 24 && m < 60 && len(parts[0]) <= 2 && len(parts[1]) == 2; ok && len(parts) == 3 {
		sec, ok = parseNumber(strings.Replace(parts[2], ",", ".", 1))
		ok = ok && sec >= 0 && sec < 60 && parts[2][0] >= '0' && parts[2][0] <= '9' && !strings.ContainsAny(parts[2], "eE")
	}
	return float64(h*3600+m*60) + sec - offset, ok
}

// cutOffset cuts Z, +hh, +hhmm or +hh:mm off a time, and gives it in seconds.
func cutOffset(s string) (rest string, seconds float64, ok bool) {
	if n := len(s); n > 0 && (s[n-1] == 'Z' || s[n-1] == 'z') {
		return s[:n-1], 0, true
	}
	at := strings.LastIndexAny(s, "+-")
	if at < 0 {
		return s, 0, true
	}
	h, m := s[at+1:], "00"
	switch {
	case len(h) == 5 && h[2] == ':':
		h, m = h[:2], h[3:]
	case len(h) == 4:
		h, m = h[:2], h[2:]
	}
	hours, ok := digits(h)
	minutes, okMinutes := digits(m)
	if !ok || !okMinutes || len(h) != 2 || hours > 23 || minutes > 59 {
		return "", 0, false
	}
	seconds = float64(hours*3600 + minutes*60)
	if s[at] == '-' {
		seconds = -seconds
	}
	return strings.TrimRight(s[:at], " "), seconds, true
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysSince1970 counts days of the Gregorian calendar, before its time, too.
// Years begin in March, so that a leap day ends one.
func daysSince1970(y, m, d int) int {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	of := y - 400*era
	return era*146097 + of*365 + of/4 - of/100 + (153*(m-3)+2)/5 + d - 1 - 719468
}

// momentText writes a moment as ISO 8601: the date, and the time of day in UTC
// where there is one.
func momentText(seconds float64) string {
	whole := math.Floor(seconds)
	t := time.Unix(int64(whole), 0).UTC()
	if math.Abs(seconds) > 3e11 || t.Year() < 0 || t.Year() > 9999 {
		return strconv.FormatFloat(seconds, 'g', -1, 64)
	}
	text := t.Format(time.DateOnly)
	if math.Mod(seconds, secondsOfDay) == 0 {
		return text
	}
	text += t.Format("T15:04:05")
	if seconds != whole {
		text += strings.TrimPrefix(strconv.FormatFloat(seconds-whole, 'f', -1, 64), "0")
	}
	return text
}
