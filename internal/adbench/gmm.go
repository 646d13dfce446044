// Package adbench builds objectives of the automatic differentiation benchmark
// ADBench (Šrajer, Kukelova and Fitzgibbon, Optim. Methods Softw. 33 (2018)
// 889) as graphs, for tests and timings.
package adbench

import (
	"bufio"
	"fmt"
	"math"
	"os"

	"descent/graph"
)

// GMM is an instance of the Gaussian mixture with a Wishart prior: the log
// density of n points in d dimensions under k components.
type GMM struct {
	D, K, N int
	Start   []float64 // alphas [k], means [k, d], icf [k, d(d+1)/2]
	Points  []float64 // [n, d]
	Gamma   float64
	M       float64
}

// ReadGMM reads an input file of ADBench. With repeat, the file holds one point
// that stands for all of them, as in the benchmark's own test.
func ReadGMM(path string, repeat bool) (*GMM, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	var m GMM
	if _, err := fmt.Fscan(r, &m.D, &m.K, &m.N); err != nil {
		return nil, fmt.Errorf("adbench: %s: %w", path, err)
	}
	m.Start = make([]float64, m.K*(1+m.D+m.D*(m.D+1)/2))
	m.Points = make([]float64, m.N*m.D)
	read := m.Points
	if repeat {
		read = read[:m.D]
	}
	for _, part := range [][]float64{m.Start, read} {
		for i := range part {
			if _, err := fmt.Fscan(r, &part[i]); err != nil {
				return nil, fmt.Errorf("adbench: %s: %w", path, err)
			}
		}
	}
	for i := len(read); i < len(m.Points); i++ {
		m.Points[i] = m.Points[i-m.D]
	}
	if _, err := fmt.Fscan(r, &m.Gamma, &m.M); err != nil {
		return nil, fmt.Errorf("adbench: %s: %w", path, err)
	}
	return &m, nil
}

// Build is the objective over the parameters alphas, means and icf.
func (m *GMM) Build(g *graph.Graph) *graph.Node {
	d, k, n := m.D, m.K, m.N
	lower := d * (d - 1) / 2
	alphas, means := g.Param("alphas", k), g.Param("means", k, d)
	icf := g.Transpose(g.Param("icf", k, d+lower)) // [d+lower, k]
	q, l := g.Slice(icf, 0, 1, d), icf
	expq := g.Exp(q)
	// All factors side by side: column (component, row) of [d, k·d].
	stacked := g.Scatter(g.Reshape(expq, d*k), m.diagonal(), d*k*d)
	if lower > 0 {
		l = g.Slice(icf, d, 1, lower)
		stacked = g.Add(stacked, g.Scatter(g.Reshape(l, lower*k), m.below(), d*k*d))
	}
	factors := g.Reshape(stacked, d, k*d)
	// means[component, column] beside each entry of the factors.
	centres := g.Reshape(g.Broadcast(g.Reshape(g.Transpose(means), d, k, 1), d, k, d), d, k*d)
	shift := g.Sum(g.Mul(factors, centres), 0)
	y := g.Sub(g.MatMul(g.Tensor(m.Points, n, d), factors), shift)
	squares := g.Sum(g.Reshape(g.Pow(y, g.Const(2)), n, k, d), 2)
	sumq := g.Sum(q, 0)
	main := g.Sub(g.Add(alphas, sumq), g.Mul(g.Const(0.5), squares))
	f := g.Sub(g.Sum(g.LogSumExp(main, 1)), g.Mul(g.Const(float64(n)), g.LogSumExp(alphas, 0)))
	prior := g.Sum(g.Pow(expq, g.Const(2)))
	if lower > 0 {
		prior = g.Add(prior, g.Sum(g.Pow(l, g.Const(2))))
	}
	prior = g.Sub(g.Mul(g.Const(0.5*m.Gamma*m.Gamma), prior), g.Mul(g.Const(m.M), g.Sum(sumq)))
	return g.Add(g.Add(f, prior), g.Const(m.constant()))
}

// diagonal and below place the entries of icf, taken row by row of its
// transpose, in the stacked factors: entry (column c, component j, row r) at
// c·k·d + j·d + r.
func (m *GMM) diagonal() []int {
	var index []int
	for r := range m.D {
		for j := range m.K {
			index = append(index, r*m.K*m.D+j*m.D+r)
		}
	}
	return index
}

func (m *GMM) below() []int {
	var index []int
	for c := range m.D {
		for r := c + 1; r < m.D; r++ {
			for j := range m.K {
				index = append(index, c*m.K*m.D+j*m.D+r)
			}
		}
	}
	return index
}

// constant is the part of the objective that no parameter moves.
func (m *GMM) constant() float64 {
	d := float64(m.D)
	nu := d + m.M + 1
	c := nu*d*(math.Log(m.Gamma)-0.5*math.Log(2)) - logMultigamma(0.5*nu, m.D)
	return -float64(m.N)*d/2*math.Log(2*math.Pi) - float64(m.K)*c
}

// logMultigamma is log Γ_d(a), the multivariate gamma function.
func logMultigamma(a float64, d int) float64 {
	s := float64(d*(d-1)) / 4 * math.Log(math.Pi)
	for j := range d {
		v, _ := math.Lgamma(a - float64(j)/2)
		s += v
	}
	return s
}
