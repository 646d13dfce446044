package data

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"descent/internal/nearname"
)

// samples are small real data sets; samples/SOURCE.md says where they are from.
//
//go:embed samples/*.csv.gz
var samples embed.FS

const sampleExt = ".csv.gz"

// SampleNames lists the data sets that Read knows as "sample:NAME".
func SampleNames() []string {
	entries, _ := samples.ReadDir("samples") // embedded: it is there
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), sampleExt))
	}
	return names
}

func openSample(name string) (fs.File, error) {
	f, err := samples.Open("samples/" + name + sampleExt)
	if err != nil {
		names := SampleNames()
		return nil, fmt.Errorf("data: there is no sample %q; the samples are %s%s", name, enumerate(names, 20), nearname.Hint(name, names))
	}
	return f, nil
}
