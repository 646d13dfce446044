"""Courses of the learning rate by Keras, Transformers and pytorch_optimizer.

    pip install -r requirements.txt -r requirements-kin.txt
    python make_schedules_kin.py        # writes schedules-kin.json beside itself

Each case is the rate in float64 at steps 0, 1, 2, ... of a schedule whose base
rate is 1.
"""

import importlib.metadata
import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"

import jax

jax.config.update("jax_enable_x64", True)
import keras
import torch
import transformers
from pytorch_optimizer.lr_scheduler.rex import REXScheduler
from transformers.optimization import get_inverse_sqrt_schedule, get_wsd_schedule

keras.config.set_floatx("float64")
HERE = pathlib.Path(__file__).parent
STEPS = 60


def optimiser():
    return torch.optim.SGD([torch.zeros(1, dtype=torch.float64)], lr=1.0)


def by_lambda(make):
    o = optimiser()
    s, rates = make(o), []
    for _ in range(STEPS):
        rates.append(float(o.param_groups[0]["lr"]))
        o.step()
        s.step()
    return rates


def rex(steps, end):
    o = optimiser()
    s = REXScheduler(o, total_steps=steps, max_lr=1.0, min_lr=end)
    # The constructor took the step 0.
    s.step_t = 0
    return [float(s.step()) for _ in range(STEPS)]


def inverse_time(**o):
    s = keras.optimizers.schedules.InverseTimeDecay(1.0, **o)
    return [float(s(float(i))) for i in range(STEPS)]


if __name__ == "__main__":
    cases = {
        "keras inverse time": inverse_time(decay_steps=7, decay_rate=0.6),
        "keras inverse time stairs": inverse_time(decay_steps=10, decay_rate=2.0, staircase=True),
        "transformers inverse sqrt": by_lambda(lambda o: get_inverse_sqrt_schedule(o, 9)),
        "transformers wsd": by_lambda(lambda o: get_wsd_schedule(o, 6, 15, num_stable_steps=20, decay_type="1-sqrt")),
        "transformers wsd line": by_lambda(lambda o: get_wsd_schedule(o, 4, 30, num_stable_steps=11, decay_type="linear")),
        "transformers wsd end": by_lambda(
            lambda o: get_wsd_schedule(o, 0, 25, num_stable_steps=21, decay_type="1-sqrt", min_lr_ratio=0.15)),
        "pytorch_optimizer rex": rex(60, 0.0),
        "pytorch_optimizer rex end": rex(43, 0.2),
    }
    lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(cases.items()))
    versions = {m.__name__: m.__version__ for m in (keras, transformers, torch)}
    versions["pytorch_optimizer"] = importlib.metadata.version("pytorch_optimizer")
    (HERE / "schedules-kin.json").write_text(f'{{"versions": {json.dumps(versions)},\n "cases": {{\n{lines}\n }}}}\n')
