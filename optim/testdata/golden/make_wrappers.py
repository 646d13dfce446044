"""Trajectories of averaged, rate-free and wrapped rules; see make_trajectories.py.

    pip install -r requirements.txt schedulefree==1.4.1
    python make_wrappers.py             # writes wrappers.json beside itself

Where a rule reports another point than the one it walks on, the case ending in
"shown" records that point.
"""

import jax.numpy as jnp
import jax
import numpy as np
import optax
import schedulefree
import torch
from optax import contrib

from make_trajectories import POINTS, START, flat, solve_optax, solve_torch, value, write


def torch_cases():
    cases = {
        "ASGD": lambda p: torch.optim.ASGD(p, lr=0.05, lambd=0.01, t0=1e6),
        "ASGD t0": lambda p: torch.optim.ASGD(p, lr=0.05, lambd=0.02, alpha=0.6, t0=20),
    }
    seen = {}
    torch.set_default_dtype(torch.float64)  # PyTorch keeps the rate of ASGD in the default type
    for name, make in cases.items():
        held = []
        seen["torch " + name] = solve_torch(lambda p: held.append(make(list(p.values()))) or held)
        seen["torch " + name + " shown"] = {max(POINTS): [
            float(v) for p in held[0].param_groups[0]["params"] for v in held[0].state[p]["ax"].ravel()]}
    torch.set_default_dtype(torch.float32)
    seen["torch swa shown"] = average()
    return seen | schedule_free()


def schedule_free():
    """by the package of the paper's authors"""
    cases = {
        "sgd": lambda p: schedulefree.SGDScheduleFree(p, lr=0.3, momentum=0.8, warmup_steps=20),
        "adamw": lambda p: schedulefree.AdamWScheduleFree(p, lr=0.05, betas=(0.9, 0.99), weight_decay=0.1, warmup_steps=10),
    }
    seen = {}
    for name, make in cases.items():
        p = {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in START.items()}
        o, walked, shown = make(list(p.values())), {}, {}
        for t in range(1, max(POINTS) + 1):
            o.train()
            o.zero_grad()
            value(p, torch).backward()
            o.step()
            if t in POINTS:
                walked[t] = flat({k: v.detach().numpy() for k, v in p.items()})
                o.eval()
                shown[t] = flat({k: v.detach().numpy() for k, v in p.items()})
        seen["schedulefree " + name], seen["schedulefree " + name + " shown"] = walked, shown
    return seen


def average():
    """stochastic weight averaging by torch.optim.swa_utils, from the first step on"""
    p = {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in START.items()}

    class Held(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.p = torch.nn.ParameterDict({k: torch.nn.Parameter(v.detach()) for k, v in p.items()})

    model = Held()
    mean = torch.optim.swa_utils.AveragedModel(model)
    o = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    seen = {}
    for t in range(1, max(POINTS) + 1):
        o.zero_grad()
        value(dict(model.p), torch).backward()
        o.step()
        mean.update_parameters(model)
        if t in POINTS:
            seen[t] = flat({k: v.detach().numpy() for k, v in mean.module.p.items()})
    return seen


def averaged_optax(decay):
    """optax.ema of the points of adam, without bias"""
    rule, mean = optax.adam(0.02), optax.ema(decay, debias=True)
    params = {k: jnp.asarray(v) for k, v in START.items()}
    state, kept, seen = rule.init(params), mean.init(params), {}
    for t in range(1, max(POINTS) + 1):
        u, state = rule.update(jax.grad(value)(params), state, params)
        params = optax.apply_updates(params, u)
        shown, kept = mean.update(params, kept)
        if t in POINTS:
            seen[t] = flat(shown)
    return seen


def lookahead():
    rule = optax.lookahead(optax.adam(0.02), sync_period=5, slow_step_size=0.4)
    params = optax.LookaheadParams.init_synced({k: jnp.asarray(v) for k, v in START.items()})
    state, fast, slow = rule.init(params), {}, {}
    for t in range(1, max(POINTS) + 1):
        u, state = rule.update(jax.grad(value)(params.fast), state, params)
        params = optax.apply_updates(params, u)
        if t in POINTS:
            fast[t] = flat(params.fast)
            if t % 5 == 0:
                slow[t] = flat(params.slow)
    return {"optax lookahead": fast, "optax lookahead shown": slow}


def sam(rule, rho):
    adv = optax.chain(contrib.normalize(), optax.sgd(rho))
    wrapped = contrib.sam(rule, adv, sync_period=2, opaque_mode=True)
    params = {k: jnp.asarray(v) for k, v in START.items()}
    state, seen, grad = wrapped.init(params), {}, jax.grad(value)
    for t in range(1, max(POINTS) + 1):
        u, state = wrapped.update(grad(params), state, params, grad_fn=lambda p, _: grad(p))
        params = optax.apply_updates(params, u)
        if t in POINTS:
            seen[t] = flat(params)
    return seen


def optax_cases():
    free = {
        "schedule_free_sgd": contrib.schedule_free_sgd(0.2),
        "schedule_free_adamw": contrib.schedule_free_adamw(0.05, weight_decay=0.1),
    }
    cases = {
        "prodigy": contrib.prodigy(estim_lr0=1e-2),
        "prodigy decay": contrib.prodigy(0.5, estim_lr0=1e-3, estim_lr_coef=2.0, weight_decay=0.1),
        "dadapt_adamw": contrib.dadapt_adamw(estim_lr0=1e-2),
        "dadapt_adamw decay": contrib.dadapt_adamw(0.7, estim_lr0=1e-3, weight_decay=0.1),
        "dog": contrib.dog(0.5, init_step=("heuristic", 1e-2)),
        "dowg": contrib.dowg(),
        "cocob": contrib.cocob(),
        "mechanic sgd": contrib.mechanize(optax.sgd(1.0), s_init=1e-2),
        "mechanic adam": contrib.mechanize(optax.adam(0.01), s_init=1e-1, weight_decay=0.1, num_betas=4),
        "momo": contrib.momo(0.3, adapt_lower_bound=False),
        "momo adapt": contrib.momo(0.3, beta=0.8, weight_decay=0.05, lower_bound=-5.0, adapt_lower_bound=True),
        "momo_adam": contrib.momo_adam(0.05),
        "momo_adam adapt": contrib.momo_adam(0.05, weight_decay=0.1, lower_bound=0.5, adapt_lower_bound=True),
        "polyak_sgd": optax.polyak_sgd(0.3),
        "polyak_sgd plus": optax.polyak_sgd(0.5, f_min=3.0, eps=0.01, variant="sps+"),
        "clip value": optax.chain(optax.clip(0.2), optax.sgd(0.1)),
        "clip norm": optax.chain(optax.clip_by_global_norm(0.5), optax.sgd(0.1)),
        "clip adaptive": optax.chain(optax.adaptive_grad_clip(0.1), optax.sgd(0.1)),
        "centralize": optax.chain(optax.centralize(), optax.sgd(0.1)),
    }
    seen = {"optax " + name: solve_optax(rule) for name, rule in cases.items()}
    for name, rule in free.items():
        seen["optax " + name] = solve_optax(rule)
        seen["optax " + name + " shown"] = solve_optax(
            rule, params_of=lambda p, state: contrib.schedule_free_eval_params(state, p))
    seen["optax ema shown"] = averaged_optax(0.9)
    seen["optax sam"] = sam(optax.sgd(0.02), 0.1)
    seen["optax sam adam"] = sam(optax.adam(0.02), 0.05)
    return seen | lookahead() | projections()


def projections():
    """Gradient descent that is projected after each step."""
    from optax import projections as onto

    direction = {k: jnp.asarray(np.cos(np.arange(v.size).reshape(v.shape))) for k, v in START.items()}
    every = lambda p, v: jax.tree.map(lambda a: jnp.full_like(a, v), p)
    sets = {
        "non-negative": onto.projection_non_negative,
        "box": lambda p: onto.projection_box(p, every(p, -0.3), every(p, 0.4)),
        "simplex": lambda p: onto.projection_simplex(p, 2.0),
        "l1 ball": lambda p: onto.projection_l1_ball(p, 3.0),
        "l2 ball": lambda p: onto.projection_l2_ball(p, 1.5),
        "linf ball": lambda p: onto.projection_linf_ball(p, 0.35),
        "hyperplane": lambda p: onto.projection_hyperplane(p, direction, 1.0),
        "half-space": lambda p: onto.projection_halfspace(p, direction, -2.0),
    }
    seen = {}
    for name, project in sets.items():
        params = {k: jnp.asarray(v) for k, v in START.items()}
        points = {}
        for t in range(1, max(POINTS) + 1):
            g = jax.grad(value)(params)
            params = project(jax.tree.map(lambda p, d: p - 0.1 * d, params, g))
            if t in POINTS:
                points[t] = flat(params)
        seen["optax projected " + name] = points
    return seen


if __name__ == "__main__":
    write("wrappers.json", torch_cases() | optax_cases())
