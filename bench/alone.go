package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"descent/data"
	"descent/internal/numtext"
	"descent/train"
)

// aloneSection is what has no peer: how long the garbage collector takes while a
// fit runs, and the speed that the command reports.
func aloneSection(b *bench) {
	const title = "Without a peer"
	for _, w := range []struct {
		name string
		run  func() (figure, remark string, err error)
	}{
		{"runtime.GC() during a fit on MNIST, threads 2", b.collect},
		{"descent fit --json, mlp:256,128 on MNIST, one epoch, threads 2", b.command},
	} {
		if !b.only.MatchString(title + " " + w.name) {
			continue
		}
		figure, remark, err := w.run()
		if err != nil {
			remark = err.Error()
		}
		b.keep(title, columns("–"), w.name, figure, "", "", "", "1, "+today(), remark)
	}
}

func (b *bench) mnist() string { return filepath.Join(b.data, "mnist", "train-images-idx3-ubyte.gz") }

// collect fits a perceptron and collects from another goroutine meanwhile.
func (b *bench) collect() (figure, remark string, err error) {
	table, err := data.Read(b.mnist(), data.ReadOptions{})
	if err != nil {
		return "", "", err
	}
	alone, plain := collections(nil, 50), besideLoops()
	done := make(chan error, 1)
	began := make(chan struct{})
	go func() {
		first := true
		_, err := train.Fit(context.Background(), table, train.Options{
			Target: "label", Model: "mlp:256,128", Method: "sgd", Rate: 0.1, Batch: 128, Epochs: 8, Validation: train.NoValidation, Threads: 2,
		}, func(train.Progress) {
			if first {
				close(began)
				first = false
			}
		})
		done <- err
	}()
	select {
	case err = <-done:
		return "", "", err
	case <-began:
	}
	during := collections(done, 0)
	return spread(during), fmt.Sprintf("%d collections; with nothing else running %s; beside plain loops in Go on every processor %s",
		len(during), spread(alone), spread(plain)), nil
}

// spread is the median, the 99th percentile and the largest of some times.
func spread(seconds []float64) string {
	slices.Sort(seconds)
	return fmt.Sprintf("median %s, 99 of 100 within %s, worst %s", duration(median(seconds)), duration(seconds[(len(seconds)-1)*99/100]), duration(seconds[len(seconds)-1]))
}

// besideLoops collects while as many goroutines as there are processors count.
func besideLoops() []float64 {
	var quit atomic.Bool
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for n := 0; !quit.Load(); n++ {
			}
		})
	}
	defer all.Wait()
	defer quit.Store(true)
	return collections(nil, 5)
}

// collections are the times of collections, some milliseconds apart, until done
// or, without it, so many.
func collections(done <-chan error, count int) (seconds []float64) {
	for done != nil || len(seconds) < count {
		began := time.Now()
		runtime.GC()
		seconds = append(seconds, time.Since(began).Seconds())
		select {
		case <-done:
			return seconds
		case <-time.After(5 * time.Millisecond):
		}
	}
	return seconds
}

// command is the speed that the command reports of itself.
func (b *bench) command() (figure, remark string, err error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "descent")
	if out, err := exec.Command("go", "build", "-o", bin, "./cmd/descent").CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("bench: building the command: %w: %s", err, out)
	}
	out, err := exec.Command(bin, "fit", b.mnist(), "--target", "label", "--model", "mlp:256,128", "--method", "sgd", "--lr", "0.1", "--batch", "128",
		"--epochs", "1", "--validation", "none", "--threads", "2", "--out", filepath.Join(dir, "run"), "--json", "--quiet").Output()
	if err != nil {
		return "", "", fmt.Errorf("bench: descent fit: %w", err)
	}
	var r struct {
		RowsPerSecond float64 `json:"rows_per_second"`
		Seconds       float64 `json:"seconds"`
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return "", "", err
	}
	return numtext.Short(r.RowsPerSecond/1e3, 3) + " k rows/s", "rows_per_second of its JSON; " + duration(r.Seconds) + " in all", nil
}
