// Package rapidseed makes the property tests of a package repeatable: import it
// for its effect from a test. Another seed is -rapid.seed on the test's command
// line; RAPID_RANDOM=1 draws one at random, as make fuzz does.
package rapidseed

import (
	"flag"
	"os"

	_ "pgregory.net/rapid" // registers the flag
)

func init() {
	if os.Getenv("RAPID_RANDOM") != "" {
		return
	}
	if err := flag.Set("rapid.seed", "20261122"); err != nil {
		panic(err)
	}
}
