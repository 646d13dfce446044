package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// begunFile says in a run folder how its fit was begun, for as long as the
// process runs: where it is killed before its first checkpoint, the fit can still
// be begun again from the folder alone.
const begunFile = "begun.json"

// begun is what begunFile holds.
type begun struct {
	Format  int      `json:"begun_format"`
	Command []string `json:"command"`
	Folder  string   `json:"folder"` // where it ran
}

// enter begins in the run folder: refuses one that holds anything, unless
// forced, clears what killed processes left, and writes down how the fit was
// begun. leave removes that again, and the folders that were made for it where
// nothing came into them.
func enter(o Options) (leave func(), err error) {
	if o.Dir == "" || o.Resume {
		return func() {}, nil
	}
	if err := checkFolder(o.Dir, o.Force); err != nil {
		return nil, err
	}
	clearTorn(o.Dir)
	if o.Force {
		clearCheckpoints(o.Dir)
	}
	if o.Checkpoints == (Checkpoints{}) {
		return func() {}, nil
	}
	missing := missingFolders(o.Dir)
	leave = func() {
		_ = os.Remove(filepath.Join(o.Dir, begunFile))
		for _, dir := range missing {
			_ = os.Remove(dir) // fails where something is in it
		}
	}
	if err = o.writeBegun(); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// missingFolders are those of the path that are not there, the innermost first.
func missingFolders(dir string) (missing []string) {
	for dir = filepath.Clean(dir); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			return missing
		}
		missing = append(missing, dir)
	}
}

func (o Options) writeBegun() error {
	if err := os.MkdirAll(o.Dir, 0o777); err != nil {
		return fmt.Errorf("train: cannot make the run folder %s: %w", o.Dir, reason(err))
	}
	folder, err := os.Getwd()
	if err != nil {
		folder = ""
	}
	text, err := json.Marshal(begun{Format: formatVersion, Command: o.Command, Folder: folder})
	if err == nil {
		err = os.WriteFile(filepath.Join(o.Dir, begunFile), append(text, '\n'), 0o666)
	}
	if err != nil {
		return fmt.Errorf("train: cannot write into the run folder %s: %w", o.Dir, reason(err))
	}
	return nil
}

// readBegun reads how the fit of a run folder was begun.
func readBegun(dir string) (b begun, err error) {
	text, err := os.ReadFile(filepath.Join(dir, begunFile))
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	if err == nil && b.Format != formatVersion {
		err = fmt.Errorf("train: %s has format %d, and this program reads format %d", begunFile, b.Format, formatVersion)
	}
	return b, err
}

// torn is the name of a file that a killed process left half written: what
// atomicfile calls those of ours.
var torn = regexp.MustCompile(`^\.(` + strings.Join([]string{
	regexp.QuoteMeta(nextFile), regexp.QuoteMeta(configFile), regexp.QuoteMeta(metricsFile), regexp.QuoteMeta(reportFile),
	regexp.QuoteMeta(modelFile), regexp.QuoteMeta(cacheFile), regexp.QuoteMeta(otherCacheFile),
}, "|") + `)\.[0-9]+-[0-9]+\.tmp$`)

// leftOver says whether a file of the folder is what a fit leaves there that is
// killed before its first checkpoint, and nobody else's.
func leftOver(dir, name string) bool {
	if name == begunFile {
		info, err := os.Stat(filepath.Join(dir, name))
		_, unread := readBegun(dir)
		return unread == nil || err == nil && info.Mode().IsRegular() && info.Size() == 0
	}
	return name == cacheFile || name == otherCacheFile || torn.MatchString(name)
}

// clearTorn removes from the folder what killed processes left half written.
func clearTorn(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if torn.MatchString(e.Name()) {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}
