package arm64

import (
	"fmt"
	"go/ast"
	"go/parser"
	"strings"
)

// frame is where the parameters of a function lie.
type frame struct {
	args, results []param
	size          int // of all of them
}

type param struct {
	name, kind string
	offset     int
}

// newFrame lays out a signature such as "func(a *float32, n int) float64".
func newFrame(signature string) frame {
	e, err := parser.ParseExpr(signature)
	if err != nil {
		panic(err)
	}
	var f frame
	t := e.(*ast.FuncType)
	f.args = f.place(t.Params)
	f.align(8)
	if t.Results != nil {
		f.results = f.place(t.Results)
		f.align(8)
	}
	return f
}

func (f *frame) align(to int) { f.size = (f.size + to - 1) / to * to }

func (f *frame) place(list *ast.FieldList) (ps []param) {
	for _, field := range list.List {
		kind := kindOf(field.Type)
		names := []string{"ret"}
		if len(field.Names) > 0 {
			names = names[:0]
			for _, n := range field.Names {
				names = append(names, n.Name)
			}
		}
		for _, n := range names {
			bytes := 8
			if kind == "float32" || kind == "uint32" {
				bytes = 4
			}
			f.align(bytes)
			ps = append(ps, param{n, kind, f.size})
			f.size += bytes
		}
	}
	return ps
}

func kindOf(e ast.Expr) string {
	if p, ok := e.(*ast.StarExpr); ok {
		return "*" + kindOf(p.X)
	}
	return e.(*ast.Ident).Name
}

func (f *frame) param(name string) param {
	for _, p := range append(append([]param(nil), f.args...), f.results...) {
		if p.name == name {
			return p
		}
	}
	panic("arm64: no parameter " + name)
}

// signature is the list of parameters and results, each with its type.
func (f *frame) signature() string {
	list := func(ps []param) string {
		var s []string
		for _, p := range ps {
			s = append(s, p.name+" "+p.kind)
		}
		return "(" + strings.Join(s, ", ") + ")"
	}
	s := list(f.args)
	switch {
	case len(f.results) == 1 && f.results[0].name == "ret":
		s += " " + f.results[0].kind
	case len(f.results) > 0:
		s += " " + list(f.results)
	}
	return s
}

// bytes is the size of the frame as TEXT has it.
func (f *frame) bytes() string { return fmt.Sprintf("$0-%d", f.size) }
