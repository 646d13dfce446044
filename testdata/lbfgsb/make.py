"""Minima within bounds by SciPy's L-BFGS-B; writes scipy.json.

Needs numpy 2 and scipy 1.15 or later. Gradients are exact (complex steps), so
that the answers are as good as the method gets.
"""
import json

import numpy as np
from scipy.optimize import Bounds, minimize

PROBLEMS = {
    # name: (function, bounds, start)
    "rosenbrock": (lambda x: sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2), [(-2, 0.5), (-1, 2)], [-1.2, 1]),
    "rosenbrock-25": (lambda x: sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2), [(1 if i % 2 else -100, 100) for i in range(25)], [3.0] * 25),
    "driver1": (lambda x: 4 * (0.25 * (x[0] - 1) ** 2 + sum((x[1:] - x[:-1] ** 2) ** 2)), [(1, 100) if i % 2 == 0 else (-100, 100) for i in range(25)], [3.0] * 25),
    "himmelblau": (lambda x: (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2, [(0, 2.5), (-4, 4)], [1, 1]),
    "beale": (lambda x: (1.5 - x[0] + x[0] * x[1]) ** 2 + (2.25 - x[0] + x[0] * x[1] ** 2) ** 2 + (2.625 - x[0] + x[0] * x[1] ** 3) ** 2, [(-4.5, 2), (-4.5, 4.5)], [1, 1]),
    "booth": (lambda x: (x[0] + 2 * x[1] - 7) ** 2 + (2 * x[0] + x[1] - 5) ** 2, [(-10, 10), (-10, 2)], [0, 0]),
    "matyas": (lambda x: 0.26 * (x[0] ** 2 + x[1] ** 2) - 0.48 * x[0] * x[1], [(1, 10), (-10, 0.5)], [5, -5]),
    "powell": (lambda x: (x[0] + 10 * x[1]) ** 2 + 5 * (x[2] - x[3]) ** 2 + (x[1] - 2 * x[2]) ** 4 + 10 * (x[0] - x[3]) ** 4, [(0.1, 100), (-100, 0), (0.1, 100), (0.1, 100)], [3, -1, 0.1, 1]),
    "wood": (lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2 + 90 * (x[3] - x[2] ** 2) ** 2 + (1 - x[2]) ** 2 + 10.1 * ((x[1] - 1) ** 2 + (x[3] - 1) ** 2) + 19.8 * (x[1] - 1) * (x[3] - 1), [(-100, 0), (-100, 10), (-100, 0), (-100, 100)], [-3, -1, -3, -1]),
    "trid": (lambda x: sum((x - 1) ** 2) - sum(x[1:] * x[:-1]), [(-100, 3)] * 10, [0.0] * 10),
    "quartic": (lambda x: sum((np.arange(1, 21)) * x ** 4) - sum(x), [(0.3, 5)] * 10 + [(-1, 0.1)] * 10, [0.3] * 10 + [0.0] * 10),
    "exponential": (lambda x: sum(np.exp(x) - 2 * x) + 0.1 * sum(x) ** 2, [(-1, 0.2 + 0.05 * i) for i in range(12)], [-0.5] * 12),
    "hs5": (lambda x: np.sin(x[0] + x[1]) + (x[0] - x[1]) ** 2 - 1.5 * x[0] + 2.5 * x[1] + 1, [(-1.5, 4), (-3, 3)], [0, 0]),
    "hs38": (lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2 + 90 * (x[3] - x[2] ** 2) ** 2 + (1 - x[2]) ** 2 + 10.1 * ((x[1] - 1) ** 2 + (x[3] - 1) ** 2) + 19.8 * (x[1] - 1) * (x[3] - 1), [(-10, 10)] * 4, [-3, -1, -3, -1]),
    "hs45": (lambda x: 2 - x[0] * x[1] * x[2] * x[3] * x[4] / 120, [(0, i) for i in range(1, 6)], [0.5, 1, 1.5, 2, 2.5]),
    "hs110": (lambda x: sum(np.log(x - 2) ** 2 + np.log(10 - x) ** 2) - np.prod(x) ** 0.2, [(2.001, 9.999)] * 10, [9.0] * 10),
}


def gradient(f, x):
    g = np.empty(len(x))
    for i in range(len(x)):
        z = np.array(x, complex)
        z[i] += 1e-30j
        g[i] = f(z).imag / 1e-30
    return g


out = []
for name, (f, bounds, start) in PROBLEMS.items():
    low, high = zip(*bounds)
    r = minimize(lambda x: (float(f(x)), gradient(f, x)), np.array(start, float), jac=True, method="L-BFGS-B",
                 bounds=Bounds(low, high), options={"maxiter": 20000, "maxfun": 50000, "ftol": 0, "gtol": 1e-10})
    out.append({"name": name, "low": list(map(float, low)), "high": list(map(float, high)), "start": list(map(float, start)),
                "x": r.x.tolist(), "f": float(r.fun), "evaluations": int(r.nfev)})
with open("scipy.json", "w") as file:
    json.dump(out, file, indent=1)
    file.write("\n")
