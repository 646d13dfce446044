package optim

const (
	projected    = "Goldstein, Bull. AMS 70 (1964) 709; Levitin and Polyak, USSR Comput. Math. 6 (1966) 1"
	ofWhole      = "; the point of all parameters together is projected, after each step, and the start, too"
	projectedFor = ": gd, momentum and nesterov end at the minimum on the set; a rule that scales parameters one by one, as adam does, may stop elsewhere"
)

// wrapGuides are those of the wrappers; a Paper left out is that of the row.
var wrapGuides = map[string]Guide{
	"mechanic": {"where no rate is known: it finds the scale of the rule's steps", "",
		"as mechanize of Optax; a schedule still shapes the steps that it scales"},
	"noise": {"to leave flat places and bad starts of deep networks", "",
		"eta is the variance of the first step, as in Optax's add_noise; noise of step t depends on seed and t alone"},
	"clip": {"recurrent networks, and any loss with cliffs: one long gradient does not spoil the run", "",
		"by the length over all parameters, exactly; PyTorch's clip_grad_norm_ divides by the length + 1e-6; Keras calls it global_clipnorm"},
	"clip-value": {"rare huge entries among sound ones; it turns the direction", "Pascanu et al., arXiv 1211.5063, section 3.2, after Mikolov (2012)",
		"clip of Optax, clip_grad_value_ of PyTorch, clipvalue of Keras: all the same"},
	"clip-blocks": {"layers whose gradients differ in size by far", "Pascanu et al., arXiv 1211.5063, for each block",
		"clipnorm of Keras; a block is a weight matrix or a bias of a model, or a variable of a formula"},
	"clip-adaptive": {"deep networks without normalisation, large batches", "",
		"units are columns, as matrices are inputs × outputs here; the length of a unit counts as 1e-3 at least, as in Optax's adaptive_grad_clip"},
	"centralise": {"networks with normalised inputs: smoother steps for matrices, vectors stay as they are", "",
		"units are columns here, rows in PyTorch, whose matrices are outputs × inputs (rows)"},
	"sam": {"networks that overfit: flat minima generalise better; costs a second gradient a step", "",
		"both gradients on the same batch, every step, without the adaptive form; Optax's sam may take several steps of ascent"},
	"non-negative": {"counts, rates, mixtures; --bounds does the same for single variables", projected,
		"every parameter" + ofWhole + "; Optax's keep_params_nonnegative and Keras's NonNeg do the same"},
	"simplex": {"probabilities, portfolios, mixtures" + projectedFor, projected + "; Michelot, J. Optim. Theory Appl. 50 (1986) 195",
		"sum scales it, as scale does in Optax's projection_simplex" + ofWhole},
	"l1-ball": {"sparse parameters with a bound on their size" + projectedFor, projected + "; Duchi et al., ICML 2008",
		"the nearest point, as Optax's projection_l1_ball" + ofWhole},
	"l2-ball": {"a bound on the length of all parameters" + projectedFor, projected,
		"max_norm constraints of Keras hold each unit, this holds everything" + ofWhole},
	"linf-ball": {"the same bound for every parameter", projected,
		"as Optax's projection_linf_ball" + ofWhole},
	"schedule-free": {"runs of unknown length: as good as a schedule, at any time", "",
		"the averaged point is reported by itself; PyTorch's needs optimizer.eval() for that, Optax's schedule_free_eval_params"},
	"lookahead": {"networks with a fast, noisy rule", "",
		"the slow point is reported; the memory of the rule goes on, as in Optax; the paper also resets it"},
	"ema": {"networks at the end of training, instead of lowering the rate", "",
		"without the bias of the start, as Optax's ema; PyTorch's AveragedModel and Keras begin with a copy instead"},
	"mean": {"stochastic problems at a constant rate, and SWA with cyclic or constant rates", "",
		"every step counts; PyTorch's SWA averages once an epoch"},
}
