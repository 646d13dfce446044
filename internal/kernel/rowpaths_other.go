//go:build (!amd64 && !arm64) || noasm

package kernel

var (
	projectPaths    = new(projectPathSet)
	combinePaths    = new(combinePathSet)
	differencePaths = new(differencePathSet)

	columnSumsPaths = new(columnsVersions)
	expSumsPaths    = new(expSumsVersions)
	softmaxPaths    = new(softmaxVersions)
)
