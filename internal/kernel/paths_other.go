//go:build !amd64 || noasm

package kernel

// Without assembly no path is ever looked up: active is portable.
var (
	expPaths, logPaths, tanhPaths, sigmoidPaths, softplusPaths *paths
	squarePaths, sqrtPaths, reluPaths, positivePaths           *paths
	addPaths, subPaths, mulPaths, divPaths                     *binaryPaths
	addSPaths, mulSPaths, divSPaths, sSubPaths, sDivPaths      *scalarPaths
	axpyPaths                                                  = new(axpyPathSet)
	dotPaths                                                   = new(dotPathSet)
	sumPaths                                                   = new(sumPathSet)
	wrongPaths                                                 = new(sumPathSet)
	sinPaths, cosPaths                                         *paths
	farPaths                                                   = new(sumPathSet)
	sharesPaths                                                = new(sharesPathSet)

	adamMovePaths, adamStepPaths, momentumMovePaths, momentumStepPaths   *updatePaths
	nesterovStepPaths, rmspropStepPaths, adagradStepPaths, lionStepPaths *updatePaths
)
