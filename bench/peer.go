package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// peer is a Python process that times the other side. One is kept for each
// environment, as thread counts are read when a library is loaded.
type peer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

// answer is what a peer says.
type answer struct {
	Seconds float64
	Note    string
	Value   float64
	Error   string
}

// ask sends a request to the peer with that environment, starting it if need be.
func (b *bench) ask(env []string, q request) (answer, error) {
	key := strings.Join(env, " ")
	p := b.peers[key]
	if p == nil {
		var err error
		if p, err = startPeer(b.python, b.peerEnv(env)); err != nil {
			return answer{}, err
		}
		if b.peers == nil {
			b.peers = map[string]*peer{}
		}
		b.peers[key] = p
	}
	line, err := json.Marshal(q)
	if err != nil {
		return answer{}, err
	}
	if _, err := fmt.Fprintf(p.in, "%s\n", line); err != nil {
		return answer{}, fmt.Errorf("bench: the peer is gone: %w", err)
	}
	if !p.out.Scan() {
		return answer{}, errors.New("bench: the peer gave no answer")
	}
	var a answer
	if err := json.Unmarshal(p.out.Bytes(), &a); err != nil {
		return answer{}, err
	}
	if a.Error != "" {
		return answer{}, errors.New(a.Error)
	}
	return a, nil
}

// peerEnv adds the library that lets MKL take its AVX-512 kernels on processors
// of other makers: without it PyTorch's products run at less than half speed.
func (b *bench) peerEnv(env []string) []string {
	if b.preload == "" {
		return env
	}
	return append(env[:len(env):len(env)], "LD_PRELOAD="+b.preload)
}

func startPeer(python string, env []string) (*peer, error) {
	cmd := exec.Command(python, filepath.Join("bench", "peer.py"))
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &peer{cmd, in, bufio.NewScanner(out)}, cmd.Start()
}

// close ends the peers and removes the tables.
func (b *bench) close() {
	defer os.RemoveAll(b.folder)
	for _, p := range b.peers {
		p.in.Close()
		_ = p.cmd.Wait()
	}
}

// threads is the environment for a number of threads, with or without
// OpenBLAS's AVX-512 kernel, which it does not choose by itself on processors
// newer than it is.
func threads(n int, coretype string) []string {
	env := []string{fmt.Sprintf("OMP_NUM_THREADS=%d", n), fmt.Sprintf("OPENBLAS_NUM_THREADS=%d", n), fmt.Sprintf("MKL_NUM_THREADS=%d", n)}
	if coretype != "" {
		env = append(env, "OPENBLAS_CORETYPE="+coretype)
	}
	return env
}
