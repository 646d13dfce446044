package main

import (
	"fmt"
	"strings"

	"descent/optim"
)

// What the flags for schedules and wrappers say of themselves.
const (
	scheduleHelp = "course of the rate, as in cosine or warmup:500,step:every=10ep,by=0.5;\nof another hyperparameter: decay=cosine ('descent methods' lists them)"
	wrapHelp     = "put something around the method, as in ema:0.999 or sam:0.05 ('descent methods' lists them)"
)

// parseAround joins the flags for schedules and wrappers, and refuses what
// cannot be read, before any work. How long the run will be is not known yet.
func parseAround(schedules, wraps []string) (schedule, wrap string, err error) {
	schedule, wrap = strings.Join(schedules, "; "), strings.Join(wraps, "; ")
	long := optim.Span{Steps: 1 << 24, Epoch: 1 << 12}
	if _, err := optim.ParseCourses(schedule, long); err != nil {
		return "", "", fmt.Errorf("--schedule: %w", err)
	}
	if _, err := optim.Wrap[float64](&optim.GD[float64]{}, wrap, long); err != nil {
		return "", "", fmt.Errorf("--wrap: %w", err)
	}
	return schedule, wrap, nil
}
