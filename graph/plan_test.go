package graph

import (
	"testing"

	"pgregory.net/rapid"
)

func TestArenaNeverHandsOutTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a arena
		var live []ref
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if len(live) > 0 && rapid.Bool().Draw(t, "release") {
				i := rapid.IntRange(0, len(live)-1).Draw(t, "which")
				a.release(live[i].off, live[i].n)
				live = append(live[:i], live[i+1:]...)
				continue
			}
			n := rapid.IntRange(1, 100).Draw(t, "n")
			off := a.alloc(n)
			if off%granule != 0 || off+n > a.len {
				t.Fatalf("%d elements at %d of %d", n, off, a.len)
			}
			for _, l := range live {
				if off < l.off+l.n && l.off < off+n {
					t.Fatalf("%d elements at %d overlap %d at %d", n, off, l.n, l.off)
				}
			}
			live = append(live, ref{off: off, n: n})
		}
		for _, l := range live {
			a.release(l.off, l.n)
		}
		if a.len > 0 && (len(a.free) != 1 || a.free[0].n != a.len) {
			t.Fatalf("gaps %v do not join to %d", a.free, a.len)
		}
	})
}
