package main

import (
	"fmt"
	"strings"

	"descent/train"
)

// printTargets prints the metrics of each of several targets, one a line.
func printTargets(w *screen, list []train.TargetScore) {
	if len(list) == 0 {
		return
	}
	header := []string{"target"}
	for _, m := range list[0].Metrics {
		if !strings.HasPrefix(m.Name, classScore) {
			header = append(header, m.Name)
		}
	}
	rows := [][]string{make([]string, len(header))}
	for i, name := range header {
		rows[0][i] = strings.ReplaceAll(name, "_", " ")
	}
	for _, t := range list {
		row := []string{t.Target}
		for _, name := range header[1:] {
			v, _ := t.Metrics.Get(name)
			row = append(row, score(v))
		}
		rows = append(rows, row)
	}
	fmt.Fprintln(w)
	printTable(w, rows, " "+strings.Repeat("r", len(header)))
}
