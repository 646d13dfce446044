"""Writes arrays of every real type in both byte orders and both orders of axes,
and expected.json: what each holds.

Run with NumPy 2.4.6 in this folder.
"""

import json

import numpy as np

rng = np.random.default_rng(1)
ROWS, WIDTH = 33, 3
arrays, expected = {}, {}


def values(kind):
    t = np.dtype(kind)
    if t.kind == "f":
        return rng.standard_normal((ROWS, WIDTH)).astype(t)
    if t.kind == "b":
        return rng.random((ROWS, WIDTH)) < 0.5
    limits = np.iinfo(t)
    return rng.integers(limits.min, limits.max, (ROWS, WIDTH), dtype=t.newbyteorder("="), endpoint=True).astype(t)


for kind in ["f8", "f4", "i8", "i4", "i2", "u8", "u4", "u2", "i1", "u1", "b1"]:
    for order in "<>" if kind[1] != "1" else "|":
        for axes in "CF":
            name = f"{kind}{'be' if order == '>' else ''}{axes}"
            arrays[name] = np.asarray(values(order + kind), order=axes)
            expected[name] = arrays[name].astype(float).tolist()
arrays["vector"] = np.arange(ROWS, dtype=">i2")
expected["vector"] = [[float(v)] for v in arrays["vector"]]
arrays["cube"] = np.arange(ROWS * 6, dtype="<f4").reshape(ROWS, 2, 3)
expected["cube"] = arrays["cube"].reshape(ROWS, 6).astype(float).tolist()

np.savez("stored.npz", **arrays)
np.savez_compressed("packed.npz", **arrays)
with open("expected.json", "w") as f:
    json.dump(expected, f, separators=(",", ":"))
