package descent

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"descent/internal/nearname"
)

// Point lays values out in the flat vector. A name is that of a variable, or of
// one entry of a vector or a matrix, as in "w[2]" or "W[1,2]", which then goes
// before the whole one's value. A single number fills a vector or a matrix, and
// a matrix is given row by row. Elements that no name gives keep what x holds.
func (f *Formula) Point(values map[string][]float64, x []float64) error {
	for _, entries := range []bool{false, true} {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			v := values[name]
			base, index := cutIndex(name)
			if (index != nil) != entries {
				continue
			}
			part, err := f.part(base, index, x)
			if err != nil {
				return err
			}
			switch {
			case len(v) == len(part):
				copy(part, v)
			case len(v) == 1:
				for j := range part {
					part[j] = v[0]
				}
			case len(part) == 1:
				return fmt.Errorf("descent: %s is one number, but %d are given", name, len(v))
			default:
				return fmt.Errorf("descent: the vector %s has %d entries, but %d are given", name, len(part), len(v))
			}
		}
	}
	return nil
}

// Values is the flat vector x by name: what Point lays out.
func (f *Formula) Values(x []float64) map[string][]float64 {
	values := make(map[string][]float64, len(f.Variables))
	for _, v := range f.Variables {
		values[v.Name] = slices.Clone(x[v.Offset : v.Offset+v.size()])
	}
	return values
}

// Unset lists the elements, as Names does, to which values gives nothing.
func (f *Formula) Unset(values map[string][]float64) []string {
	var unset []string
	names := f.Names()
	for _, v := range f.Variables {
		if values[v.Name] != nil {
			continue
		}
		for _, name := range names[v.Offset : v.Offset+v.size()] {
			if values[name] == nil {
				unset = append(unset, name)
			}
		}
	}
	return unset
}

// cutIndex takes "w[2]" and "W[1,2]" apart; a name without an index has none.
func cutIndex(name string) (base string, index []int) {
	base, rest, open := strings.Cut(name, "[")
	digits, end := strings.CutSuffix(rest, "]")
	if !open || !end {
		return name, nil
	}
	for _, d := range strings.Split(digits, ",") {
		i, err := strconv.Atoi(strings.TrimSpace(d))
		if err != nil {
			return name, nil
		}
		index = append(index, i)
	}
	return base, index
}

// part is the place in x of a whole variable, or of one entry of it.
func (f *Formula) part(name string, index []int, x []float64) ([]float64, error) {
	i := slices.IndexFunc(f.Variables, func(w Variable) bool { return w.Name == name })
	if i < 0 {
		var names []string
		for _, v := range f.Variables {
			names = append(names, v.Name)
		}
		return nil, fmt.Errorf("descent: the formula has no variable %s; it has %s%s", name, listed(names, 20), nearname.Hint(name, names))
	}
	v := f.Variables[i]
	part := x[v.Offset : v.Offset+v.size()]
	if index == nil {
		return part, nil
	}
	at := strings.ReplaceAll(strings.Trim(fmt.Sprint(index), "[]"), " ", ",")
	if v.Len == 0 {
		return nil, fmt.Errorf("descent: %s is one number and has no entry [%s]", name, at)
	}
	k, fits := 0, len(index) == len(v.shape())
	for j, n := range v.shape() {
		fits = fits && 1 <= index[j] && index[j] <= n
		if fits {
			k = k*n + index[j] - 1
		}
	}
	if !fits {
		return nil, fmt.Errorf("descent: the entries of %s are %s to %s; there is no %s[%s]", name, v.element(0), v.element(v.Len-1), name, at)
	}
	return part[k : k+1], nil
}

// listed joins at most limit names.
func listed(names []string, limit int) string {
	if len(names) <= limit {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s, … (%d in all)", strings.Join(names[:limit], ", "), len(names))
}
