package optim

import (
	"fmt"
	"go/token"
	"reflect"
	"slices"
	"strings"

	"descent/internal/nearname"
)

// Wrapper is a Rule around another one. A rule that wraps says so, so that what
// is inside is found: the limit of its rate, its hyperparameters, an average.
type Wrapper[T Float] interface {
	Rule[T]
	Unwrap() Rule[T]
}

var (
	_ Wrapper[float64] = (*Scheduled[float64])(nil)
	_ Wrapper[float64] = (*WeightDecay[float64])(nil)
	_ Wrapper[float64] = (*Clip[float64])(nil)
)

// Within finds the outermost rule of type R in a chain of wrappers:
//
//	plateau, ok := optim.Within[*optim.ReduceOnPlateau[float64]](rule)
func Within[R any, T Float](r Rule[T]) (found R, ok bool) {
	for r != nil {
		if found, ok = r.(R); ok {
			return found, true
		}
		w, wraps := r.(Wrapper[T])
		if !wraps {
			break
		}
		r = w.Unwrap()
	}
	return found, false
}

// hyperparameter finds the field of a rule, or of the rules it wraps, that holds
// a hyperparameter: hyperparameters are exported float64 fields, and a name is
// that of the field in small letters with or without underscores. It is nil
// where no rule has such a field.
func hyperparameter[T Float](r Rule[T], name string) (field *float64) {
	eachHyperparameter(r, func(n string, f *float64) bool {
		if n == plainName(name) {
			field = f
		}
		return field == nil
	})
	return field
}

func eachHyperparameter[T Float](r Rule[T], yield func(name string, field *float64) bool) {
	for r != nil {
		if !eachFloat(reflect.ValueOf(r), yield) {
			return
		}
		w, wraps := r.(Wrapper[T])
		if !wraps {
			return
		}
		r = w.Unwrap()
	}
}

// eachFloat yields the exported float64 fields of a struct behind a pointer,
// those of embedded structs too.
func eachFloat(v reflect.Value, yield func(string, *float64) bool) bool {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return true
	}
	for i := range v.NumField() {
		field, kind := v.Field(i), v.Type().Field(i)
		if !kind.IsExported() {
			continue
		}
		if kind.Anonymous && field.Kind() == reflect.Struct && !eachFloat(field, yield) {
			return false
		}
		if f, ok := address(field); ok && !yield(plainName(kind.Name), f) {
			return false
		}
	}
	return true
}

// fill gives the fields of a rule the settings of their names, as plainName
// has them: numbers, counts and switches. It returns the rule.
func fill[R any](rule *R, v settings) *R {
	fields := reflect.ValueOf(rule).Elem()
	for name, value := range v {
		f := fields.FieldByNameFunc(func(n string) bool {
			return token.IsExported(n) && plainName(n) == plainName(name)
		})
		if !f.CanSet() {
			continue // the setting of a wrapper
		}
		switch f.Kind() {
		case reflect.Float64:
			f.SetFloat(value)
		case reflect.Int:
			f.SetInt(int64(value))
		case reflect.Bool:
			f.SetBool(value >= 1)
		}
	}
	return rule
}

func address(v reflect.Value) (f *float64, ok bool) {
	if v.Kind() != reflect.Float64 || !v.CanAddr() {
		return nil, false
	}
	f, ok = v.Addr().Interface().(*float64)
	return f, ok
}

var separators = strings.NewReplacer("_", "", "-", "")

// plainName is a name as it is compared: Beta1, beta_1 and beta-1 are one.
func plainName(name string) string { return strings.ToLower(separators.Replace(name)) }

func unknownHyperparameter[T Float](r Rule[T], name string) error {
	var names []string
	eachHyperparameter(r, func(n string, _ *float64) bool {
		if !slices.Contains(names, n) {
			names = append(names, n)
		}
		return true
	})
	return fmt.Errorf("optim: the rule has no hyperparameter %q to follow a schedule; it has %s%s", name, strings.Join(names, ", "), nearname.Hint(name, names))
}
