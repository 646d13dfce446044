#!/usr/bin/env python3
"""Writes elementwise.json: values and first and second derivatives of every
elementwise operation at chosen points, with mpmath at 60 digits."""
import json
from mpmath import mp, mpf
import mpmath as m

mp.dps = 60
step = lambda f: (lambda *a: mpf(1) if f(*a) else mpf(0))

ops = {
    "Neg": (lambda a: -a, [[0.3], [-2.0]]),
    "Sin": (m.sin, [[0.3], [-2.0], [100.5]]),
    "Cos": (m.cos, [[0.3], [-2.0], [100.5]]),
    "Tan": (m.tan, [[0.3], [-2.0], [1.5]]),
    "Asin": (m.asin, [[0.3], [-0.9]]),
    "Acos": (m.acos, [[0.3], [-0.9]]),
    "Atan": (m.atan, [[0.3], [-20.0]]),
    "Sinh": (m.sinh, [[0.3], [-5.0]]),
    "Cosh": (m.cosh, [[0.3], [-5.0]]),
    "Tanh": (m.tanh, [[0.3], [-2.0]]),
    "Asinh": (m.asinh, [[0.3], [-20.0]]),
    "Acosh": (m.acosh, [[1.3], [20.0]]),
    "Atanh": (m.atanh, [[0.3], [-0.9]]),
    "Exp": (m.exp, [[0.3], [-20.0], [50.0]]),
    "Expm1": (m.expm1, [[1e-9], [-2.0], [3.0]]),
    "Log": (m.log, [[0.3], [1e-8], [200.0]]),
    "Log1p": (m.log1p, [[1e-9], [-0.7], [200.0]]),
    "Log2": (lambda a: m.log(a) / m.log(2), [[0.3], [200.0]]),
    "Log10": (lambda a: m.log(a) / m.log(10), [[0.3], [200.0]]),
    "Sqrt": (m.sqrt, [[0.3], [2e8]]),
    "Cbrt": (lambda a: m.sign(a) * m.cbrt(abs(a)), [[0.3], [-2.0], [2e6]]),
    "Abs": (abs, [[0.3], [-2.0]]),
    "Sign": (lambda a: mpf(m.sign(a)), [[0.3], [-2.0]]),
    "Floor": (m.floor, [[0.3], [-2.5]]),
    "Ceil": (m.ceil, [[0.3], [-2.5]]),
    "Sigmoid": (lambda a: 1 / (1 + m.exp(-a)), [[0.3], [-3.0], [-700.0], [4.0]]),
    "Softplus": (lambda a: m.log1p(m.exp(a)), [[0.3], [-30.0], [7.0], [-700.0]]),
    "Relu": (lambda a: max(a, mpf(0)), [[0.3], [-2.0]]),
    "Erf": (m.erf, [[0.3], [-2.0]]),
    "Lgamma": (lambda a: m.re(m.loggamma(a)) if a > 0 else m.log(abs(m.gamma(a))), [[0.3], [1.7], [30.5], [-2.3]]),
    "Digamma": (m.digamma, [[0.3], [1.7], [30.5], [-2.3]]),
    "Not": (step(lambda a: a == 0), [[0.3], [2.0]]),
    "Add": (lambda a, b: a + b, [[0.3, 2.0]]),
    "Sub": (lambda a, b: a - b, [[0.3, 2.0]]),
    "Mul": (lambda a, b: a * b, [[0.3, -2.0]]),
    "Div": (lambda a, b: a / b, [[0.3, -2.0]]),
    "Pow": (lambda a, b: m.power(a, b), [[0.3, 2.5], [2.0, -1.5], [3.0, 3.0]]),
    "Atan2": (m.atan2, [[0.3, 2.0], [-0.3, -2.0], [1.0, -0.5]]),
    "Hypot": (m.hypot, [[0.3, 2.0], [-3.0, 4.0]]),
    "Min": (min, [[0.3, 2.0], [0.3, -2.0]]),
    "Max": (max, [[0.3, 2.0], [0.3, -2.0]]),
    "Mod": (lambda a, b: a - b * m.floor(a / b), [[7.3, 2.0], [-7.3, 2.0], [7.3, -2.0]]),
    "Xlogy": (lambda a, b: a * m.log(b), [[0.3, 2.0], [-0.3, 0.1]]),
    "Lt": (step(lambda a, b: a < b), [[0.3, 2.0], [2.0, 0.3]]),
    "Le": (step(lambda a, b: a <= b), [[0.3, 2.0], [2.0, 0.3]]),
    "Gt": (step(lambda a, b: a > b), [[0.3, 2.0], [2.0, 0.3]]),
    "Ge": (step(lambda a, b: a >= b), [[0.3, 2.0], [2.0, 0.3]]),
    "Eq": (step(lambda a, b: a == b), [[0.3, 2.0]]),
    "Ne": (step(lambda a, b: a != b), [[0.3, 2.0]]),
    "And": (step(lambda a, b: a != 0 and b != 0), [[0.3, 2.0]]),
    "Or": (step(lambda a, b: a != 0 or b != 0), [[0.3, 2.0]]),
    "Select": (lambda c, a, b: a if c != 0 else b, [[1.0, 0.3, 2.0], [-2.0, 0.3, 2.0]]),
}
# The order of a polygamma function is a whole number: no derivative by it.
orders = {"Polygamma": [[1, 0.3], [1, 30.5], [1, -2.3], [2, 1.7], [3, 0.8], [4, 12.0], [7, 2.5]]}


def diff(f, point, orders):
    try:
        return f(*point) if sum(orders) == 0 else m.diff(f, tuple(point), tuple(orders), h=mpf(10) ** -18)
    except Exception:
        return m.diff(f, tuple(point), tuple(orders))


def clean(name, v):
    """Drops what is only the rounding of the differences."""
    return 0.0 if abs(v) < mpf(10) ** -100 and name not in ("Sigmoid", "Softplus") else float(v)


def unit(k, *at):
    return [sum(1 for a in at if a == i) for i in range(k)]


rows = []
for name, (f, points) in ops.items():
    for p in points:
        x = [mpf(v) for v in p]
        k = len(x)
        rows.append({
            "op": name, "at": p, "value": float(f(*x)),
            "d": [clean(name, diff(f, x, unit(k, i))) for i in range(k)],
            "dd": [[clean(name, diff(f, x, unit(k, i, j))) for j in range(k)] for i in range(k)],
        })
for name, points in orders.items():
    for n, v in points:
        psi = lambda n: float(m.polygamma(n, mpf(v)))
        rows.append({"op": name, "at": [float(n), v], "value": psi(n), "d": [0.0, psi(n + 1)],
                     "dd": [[0.0, 0.0], [0.0, psi(n + 2)]]})
with open("elementwise.json", "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n")
