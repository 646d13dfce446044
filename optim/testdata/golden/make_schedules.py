"""Courses of the learning rate by PyTorch and Optax, in float64.

    pip install -r requirements.txt
    python make_schedules.py            # writes schedules.json beside itself

Each case is the rate at steps 0, 1, 2, ... of a schedule whose base rate is 1;
"momentum" is what PyTorch's one-cycle schedule makes of the momentum meanwhile.
"plateau" holds the losses shown to ReduceLROnPlateau and the rate after each.
"""

import json
import math
import pathlib
import warnings

import jax

jax.config.update("jax_enable_x64", True)
import optax
import torch
from torch.optim import lr_scheduler as sched

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent
STEPS = 60


def optimiser():
    return torch.optim.SGD([torch.zeros(1, dtype=torch.float64)], lr=1.0, momentum=0.9)


def by_torch(make, steps=STEPS):
    o = optimiser()
    s = make(o)
    rates, momenta = [], []
    for _ in range(steps):
        rates.append(float(o.param_groups[0]["lr"]))
        momenta.append(float(o.param_groups[0]["momentum"]))
        s.step()
    return rates, momenta


def torch_cases():
    cases = {
        "step": lambda o: sched.StepLR(o, 7, 0.3),
        "multi-step": lambda o: sched.MultiStepLR(o, [5, 11, 40], 0.5),
        "exponential": lambda o: sched.ExponentialLR(o, 0.93),
        "linear warmup": lambda o: sched.LinearLR(o, 0.2, 1.0, 15),
        "linear": lambda o: sched.LinearLR(o, 0.9, 0.1, 25),
        "polynomial": lambda o: sched.PolynomialLR(o, 30, 1.7),
        "cosine": lambda o: sched.CosineAnnealingLR(o, 59, 0.05),
        "restarts": lambda o: sched.CosineAnnealingWarmRestarts(o, 8, 1, 0.1),
        "restarts doubling": lambda o: sched.CosineAnnealingWarmRestarts(o, 5, 2, 0.0),
        "triangular": lambda o: sched.CyclicLR(o, 0.2, 1.0, 6, 9, cycle_momentum=False),
        "triangular2": lambda o: sched.CyclicLR(o, 0.1, 1.0, 7, mode="triangular2", cycle_momentum=False),
        "exp range": lambda o: sched.CyclicLR(o, 0.1, 1.0, 7, 4, mode="exp_range", gamma=0.97, cycle_momentum=False),
        "join": lambda o: sched.SequentialLR(
            o, [sched.ExponentialLR(o, 0.8), sched.ExponentialLR(o, 0.9), sched.StepLR(o, 4, 0.5)], [6, 30]),
    }
    cycles = {
        "one-cycle": dict(total_steps=60),
        "one-cycle line": dict(total_steps=50, pct_start=0.4, anneal_strategy="linear", div_factor=10, final_div_factor=100),
        "one-cycle three": dict(total_steps=55, three_phase=True, base_momentum=0.7, max_momentum=0.9),
    }
    out = {}
    for name, make in cases.items():
        out["torch " + name] = by_torch(make)[0]
    for name, o in cycles.items():
        rates, momenta = by_torch(lambda opt: sched.OneCycleLR(opt, 1.0, **o), o["total_steps"] - 1)
        out["torch " + name], out["torch " + name + " momentum"] = rates, momenta
    return out


def optax_cases():
    cases = {
        "piecewise": optax.piecewise_constant_schedule(1.0, {5: 0.5, 20: 0.2, 41: 3.0}),
        "piecewise line": optax.piecewise_interpolate_schedule("linear", 1.0, {5: 0.5, 20: 0.2, 41: 3.0}),
        "cosine": optax.cosine_decay_schedule(1.0, 40, 0.1),
        "staircase": optax.exponential_decay(1.0, 6, 0.7, 4, True, 0.2),
        "polynomial": optax.polynomial_schedule(1.0, 0.3, 2.5, 33, 7),
        "join": optax.join_schedules([optax.linear_schedule(1.0, 0.4, 10), optax.cosine_decay_schedule(1.0, 30)], [10]),
    }
    return {"optax " + name: [float(s(i)) for i in range(STEPS)] for name, s in cases.items()}


def plateau_cases():
    losses = [5 / (1 + 0.3 * min(i, 12)) + 0.2 * math.sin(1.3 * i) + (0.002 * i if i > 30 else 0) for i in range(90)]
    cases = {
        "default": dict(),
        "patient": dict(factor=0.5, patience=3, threshold=0.01, cooldown=4, min_lr=0.02),
        "at once": dict(factor=0.7, patience=0, threshold=0.0),
    }
    out = {}
    for name, o in cases.items():
        opt = optimiser()
        s, rates = sched.ReduceLROnPlateau(opt, eps=0.0, **o), []
        for loss in losses:
            s.step(loss)
            rates.append(float(opt.param_groups[0]["lr"]))
        out[name] = rates
    return {"losses": losses, "rates": out}


if __name__ == "__main__":
    cases = torch_cases() | optax_cases()
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(cases.items()))
    versions = {m.__name__: m.__version__ for m in (torch, optax, jax)}
    (HERE / "schedules.json").write_text(
        f'{{"versions": {json.dumps(versions)},\n "cases": {{\n{lines}\n }},\n "plateau": {json.dumps(plateau_cases())}}}\n')
