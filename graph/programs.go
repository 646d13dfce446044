package graph

import "sync"

// programs are programs on one graph that share the data bound by name.
type programs[T Float] struct {
	list []*Program[T]
	data map[string][]T

	matrices map[string]*Matrix[T]
}

// add makes a program and gives it the data bound so far.
func (s *programs[T]) add(c *code) *Program[T] {
	p := newProgram[T](c)
	for name, v := range s.data {
		if err := p.Bind(name, v); err != nil {
			panic(err.Error()) // a derivative reads only what the function reads, whose program has taken v
		}
	}
	for name, m := range s.matrices {
		if err := p.BindSparse(name, m); err != nil {
			panic(err.Error())
		}
	}
	s.list = append(s.list, p)
	return p
}

// bind gives the array for a Data node to all programs, also to later ones.
func (s *programs[T]) bind(name string, v []T) error {
	for _, p := range s.list {
		if err := p.Bind(name, v); err != nil {
			return err
		}
	}
	if s.data == nil {
		s.data = map[string][]T{}
	}
	s.data[name] = v
	return nil
}

// lazy is a code compiled at its first use. Clones share it.
type lazy struct {
	once  sync.Once
	build func() *code
	code  *code
}

func (l *lazy) get() *code {
	l.once.Do(func() { l.code = l.build() })
	return l.code
}
