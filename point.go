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
// one entry of a vector, as in "w[2]", which then goes before the vector's own
// value. A single number fills a vector. Elements that no name gives keep what
// x holds.
func (f *Formula) Point(values map[string][]float64, x []float64) error {
	for _, entries := range []bool{false, true} {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			v := values[name]
			base, index := cutIndex(name)
			if (index != whole) != entries {
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

// whole is the index of a name without one.
const whole = -1

// cutIndex takes "w[2]" apart.
func cutIndex(name string) (base string, index int) {
	base, rest, open := strings.Cut(name, "[")
	digits, end := strings.CutSuffix(rest, "]")
	i, err := strconv.Atoi(digits)
	if !open || !end || err != nil {
		return name, whole
	}
	return base, i
}

// part is the place in x of a whole variable, or of one entry of a vector.
func (f *Formula) part(name string, index int, x []float64) ([]float64, error) {
	i := slices.IndexFunc(f.Variables, func(w Variable) bool { return w.Name == name })
	if i < 0 {
		var names []string
		for _, v := range f.Variables {
			names = append(names, v.Name)
		}
		return nil, fmt.Errorf("descent: the formula has no variable %s; it has %s%s", name, listed(names, 20), nearname.Hint(name, names))
	}
	v := f.Variables[i]
	switch part := x[v.Offset : v.Offset+v.size()]; {
	case index == whole:
		return part, nil
	case v.Len == 0:
		return nil, fmt.Errorf("descent: %s is one number and has no entry [%d]", name, index)
	case index < 1 || index > v.Len:
		return nil, fmt.Errorf("descent: the entries of %s are %s[1] to %s[%d]; there is no %s[%d]", name, name, name, v.Len, name, index)
	default:
		return part[index-1 : index], nil
	}
}

// listed joins at most limit names.
func listed(names []string, limit int) string {
	if len(names) <= limit {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s, … (%d in all)", strings.Join(names[:limit], ", "), len(names))
}
