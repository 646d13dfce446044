"""Trajectories of update rules by PyTorch, Optax and Keras, 100 steps in float64.

    pip install -r requirements.txt
    python make_trajectories.py            # writes trajectories.json beside itself

Every case starts at the same point of the same function of a tall matrix W, a
wide matrix V and a vector b:

    f = 1/K * sum_k sum_i log(1 + (W x_k + b - y_k)_i^2) + c/2 * |V W - M|^2

and records the parameters (W, V, b in one row-major vector) after the steps in
POINTS. To add a case, add it to torch_cases, optax_cases or keras_cases; a
script of its own may import solve_torch, solve_optax, solve_keras and write.
"""

import json
import math
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"

import jax

jax.config.update("jax_enable_x64", True)
import jax.flatten_util
import jax.numpy as jnp
import numpy as np
import optax
import torch
from optax import contrib

torch.set_default_dtype(torch.float64)  # the scalars of PyTorch's rules, too

POINTS = (1, 2, 10, 100)
HERE = pathlib.Path(__file__).parent

K, C = 12, 0.25
wave = lambda n, a, b: np.round(np.sin(a * np.arange(1, n + 1) + b), 3)
X = 1.5 * wave(K * 3, 1.7, 0.3).reshape(K, 3)
Y = 2.0 * wave(K * 5, 2.3, 1.1).reshape(K, 5)
M = 3.0 * wave(6, 0.9, 0.5).reshape(2, 3)
START = {
    "W": wave(15, 1.3, 0.2).reshape(5, 3),
    "V": wave(10, 0.7, 1.9).reshape(2, 5),
    "b": wave(5, 2.9, 0.4),
}


def value(p, lib=jnp):
    r = lib.asarray(X) @ p["W"].T + p["b"] - lib.asarray(Y)
    e = p["V"] @ p["W"] - lib.asarray(M)
    return lib.log(1 + r * r).sum() / K + C / 2 * (e * e).sum()


def flat(p):
    return [float(v) for k in ("W", "V", "b") for v in np.asarray(p[k]).ravel()]


def solve_torch(make, steps=max(POINTS), points=POINTS, l2=0.0):
    """make(parameters) is a list of optimisers, each of some parameters."""
    p = {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in START.items()}
    optimisers, seen = make(p), {}
    for t in range(1, steps + 1):
        for o in optimisers:
            o.zero_grad()
        value(p, torch).backward()
        for o in optimisers:
            o.step()
        if t in points:
            seen[t] = flat({k: v.detach().numpy() for k, v in p.items()})
    return seen


def solve_optax(rule, steps=max(POINTS), points=POINTS, params_of=lambda params, state: params):
    """params_of gives the point to record, where it is not the one of the steps."""
    params = {k: jnp.asarray(v) for k, v in START.items()}
    rule = optax.with_extra_args_support(rule)
    # Counts of 64 bits, as JAX takes the root of an int32 in float32.
    wide = lambda v: v.astype(jnp.int64) if v.dtype == jnp.int32 else v
    state, seen = jax.tree.map(wide, rule.init(params)), {}

    @jax.jit
    def step(params, state):
        f, g = jax.value_and_grad(value)(params)
        u, state = rule.update(g, state, params, value=f, grad=g, value_fn=value, obj_fn=value)
        return optax.apply_updates(params, u), state

    for t in range(1, steps + 1):
        params, state = step(params, state)
        if t in points:
            seen[t] = flat(params_of(params, state))
    return seen


def solve_keras(rule, steps=max(POINTS), points=POINTS):
    import keras

    names = ("W", "V", "b")
    variables = [keras.Variable(START[k], dtype="float64") for k in names]
    seen, gradient = {}, jax.jit(jax.grad(value))
    for t in range(1, steps + 1):
        p = {k: v.value for k, v in zip(names, variables)}
        g = gradient(p)
        rule.apply([g[k] for k in names], variables)
        if t in points:
            seen[t] = flat({k: v.value for k, v in zip(names, variables)})
    return seen


def torch_cases():
    o = torch.optim
    every = lambda make: lambda p: [make(list(p.values()))]
    cases = {
        "SGD": every(lambda p: o.SGD(p, lr=0.1)),
        "SGD momentum": every(lambda p: o.SGD(p, lr=0.02, momentum=0.9)),
        "SGD momentum dampening": every(lambda p: o.SGD(p, lr=0.05, momentum=0.9, dampening=0.3)),
        "SGD nesterov": every(lambda p: o.SGD(p, lr=0.02, momentum=0.9, nesterov=True)),
        "SGD L2": every(lambda p: o.SGD(p, lr=0.05, momentum=0.8, weight_decay=0.1)),
        "Adam": every(lambda p: o.Adam(p, lr=0.02)),
        "Adam eps": every(lambda p: o.Adam(p, lr=0.02, eps=0.1)),
        "Adam amsgrad": every(lambda p: o.Adam(p, lr=0.02, betas=(0.8, 0.9), amsgrad=True)),
        "Adam L2": every(lambda p: o.Adam(p, lr=0.02, weight_decay=0.1)),
        "AdamW": every(lambda p: o.AdamW(p, lr=0.02, weight_decay=0.1)),
        "NAdam": every(lambda p: o.NAdam(p, lr=0.02)),
        "NAdam decoupled": every(lambda p: o.NAdam(p, lr=0.02, weight_decay=0.1, decoupled_weight_decay=True)),
        "RAdam": every(lambda p: o.RAdam(p, lr=0.02, betas=(0.9, 0.99), eps=1e-3)),
        "RAdam decoupled": every(lambda p: o.RAdam(p, lr=0.02, weight_decay=0.1, decoupled_weight_decay=True)),
        "Adamax": every(lambda p: o.Adamax(p, lr=0.02, betas=(0.9, 0.97))),
        "Adadelta": every(lambda p: o.Adadelta(p, lr=1.0)),
        "Adagrad": every(lambda p: o.Adagrad(p, lr=0.1)),
        "Adagrad decay": every(lambda p: o.Adagrad(p, lr=0.1, lr_decay=0.02, initial_accumulator_value=0.1, eps=0.05)),
        "RMSprop": every(lambda p: o.RMSprop(p, lr=0.01, eps=1e-3)),
        "RMSprop momentum": every(lambda p: o.RMSprop(p, lr=0.005, momentum=0.8)),
        "RMSprop centered": every(lambda p: o.RMSprop(p, lr=0.005, alpha=0.9, centered=True, momentum=0.5, eps=1e-2)),
        "Rprop": every(lambda p: o.Rprop(p, lr=0.01)),
        "Adafactor": every(lambda p: o.Adafactor(p, lr=0.05, weight_decay=0.1)),
        "Adafactor cap": every(lambda p: o.Adafactor(p, lr=0.5, d=1.5, beta2_decay=-0.6)),
    }

    def muon(**options):
        return lambda p: [
            o.Muon([p["W"], p["V"]], lr=0.02, weight_decay=0.1, **options),
            o.AdamW([p["b"]], lr=0.02, weight_decay=0.1),
        ]

    # PyTorch's Muon orthogonalises in bfloat16, which no other program can
    # repeat to 1e-10; here that one conversion keeps float64.
    tensor_to, in_muon = torch.Tensor.to, []

    def to(self, *args, **kwargs):
        if in_muon and kwargs.get("dtype") is torch.bfloat16:
            kwargs["dtype"] = torch.float64
        return tensor_to(self, *args, **kwargs)

    torch.Tensor.to = to
    seen = {}
    for name, make in cases.items():
        seen["torch " + name] = solve_torch(make)
    in_muon.append(True)
    seen["torch Muon"] = solve_torch(muon())
    seen["torch Muon match_rms"] = solve_torch(muon(adjust_lr_fn="match_rms_adamw", nesterov=False))
    torch.Tensor.to = tensor_to
    return seen


def exact_diagonal():
    """The diagonal of the Hessian, where Optax would estimate it from random signs."""

    def update(updates, state, params=None, obj_fn=None, **_):
        x, back = jax.flatten_util.ravel_pytree(params)
        return back(jnp.diag(jax.hessian(lambda x: obj_fn(back(x)))(x))), state

    return optax.GradientTransformationExtraArgs(lambda params: optax.EmptyState(), update)


def factored(rate, **options):
    """Optax's adafactor; its decay 1 - t^-0.8 is kept in float64 (Optax has it in float32)."""
    decay = lambda i, power: 1.0 - jnp.asarray(i + 1, jnp.float64) ** -power
    return optax.chain(
        optax.scale_by_factored_rms(decay_rate_fn=decay, **options),
        optax.clip_by_block_rms(1.0),
        optax.scale_by_learning_rate(rate, flip_sign=False),
        optax.scale_by_param_block_rms(),
        optax.scale(-1),
    )


def optax_cases():
    o = optax
    cases = {
        "adabelief": o.adabelief(0.02),
        "adabelief eps": o.adabelief(0.02, eps=1e-3, eps_root=1e-4),
        "adadelta": o.adadelta(1.0, rho=0.95),
        "adafactor": factored(0.01, min_dim_size_to_factor=2),
        "adafactor whole": factored(0.02, min_dim_size_to_factor=128),
        "adagrad": o.adagrad(0.1),
        "adagrad eps": o.adagrad(0.1, initial_accumulator_value=0.5, eps=0.1),
        "adam": o.adam(0.02),
        "adam nesterov": o.adam(0.02, nesterov=True),
        "adamax": o.adamax(0.02, b2=0.97, eps=1e-2),
        "adamaxw": o.adamaxw(0.02, b2=0.97, weight_decay=0.1),
        "adamw": o.adamw(0.02, weight_decay=0.1),
        "adan": o.adan(0.02, weight_decay=0.1),
        "amsgrad": o.amsgrad(0.02, b1=0.8, b2=0.9),
        "fromage": o.fromage(0.02),
        "lamb": o.lamb(0.02, weight_decay=0.1),
        "lars": o.lars(0.5, weight_decay=0.1, trust_coefficient=0.01),
        "lars nesterov": o.lars(0.5, weight_decay=0.1, trust_coefficient=0.01, momentum=0.5, nesterov=True),
        "lion": o.lion(0.005, weight_decay=0.1),
        "nadam": o.nadam(0.02),
        "nadamw": o.nadamw(0.02, weight_decay=0.1),
        "noisy_sgd": o.noisy_sgd(0.1, eta=0.0, key=0),
        "novograd": o.novograd(0.01, weight_decay=0.1),
        "optimistic_gradient_descent": o.optimistic_gradient_descent(0.05, alpha=0.7, beta=0.4),
        "optimistic_adam": o.optimistic_adam(0.02, optimism=0.01),
        "optimistic_adam_v2": o.optimistic_adam_v2(0.02, alpha=0.8, beta=0.5, nesterov=False),
        "radam": o.radam(0.02, b2=0.99, eps=1e-3),
        "rmsprop": o.rmsprop(0.01, eps=1e-3),
        "rmsprop outside": o.rmsprop(0.01, eps=1e-2, eps_in_sqrt=False, initial_scale=0.5),
        "rmsprop corrected": o.rmsprop(0.01, decay=0.95, bias_correction=True),
        "rmsprop momentum": o.rmsprop(0.005, momentum=0.8),
        "rmsprop nesterov": o.rmsprop(0.005, eps=1e-3, momentum=0.8, nesterov=True),
        "rmsprop centered": o.rmsprop(0.005, centered=True, eps=1e-3),
        "sgd": o.sgd(0.1),
        "sgd momentum": o.sgd(0.02, momentum=0.9),
        "sgd nesterov": o.sgd(0.02, momentum=0.9, nesterov=True),
        "sign_sgd": o.sign_sgd(0.01),
        "signum": o.signum(0.01, beta=0.8),
        "sm3": o.sm3(0.1),
        "yogi": o.yogi(0.02),
        "acprop": contrib.acprop(0.02, eps=1e-4, eps_root=1e-4),
        "ademamix": contrib.ademamix(0.02, b3=0.99, alpha=2.0, weight_decay=0.1),
        "simplified_ademamix": contrib.simplified_ademamix(0.002, alpha=3.0, weight_decay=0.1),
        "adopt": contrib.adopt(0.02, b2=0.99),
        "adopt nesterov": contrib.adopt(0.02, b2=0.99, nesterov=True, use_clipping=False),
        "madgrad": contrib.madgrad(0.05),
        "madgrad half": contrib.madgrad(0.02, momentum=0.5),
        "muon": contrib.muon(0.02, eps=1e-20, weight_decay=0.1, nesterov=False),
        "muon nesterov": contrib.muon(0.02, eps=1e-20, nesterov=True),
        "muon rms": contrib.muon(0.02, eps=1e-20, nesterov=False, consistent_rms=0.2),
        "sophia": contrib.sophia(0.02, weight_decay=0.1, update_interval=3, gamma=0.5, hessian_diagonal_fn=exact_diagonal()),
    }
    return {"optax " + name: solve_optax(rule) for name, rule in cases.items()}


def keras_cases():
    import keras

    keras.config.set_floatx("float64")
    k = keras.optimizers
    cases = {
        "SGD momentum": k.SGD(0.02, momentum=0.9),
        "SGD nesterov": k.SGD(0.02, momentum=0.9, nesterov=True),
        "Adagrad": k.Adagrad(0.1),
        "Adadelta": k.Adadelta(1.0),
        "Adam": k.Adam(0.02, epsilon=1e-2),
        "Adamax": k.Adamax(0.02, epsilon=1e-2),
        "AdamW": k.AdamW(0.02, weight_decay=0.1),
        "Ftrl": k.Ftrl(0.1),
        "Ftrl l1 l2": k.Ftrl(
            0.1, learning_rate_power=-0.7, initial_accumulator_value=0.2,
            l1_regularization_strength=0.05, l2_regularization_strength=0.1, beta=0.3),
        "Nadam": k.Nadam(0.02),
        "RMSprop": k.RMSprop(0.01, epsilon=1e-2),
        "RMSprop centered": k.RMSprop(0.01, momentum=0.5, centered=True, epsilon=1e-2),
    }
    return {"keras " + name: solve_keras(rule) for name, rule in cases.items()}


def write(name, cases):
    """One line a case, so that a change of one changes one line."""
    import keras

    problem = {"c": C, "x": X.tolist(), "y": Y.tolist(), "m": M.tolist()}
    versions = {m.__name__: m.__version__ for m in (torch, optax, jax, keras, np)}
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(cases.items()))
    for k, v in cases.items():
        assert all(math.isfinite(e) for p in v.values() for e in p), k
    (HERE / name).write_text(
        f'{{"versions": {json.dumps(versions)},\n "problem": {json.dumps(problem)},\n'
        f' "start": {json.dumps(flat(START))},\n "cases": {{\n{lines}\n }}}}\n')


if __name__ == "__main__":
    write("trajectories.json", torch_cases() | optax_cases() | keras_cases())
