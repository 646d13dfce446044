package descent

import (
	"os/exec"
	"strings"
	"testing"
)

// floors is the house: an import goes strictly to a lower floor. A package
// that is not listed here does not belong yet.
var floors = map[string]int{
	"descent/internal/kernel":     0,
	"descent/internal/atomicfile": 0,
	"descent/internal/decimal":    0,
	"descent/internal/nearname":   0,
	"descent/internal/numtext":    0,
	"descent/internal/rapidseed":  0,
	"descent/internal/reference":  0,
	"descent/internal/stream":     0,
	"descent/param":               1,
	"descent/data":                1,
	"descent/graph":               2,
	"descent/optim":               2,
	"descent/optim/optimtest":     3,
	"descent/expr":                3,
	"descent/loss":                3,
	"descent/model":               3,
	"descent/safetensors":         4,
	"descent/plot":                4,
	"descent/train":               5,
	"descent":                     6,
	"descent/internal/adbench":    3,
	"descent/bench":               7,
	"descent/cmd/descent":         7,
}

func TestImportsGoDown(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}: {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		path, imports, _ := strings.Cut(strings.TrimSpace(line), ": ")
		path = strings.TrimSuffix(path, ":")
		floor, known := floors[path]
		if !known {
			t.Errorf("%s is not in the table of floors", path)
			continue
		}
		for imp := range strings.FieldsSeq(imports) {
			if imp != "descent" && !strings.HasPrefix(imp, "descent/") {
				continue
			}
			if below, known := floors[imp]; known && below >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d): imports go strictly down", path, floor, imp, below)
			}
		}
	}
}
