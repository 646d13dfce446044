"""Trajectories of PyTorch's LBFGS; see make_trajectories.py.

    pip install -r requirements.txt
    python make_lbfgs.py                # writes lbfgs.json beside itself

A case of one inner iteration to a call has 100 calls. On the bare function,
which has a flat valley, L-BFGS is chaotic: a change of 1e-15 in the start moves
PyTorch's own point by 1e-2 after 100 steps. Cases there end where that change is
still below 1e-11; with 0.25 |p|^2 added, "L2", all are definite for 100 calls.
"""

import torch

from make_trajectories import POINTS, START, flat, value, write

CASES = {
    "fixed": dict(lr=0.3, max_iter=1),
    "fixed long": dict(lr=0.05, max_iter=1, history_size=8),
    "fixed inner": dict(lr=0.5, max_iter=7, history_size=5),
    "wolfe": dict(max_iter=1, max_eval=26),
    "wolfe memory": dict(lr=3, max_iter=1, max_eval=26, history_size=3),
    "wolfe short": dict(lr=0.03, max_iter=1, max_eval=4),
    "wolfe inner": dict(max_iter=20),
}
L2 = 0.5
BARE = {"fixed": 50, "fixed long": 100, "fixed inner": 5, "wolfe": 30, "wolfe memory": 30, "wolfe short": 50, "wolfe inner": 2}


def solve(settings, search, l2, last):
    p = {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in START.items()}
    rule = torch.optim.LBFGS(list(p.values()), line_search_fn=search, **settings)
    seen = {}

    def closure():
        rule.zero_grad()
        f = value(p, torch)
        if l2 > 0:
            f = f + l2 / 2 * sum((v * v).sum() for v in p.values())
        f.backward()
        return f

    for t in range(1, last + 1):
        rule.step(closure)
        if t in POINTS or t == last:
            seen[t] = flat({k: v.detach().numpy() for k, v in p.items()})
    return seen


if __name__ == "__main__":
    cases = {}
    for name, settings in CASES.items():
        search = "strong_wolfe" if name.startswith("wolfe") else None
        cases["torch LBFGS " + name] = solve(settings, search, 0.0, BARE[name])
        cases["torch LBFGS " + name + " L2"] = solve(settings, search, L2, max(POINTS))
    write("lbfgs.json", cases)
