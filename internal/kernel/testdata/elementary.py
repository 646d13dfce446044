"""Writes the rows of expm1, log1p and erf to elementary.csv, and power.csv.

Run in this folder with mpmath 1.3.0 (BSD-3-Clause): python elementary.py
"""

import csv
import random
import struct

import mpmath
from mpmath import mp, mpf

mp.dps = 60
random.seed(20)


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def spread(low, high, n):
    """Points whose size is spread evenly on a logarithmic scale."""
    return [single(random.choice((-1, 1)) * low * (high / low) ** random.random()) for _ in range(n)]


def pieces(v):
    """The nearest float64 and what is left."""
    return [repr(float(v)), repr(float(v - mpf(float(v))))]


points = {
    "expm1": [single(random.uniform(-4, 4)) for _ in range(120)]
    + spread(1e-30, 80, 120)
    + [single(x) for x in (-17.2, -30, -80, 0.34657, 0.34658, -0.34657, -0.34658, 88.7)],
    "log1p": [single(random.uniform(-0.999, 3)) for _ in range(120)]
    + [single(abs(x)) for x in spread(1e-30, 1e30, 120)]
    + [single(-abs(x)) for x in spread(1e-30, 0.9999, 60)],
    "erf": [single(random.uniform(-5.5, 5.5)) for _ in range(150)]
    + spread(1e-30, 1, 100)
    + [single(x) for x in (0.99999, 1, 1.00001, -1, 3.9, 4.1, 5.9, 6.1, 30)],
}

with open("elementary.csv") as f:
    old = [row for row in csv.reader(f) if row[0] not in points]
with open("elementary.csv", "w", newline="") as f:
    out = csv.writer(f, lineterminator="\n")
    out.writerows(old)
    for name, xs in points.items():
        for x in xs:
            out.writerow([name, repr(x), *pieces(getattr(mpmath, name)(mpf(x)))])

pairs = [(single(random.uniform(0.01, 20)), single(random.uniform(-20, 20))) for _ in range(150)]
pairs += [(single(1 + random.uniform(-1e-3, 1e-3)), single(random.uniform(-6e4, 6e4))) for _ in range(100)]
pairs += [(abs(x), single(random.uniform(-1.2, 1.2))) for x in spread(1e-30, 1e30, 100)]
pairs += [(single(2), float(n)) for n in range(-126, 128, 23)] + [(single(x), 0.5) for x in (2, 3, 0.1, 1e-20)]
with open("power.csv", "w", newline="") as f:
    out = csv.writer(f, lineterminator="\n")
    out.writerow(["x", "y", "value", "rest"])
    for x, y in pairs:
        v = mpf(x) ** mpf(y)
        if mpf(2) ** -126 < v < mpf(2) ** 127:
            out.writerow([repr(x), repr(y), *pieces(v)])
