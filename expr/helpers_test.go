package expr

// equal reports whether two pieces of a formula are the same, positions aside.
func (n *node) equal(m *node) bool {
	if n.kind != m.kind || n.sym != m.sym || n.name != m.name || n.index != m.index || n.val != m.val ||
		len(n.ops) != len(m.ops) || len(n.args) != len(m.args) {
		return false
	}
	for i := range n.ops {
		if n.ops[i] != m.ops[i] {
			return false
		}
	}
	for i := range n.args {
		if !n.args[i].equal(m.args[i]) {
			return false
		}
	}
	return true
}
