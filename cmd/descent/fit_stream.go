package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"descent/data"
	"descent/internal/numtext"
	"descent/train"
)

// parseBytes reads an amount of memory such as 512MB, 1.5GiB or 800M.
func parseBytes(text string) (int64, error) {
	units := []struct {
		name string
		size float64
	}{
		{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30}, {"TIB", 1 << 40},
		{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"B", 1}, {"", 1},
	}
	number := strings.ToUpper(strings.TrimSpace(text))
	for _, u := range units {
		rest, found := strings.CutSuffix(number, u.name)
		if !found {
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
		if err != nil || !(v > 0) || math.IsInf(v, 0) || v*u.size > 1<<60 {
			break
		}
		return int64(v * u.size), nil
	}
	return 0, fmt.Errorf("found %q, expected an amount of memory, such as 512MB or 4GB", text)
}

// memoryLimit is how much memory the fit may take: 0 where that is not known.
func (f *fitFlags) memoryLimit() (limit int64, err error) { return memoryLimit(f.memory) }

// memoryLimit reads --memory.
func memoryLimit(text string) (limit int64, err error) {
	if text == "auto" {
		return train.DefaultMemory(), nil
	}
	if limit, err = parseBytes(text); err != nil {
		return 0, fmt.Errorf("--memory: %w", err)
	}
	if limit < train.LeastMemory {
		return 0, fmt.Errorf("--memory: found %s, but the program and the rows that it reads at once take %s at least", text, train.Bytes(train.LeastMemory))
	}
	return limit, nil
}

// tooLarge peeks into files whose rows may not fit in memory, and says whether
// they are to pass by from a cache.
func (a *app) tooLarge(path string, f *fitFlags, o train.Options, read data.ReadOptions, limit int64) (*data.Sample, error) {
	const surely = 40 // times the bytes of a text, whatever they hold
	if limit == 0 || data.SizeOf([]string{path}) < limit/surely && f.cache == "" {
		return nil, nil
	}
	if pipe := data.Pipe([]string{path}); pipe != "" {
		if f.cache == "" {
			return nil, nil
		}
		return nil, usagef("--cache keeps the rows of files for the next fit, and %s can be read only once; write it to a file first", pipe)
	}
	s, err := data.Peek([]string{path}, read)
	switch {
	case errors.Is(err, data.ErrWhole) && f.memory != "auto":
		size := data.SizeOf([]string{path})
		if 3*size > limit {
			return nil, fmt.Errorf("%s is read into memory as a whole and has %s, which do not fit into %s with all that comes of them; convert it to CSV, or allow more memory", path, train.Bytes(size), f.memory)
		}
		return nil, nil
	case errors.Is(err, data.ErrWhole):
		return nil, nil
	case err != nil:
		return nil, nil // reading proper says why
	case f.cache == "" && train.InMemory(s, o) <= limit:
		return nil, nil
	}
	return s, nil
}

// fitStream is the command for rows that do not fit in memory.
func (a *app) fitStream(ctx context.Context, path string, f *fitFlags, o train.Options, read data.ReadOptions, s *data.Sample, limit int64) error {
	f.defaultTarget(s.Table, &o)
	if err := f.checkColumns(s.Table); err != nil {
		return usage(err)
	}
	if f.findRate && f.cache == "" {
		return usagef("--find-lr leaves no folder behind for the cache of rows that do not fit in memory, and %s has more of them than fit into %s; name one with --cache", path, train.Bytes(limit))
	}
	passing := f.validationPasses(limit)
	if !passing || f.dryRun {
		if err := a.readValidation(s.Table, f, &o); err != nil {
			return err
		}
	}
	if f.dryRun {
		return a.previewStream(s, o, f, limit)
	}
	o.Memory = limit
	if err := train.CheckMemory(s, o); err != nil {
		return usage(err)
	}
	if f.findRate {
		return a.rateFound(ctx, f, func() (*train.RateTest, error) {
			return train.FindRateFiles(ctx, a.streamFiles(path, f, read, passing), o)
		})
	}
	folder, err := a.runFolder(path, f, &o)
	if err != nil {
		return err
	}
	if !f.quiet {
		a.notes(strangers(s.Table, f.model, o.Start))
		a.notes([]string{fmt.Sprintf("%s has about %s rows%s: they are read from a cache as they are needed",
			s.Table.Name, large(float64(s.Rows)), tooLarge(s, o, limit))})
	}
	r, t, err := a.runStream(ctx, path, f, o, read, passing)
	if err != nil {
		return a.noModel(withFlags(err), folder, o)
	}
	return a.fitResult(t, r, f)
}

// runStream fits to the rows of the file at path, and of --validation where they
// are passing, too.
func (a *app) runStream(ctx context.Context, path string, f *fitFlags, o train.Options, read data.ReadOptions, passing bool) (*train.Result, *data.Table, error) {
	bar := a.newFitProgress(f.quiet)
	defer bar.clear()
	return train.FitFiles(ctx, a.streamFiles(path, f, read, passing), o, bar.observe)
}

// streamFiles are the files whose rows pass by.
func (a *app) streamFiles(path string, f *fitFlags, read data.ReadOptions, passing bool) train.Files {
	files := train.Files{Paths: []string{path}, Read: read, Cache: f.cache, Watch: a.newCacheProgress(f.quiet).watch}
	if passing {
		files.Validation = f.validation
	}
	return files
}

// validationPasses says whether the rows of --validation FILE are to pass by from
// a cache, too: they would take a good part of the memory.
func (f *fitFlags) validationPasses(limit int64) bool {
	const share = 64
	if !f.validationFile() || data.Pipe([]string{f.validation}) != "" {
		return false
	}
	return data.SizeOf([]string{f.validation}) > limit/share
}

// tooLarge says why rows pass by from a cache: "" where --cache asks for it and
// they would fit in memory.
func tooLarge(s *data.Sample, o train.Options, limit int64) string {
	size := train.InMemory(s, o)
	if size <= limit {
		return ""
	}
	return fmt.Sprintf(", which take about %s in memory, more than the %s that are allowed", train.Bytes(size), train.Bytes(limit))
}

// previewStream is preview for rows that do not fit in memory, by those at the
// beginning of the file.
func (a *app) previewStream(s *data.Sample, o train.Options, f *fitFlags, limit int64) error {
	t := *s.Table
	t.Notes = append(slices.Clone(t.Notes), fmt.Sprintf("these are the first rows of about %s%s: a fit reads them from a cache as they are needed",
		large(float64(s.Rows)), tooLarge(s, o, limit)))
	return a.preview(&t, o, f)
}

// cacheProgress reports on standard error how the pass over a text goes.
type cacheProgress struct {
	*progress
	began, next time.Time
}

func (a *app) newCacheProgress(quiet bool) *cacheProgress {
	now := time.Now()
	return &cacheProgress{progress: a.newProgress(quiet), began: now, next: now.Add(time.Second)}
}

// watch is a data.Watch.
func (p *cacheProgress) watch(at data.Caching) error {
	now := time.Now()
	done := at.Size > 0 && at.Bytes >= at.Size
	if p.quiet || now.Before(p.next) {
		if done {
			p.clear()
		}
		return nil
	}
	seconds := now.Sub(p.began).Seconds()
	text := fmt.Sprintf("reading: %s rows, %s/s", large(float64(at.Rows)), train.Bytes(int64(float64(at.Bytes)/seconds)))
	if p.next = now.Add(barEvery); !p.w.terminal {
		p.next = now.Add(5 * time.Second)
		if at.Size > 0 {
			text += fmt.Sprintf(", %s %% of the file", numtext.Short(100*float64(at.Bytes)/float64(at.Size), 2))
		}
	}
	p.show(int(at.Bytes>>10), int(at.Size>>10), text)
	if done {
		p.clear()
	}
	return nil
}
