package expr

import (
	"math"
	"regexp"
	"strings"
)

// LaTeX is the formula in LaTeX's mathematics, without dollar signs. Bindings
// come first, each ended by \;\quad.
func (f *Formula) LaTeX() string {
	p := printer{limit: math.MaxInt}
	for _, b := range f.bindings {
		p.write(latexName(b.name) + " = ")
		p.latex(b.value, looseLevel)
		p.write(`,\quad `)
	}
	p.latex(f.value, looseLevel)
	return p.out.String()
}

var latexSigns = [...]string{opAdd: " + ", opSub: " - ", opLt: " < ", opLe: ` \le `, opGt: " > ", opGe: ` \ge `, opEq: " = ", opNe: ` \ne `}

// latex writes n in LaTeX; in brackets if it binds looser than level.
func (p *printer) latex(n *node, level int) {
	if p.cut {
		return
	}
	if n.level() < level && !isFraction(n) {
		p.write(`\left(`)
		p.latex(n, looseLevel)
		p.write(`\right)`)
		return
	}
	switch n.kind {
	case numberNode:
		p.write(latexNumber(n.val))
	case constNode:
		p.write(map[string]string{"pi": `\pi`, "e": `e`}[n.name])
	case nameNode:
		p.write(latexName(n.name))
	case negNode:
		p.write("-")
		p.latex(n.args[0], unaryLevel)
	case notNode:
		p.write(`\lnot `)
		p.latex(n.args[0], notLevel)
	case orNode:
		p.latexJoin(n, func(int) string { return ` \lor ` })
	case andNode:
		p.latexJoin(n, func(int) string { return ` \land ` })
	case sumNode, compareNode:
		p.latexJoin(n, func(i int) string { return latexSigns[n.ops[i]] })
	case mulNode:
		p.latexProduct(n)
	case powNode:
		p.latexPower(n)
	case indexNode:
		p.write(latexName(n.name) + "_{")
		p.items(n, looseLevel, (*printer).latex)
		p.write("}")
	case callNode:
		p.latexCall(n)
	case listNode:
		p.write(`\left[`)
		p.items(n, looseLevel, (*printer).latex)
		p.write(`\right]`)
	case reduceNode:
		p.latexReduce(n)
	}
}

func (p *printer) latexJoin(n *node, sign func(i int) string) {
	for i, a := range n.args {
		if i > 0 {
			p.write(sign(i - 1))
		}
		if i > 0 || n.kind == compareNode || a.kind == n.kind {
			p.latex(a, n.level()+1)
		} else {
			p.latex(a, n.level())
		}
	}
}

// isFraction reports whether n is written as one fraction, which needs no
// brackets in a product.
func isFraction(n *node) bool {
	if n.kind != mulNode {
		return false
	}
	for _, o := range n.ops {
		if o == opDiv {
			return true
		}
	}
	return false
}

// latexProduct writes a product; with a division, as a fraction.
func (p *printer) latexProduct(n *node) {
	above, below := []*node{n.args[0]}, []*node(nil)
	for i, o := range n.ops {
		if o == opDiv {
			below = append(below, n.args[i+1])
		} else {
			above = append(above, n.args[i+1])
		}
	}
	if below == nil {
		p.latexFactors(above)
		return
	}
	if len(above) == 1 && above[0].kind == negNode {
		p.write("-")
		above = above[0].args
	}
	p.write(`\frac{`)
	p.latexFactors(above)
	p.write("}{")
	p.latexFactors(below)
	p.write("}")
}

// latexFactors writes factors side by side.
func (p *printer) latexFactors(fs []*node) {
	if len(fs) == 1 {
		p.latex(fs[0], looseLevel)
		return
	}
	for i, f := range fs {
		if i > 0 {
			p.write(latexTimes(fs[i-1], f))
		}
		if f.kind == negNode && i > 0 {
			p.latex(f, powLevel)
		} else {
			p.latex(f, mulLevel+1)
		}
	}
}

// latexTimes is what stands between two factors.
func latexTimes(a, b *node) string {
	switch {
	case startsWithDigit(b) || a.kind == reduceNode || b.kind == negNode || isFraction(a) && isFraction(b):
		return ` \cdot `
	case a.kind == numberNode, a.kind == negNode && a.args[0].kind == numberNode:
		return " "
	}
	return ` \, `
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// startsWithDigit reports whether the first thing printed for n is a digit.
func startsWithDigit(n *node) bool {
	for n.kind == powNode {
		n = n.args[0]
	}
	return n.kind == numberNode
}

func (p *printer) latexPower(n *node) {
	base := n.args[0]
	switch {
	case base.kind == callNode && (len(base.args) != 1 || base.name == "exp" || base.name == "sqrt"),
		base.kind == reduceNode, isFraction(base):
		p.write(`\left(`)
		p.latex(base, looseLevel)
		p.write(`\right)`)
	default:
		p.latex(base, atomLevel)
	}
	p.write("^{")
	p.latex(n.args[1], looseLevel)
	p.write("}")
}

// around writes the argument of a function that LaTeX writes with delimiters.
var around = map[string][2]string{
	"sqrt": {`\sqrt{`, `}`}, "cbrt": {`\sqrt[3]{`, `}`}, "abs": {`\left|`, `\right|`},
	"floor": {`\left\lfloor `, `\right\rfloor `}, "ceil": {`\left\lceil `, `\right\rceil `},
	"norm2": {`\left\|`, `\right\|_2`}, "exp": {`e^{`, `}`},
}

func (p *printer) latexCall(n *node) {
	if ends, ok := around[n.name]; ok && len(n.args) == 1 {
		p.write(ends[0])
		p.latex(n.args[0], looseLevel)
		p.write(ends[1])
		return
	}
	if n.name == "if" {
		p.write(`\begin{cases} `)
		p.latex(n.args[1], looseLevel)
		p.write(` & \text{if } `)
		p.latex(n.args[0], looseLevel)
		p.write(` \\ `)
		p.latex(n.args[2], looseLevel)
		p.write(` & \text{otherwise} \end{cases}`)
		return
	}
	p.write(latexFunction(n.name) + `\left(`)
	for i, a := range n.args {
		if i > 0 {
			p.write(", ")
		}
		p.latex(a, looseLevel)
	}
	p.write(`\right)`)
}

func latexFunction(name string) string {
	if f := lookup(name); f != nil && f.latex != "" {
		return f.latex
	}
	return `\operatorname{` + name + `}`
}

func (p *printer) latexReduce(n *node) {
	p.write(latexFunction(n.name))
	p.write("_{" + latexName(n.index) + "=")
	p.latex(n.args[0], sumLevel)
	p.write("}^{")
	p.latex(n.args[1], sumLevel)
	p.write("} ")
	if level := n.args[2].level(); level < mulLevel {
		p.latex(n.args[2], mulLevel)
	} else {
		p.latex(n.args[2], looseLevel)
	}
}

// latexNumber writes 1e-30 as 10 to a power.
func latexNumber(v float64) string {
	s := formatNumber(v)
	mantissa, exp, found := strings.Cut(s, "e")
	switch {
	case !found:
		return s
	case mantissa == "1":
		return "10^{" + exp + "}"
	}
	return mantissa + ` \cdot 10^{` + exp + "}"
}

// greek are the names that LaTeX has a letter for.
var greek = regexp.MustCompile(`^(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|rho|sigma|tau|upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega)$`)

// indexed is a name that ends in a number or in _ and something.
var indexed = regexp.MustCompile(`^(\pL+)_?([0-9]+)$|^(\pL+)_(.+)$`)

// latexName writes a name: x1 with an index, alpha as a Greek letter, words
// upright.
func latexName(name string) string {
	if m := indexed.FindStringSubmatch(name); m != nil {
		if m[1] != "" {
			return latexName(m[1]) + "_{" + m[2] + "}"
		}
		return latexName(m[3]) + "_{" + latexWord(m[4]) + "}"
	}
	if greek.MatchString(name) {
		return `\` + name
	}
	return latexWord(name)
}

func latexWord(name string) string {
	if len([]rune(name)) == 1 {
		return name
	}
	return `\mathrm{` + latexEscape.Replace(name) + "}"
}

var latexEscape = strings.NewReplacer(`_`, `\_`, `%`, `\%`, `&`, `\&`, `#`, `\#`, `$`, `\$`,
	`{`, `\{`, `}`, `\}`, `^`, `\hat{}`, `~`, `\sim `, `\`, `\backslash `, " ", `\ `)
