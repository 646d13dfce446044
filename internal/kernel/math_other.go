//go:build !amd64 || noasm

package kernel

var expPaths, logPaths, tanhPaths, sigmoidPaths, softplusPaths *paths
