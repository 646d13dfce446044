"""Trials of SciPy's dcsrch on the functions of Moré and Thuente (1994), section 5."""
import json
from math import cos, pi, sin, sqrt

from scipy.optimize._dcsrch import DCSRCH


def rational(a, b=2.0):
    return -a / (a * a + b), (a * a - b) / (a * a + b) ** 2


def quintic(a, b=0.004):
    return (a + b) ** 5 - 2 * (a + b) ** 4, 5 * (a + b) ** 4 - 8 * (a + b) ** 3


def oscillating(a, b=0.01, l=39.0):
    if a <= 1 - b:
        f, g = 1 - a, -1.0
    elif a >= 1 + b:
        f, g = a - 1, 1.0
    else:
        f, g = (a - 1) ** 2 / (2 * b) + b / 2, (a - 1) / b
    return (f + 2 * (1 - b) / (l * pi) * sin(l * pi * a / 2),
            g + (1 - b) * cos(l * pi * a / 2))


def yanai(a, b1, b2):
    def gamma(b):
        return sqrt(1 + b * b) - b
    p, q = sqrt((1 - a) ** 2 + b2 * b2), sqrt(a * a + b1 * b1)
    return (gamma(b1) * p + gamma(b2) * q,
            gamma(b1) * (a - 1) / p + gamma(b2) * a / q)


def trials(fun, c1, c2, first):
    seen = []

    def phi(a):
        seen.append([a, *fun(a)])
        return seen[-1][1]
    s = DCSRCH(phi, lambda a: fun(a)[1], c1, c2, 1e-12, 0.0, 1e20)
    f0, g0 = fun(0.0)
    s(first, phi0=f0, derphi0=g0)
    return {"first": first, "trials": seen}


out = []
for name, fun, c1, c2 in [
    ("rational", rational, 1e-3, 0.1),
    ("quintic", quintic, 0.1, 0.1),
    ("oscillating", oscillating, 0.1, 0.1),
    ("yanai 0.001 0.001", lambda a: yanai(a, 1e-3, 1e-3), 1e-3, 1e-3),
    ("yanai 0.01 0.001", lambda a: yanai(a, 1e-2, 1e-3), 1e-3, 1e-3),
    ("yanai 0.001 0.01", lambda a: yanai(a, 1e-3, 1e-2), 1e-3, 1e-3),
]:
    out.append({"function": name, "c1": c1, "c2": c2,
                "searches": [trials(fun, c1, c2, first) for first in (1e-3, 1e-1, 10.0, 1e3)]})
with open("trials.json", "w") as f:
    json.dump(out, f, indent=1)
