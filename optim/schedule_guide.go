package optim

// Guide says of a schedule or a wrapper when to use it, where it comes from, and
// what others do differently.
type Guide struct {
	When       string
	Paper      string // or the program that made it known
	Convention string // what is done here, and what peers do
}

// scheduleGuides are those of the schedules; a Paper left out is that of the row.
var scheduleGuides = map[string]Guide{
	"constant": {"the first try, and to switch schedules off", "Cauchy, Comptes Rendus 25 (1847) 536",
		"everywhere the same"},
	"step": {"networks, where the loss has settled after each stretch; easy to reason about", "PyTorch, StepLR; Keras, PiecewiseConstantDecay",
		"lengths are steps of the method, epochs as in 10ep; PyTorch counts calls of scheduler.step(), mostly one an epoch"},
	"multi-step": {"recipes that name the epochs of the drops, as 30ep, 60ep, 90ep", "Goyal et al., arXiv 1706.02677, section 5.1",
		"the factor counts from the step named on, as in PyTorch's MultiStepLR"},
	"exponential": {"a smooth fall without a choice of places", "Szegedy et al., arXiv 1512.00567, section 8",
		"by is the factor over every steps, as in Optax's exponential_decay; gamma of PyTorch's ExponentialLR is that of one call"},
	"linear": {"fine tuning and transformers, mostly after a warmup", "Devlin et al., arXiv 1810.04805, appendix A.2",
		"falls to end at the last step; PyTorch's LinearLR rises from 1/3 unless told otherwise"},
	"polynomial": {"segmentation networks and others whose recipes name a power, often 0.9", "Chen et al., arXiv 1606.00915, section 4.1",
		"power 2; PyTorch's PolynomialLR has 1, Keras's PolynomialDecay 1 and an end of 1e-4 as a rate"},
	"inverse-time": {"convex stochastic problems: sums of rates diverge, those of squares do not", "",
		"as Keras's InverseTimeDecay; scikit-learn's invscaling is a power of t instead"},
	"noam": {"transformers by the first recipe", "",
		"the peak, at the end of the warmup, is the rate; the paper folds the width of the model into the rate"},
	"rex": {"runs with a small budget of epochs", "",
		"end is a factor, as for all schedules here; the paper falls to 0"},
	"wsd": {"runs whose length is not settled: the stretch at full rate can go on", "",
		"the fall is 1 − √p, which Hägele et al. found best; Hu et al. fall exponentially; line makes it straight"},
	"cosine": {"the usual choice for a run of known length", "",
		"end is a factor, as alpha of Optax and Keras; eta_min of PyTorch's CosineAnnealingLR is a rate"},
	"restarts": {"to leave one valley for the next, and for ensembles of the points before restarts", "",
		"times is T_mult of PyTorch's CosineAnnealingWarmRestarts, whose default is 1; decay lowers the peaks, as in Optax's sgdr_schedule"},
	"cyclic": {"to find good ranges of rates, and plain gradient descent or momentum on networks", "",
		"the rate is the upper end and low a part of it; PyTorch's CyclicLR names both rates, and cycles the momentum unless told otherwise"},
	"one-cycle": {"networks in few epochs, at a rate about the largest that is stable (--find-lr)", "",
		"the rate is the peak and the halves are cosines, as in PyTorch's OneCycleLR; the paper has lines and a short third phase (line, three)"},
	"warmup": {"large batches, adam on transformers, high rates: until the moments are settled", "",
		"the first step has 1/steps of the rate, so none is wasted; Optax and PyTorch begin at the value they are given, which may be 0"},
	"piecewise": {"whatever no other schedule has", "Optax, piecewise_interpolate_schedule",
		"each factor is in terms of the rate; those of Optax's piecewise_constant_schedule multiply"},
	"plateau": {"where the length of the run is not known, and a validation loss tells when to drop", "He et al., arXiv 1512.03385, section 3.4; PyTorch, ReduceLROnPlateau",
		"threshold is relative, as in PyTorch; min_delta of Keras is absolute"},
}
