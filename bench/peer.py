"""Peers of the side-by-side benchmarks: one request a line of JSON on standard
input, one answer a line on standard output. Thread counts come from the
environment that bench starts this process with."""

import gzip
import json
import os
import shutil
import sys
import time

import numpy as np

import sparse
import tables

THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))
made = {}


def once(key, make):
    """The value of make(), kept for later requests."""
    if key not in made:
        made[key] = make()
    return made[key]


def repeat(f, seconds):
    """Mean time of f over about the given time."""
    n, began = 0, time.perf_counter()
    while True:
        f()
        n += 1
        took = time.perf_counter() - began
        if took >= seconds:
            return took / n


def gemm(q):
    dtype = {"f32": np.float32, "f64": np.float64}[q["type"]]
    m, n, k, trans = q["m"], q["n"], q["k"], q["trans"]

    def make():
        rng = np.random.default_rng(1)
        a = rng.standard_normal((k, m) if trans[0] == "T" else (m, k)).astype(dtype)
        b = rng.standard_normal((n, k) if trans[1] == "T" else (k, n)).astype(dtype)
        return a.T if trans[0] == "T" else a, b.T if trans[1] == "T" else b, np.empty((m, n), dtype)

    a, b, c = once(("gemm", q["type"], m, n, k, trans), make)
    return {"seconds": repeat(lambda: np.matmul(a, b, out=c), q["seconds"])}


def idx(path):
    raw = gzip.open(path).read()
    return np.frombuffer(raw, np.uint8, offset=16 if b"images" in path.encode() else 8)


def mnist(folder):
    import torch

    torch.set_num_threads(THREADS)
    x = idx(folder + "/train-images-idx3-ubyte.gz").reshape(-1, 784).astype(np.float32) / 255
    y = idx(folder + "/train-labels-idx1-ubyte.gz").astype(np.int64)
    return torch.from_numpy(x), torch.from_numpy(y)


def perceptron():
    """784-256-128-10, started as descent starts its own: rectified layers and the
    last with uniform weights by He and by Glorot, hidden biases in ±1/√inputs."""
    import torch
    from torch import nn

    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    for layer in net[0], net[2]:
        nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    nn.init.xavier_uniform_(net[4].weight)
    nn.init.zeros_(net[4].bias)
    return net


def mlp(q):
    """An epoch of the perceptron in minibatches, the last of which goes on with
    the next epoch: seconds a row, and the loss on all rows afterwards."""
    import torch
    from torch import nn

    x, y = once("mnist", lambda: mnist(q["data"]))
    lossf, batch, rate = nn.CrossEntropyLoss(), q["batch"], q["rate"]
    order = torch.cat([torch.randperm(len(x)), torch.randperm(len(x))])

    def train(net, steps):
        if q["method"] == "sgd":
            opt = torch.optim.SGD(net.parameters(), lr=rate, fused=True)
        else:
            opt = torch.optim.Adam(net.parameters(), lr=rate, fused=True)
        began = time.perf_counter()
        for s in range(steps):
            i = order[s * batch : (s + 1) * batch]
            opt.zero_grad(set_to_none=True)
            lossf(net(x.index_select(0, i)), y.index_select(0, i)).backward()
            opt.step()
        return time.perf_counter() - began

    train(perceptron(), 20)
    net, steps = perceptron(), -(-len(x) // batch)
    took = train(net, steps)
    with torch.no_grad():
        loss = lossf(net(x), y).item()
    return {"seconds": took / (steps * batch), "note": "loss %.3f" % loss}


def rosenbrock(q):
    from scipy.optimize import minimize

    n = q["n"]

    def f(x):
        t, u = x[1:] - x[:-1] ** 2, 1 - x[:-1]
        g = np.zeros(n)
        g[:-1] = -400 * x[:-1] * t - 2 * u
        g[1:] += 200 * t
        return 100 * np.dot(t, t) + np.dot(u, u), g

    x0 = np.full(n, 1.0)
    x0[::2] = -1.2
    began = time.perf_counter()
    r = minimize(f, x0, jac=True, method="L-BFGS-B", options={"gtol": 1e-6, "ftol": 0, "maxcor": 10, "maxiter": 10**7, "maxfun": 10**8})
    return {"seconds": time.perf_counter() - began, "note": "%d evaluations, f %.2g" % (r.nfev, r.fun)}


def nlopt_library():
    """nlopt/rosenbrock.c, linked with the library inside NLopt's package."""
    import ctypes
    import subprocess
    import tempfile

    from nlopt import _nlopt

    folder = tempfile.mkdtemp()
    so = os.path.join(folder, "rosenbrock.so")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "nlopt", "rosenbrock.c")
    subprocess.check_call(["cc", "-O3", "-march=native", "-shared", "-fPIC", "-o", so, source, _nlopt.__file__, "-Wl,-rpath," + os.path.dirname(_nlopt.__file__)])
    lib = ctypes.CDLL(so)
    shutil.rmtree(folder)
    return lib


def nlopt(q):
    import ctypes

    lib = once("nlopt", nlopt_library)
    x = np.empty(q["n"])
    f, evaluations = ctypes.c_double(), ctypes.c_long()
    args = (ctypes.c_uint(q["n"]), x.ctypes.data_as(ctypes.c_void_p), ctypes.c_double(1e-6), ctypes.byref(f), ctypes.byref(evaluations))
    seconds = repeat(lambda: lib.minimize(*args), 0.05)
    status = lib.minimize(*args)
    if status != -5:  # stopped by the function
        return {"seconds": seconds, "note": "%d evaluations, f %.2g, gave up with status %d" % (evaluations.value, f.value, status)}
    return {"seconds": seconds, "note": "%d evaluations, f %.2g" % (evaluations.value, f.value)}


def gmm_inputs(path):
    t = open(path).read().split()
    d, k, n = map(int, t[:3])
    v = np.array(t[3:], dtype=float)
    e = d + d * (d - 1) // 2
    alphas, v = v[:k], v[k:]
    means, v = v[: k * d].reshape(k, d), v[k * d :]
    icf, v = v[: k * e].reshape(k, e), v[k * e :]
    x, v = v[: n * d].reshape(n, d), v[n * d :]
    return d, k, n, alphas, means, icf, x, v[0], int(v[1])


def gmm_objective(np_, lse, gammaln, d, k, n, x, gamma, m, fill):
    """The objective of ADBench's Gaussian mixture, up to the library."""

    def f(alphas, means, icf):
        q = icf[:, :d]
        expq, lower = np_.exp(q), icf[:, d:]
        L = fill(expq, lower)
        xc = x[:, None, :] - means[None]
        y = np_.einsum("kij,nkj->nki", L, xc)
        main = alphas + q.sum(1) - 0.5 * (y * y).sum(2)
        nu = d + m + 1
        const = nu * d * (float(np.log(gamma)) - 0.5 * float(np.log(2))) - gammaln(0.5 * nu, d)
        prior = 0.5 * gamma**2 * ((expq * expq).sum() + (lower * lower).sum()) - m * q.sum() - k * const
        return -n * d * 0.5 * float(np.log(2 * np.pi)) + lse(main, 1).sum() - n * lse(alphas, 0) + prior

    return f


def gmm(q):
    from scipy.special import multigammaln

    d, k, n, alphas, means, icf, x, gamma, m = once(("gmm", q["path"]), lambda: gmm_inputs(q["path"]))
    rows, cols = zip(*[(i, j) for j in range(d) for i in range(j + 1, d)])
    if q["with"] == "torch":
        import torch

        torch.set_num_threads(THREADS)

        def fill(expq, lower):
            L = torch.diag_embed(expq)
            L[:, rows, cols] = lower
            return L

        f = gmm_objective(torch, torch.logsumexp, multigammaln, d, k, n, torch.from_numpy(x), gamma, m, fill)
        ps = [torch.tensor(v, requires_grad=True) for v in (alphas, means, icf)]

        def step():
            for p in ps:
                p.grad = None
            y = f(*ps)
            y.backward()
            return y

    else:
        import jax

        jax.config.update("jax_enable_x64", True)
        import jax.numpy as jnp

        def fill(expq, lower):
            L = jnp.zeros((k, d, d)).at[:, rows, cols].set(lower)
            return L + expq[:, :, None] * jnp.eye(d)

        f = gmm_objective(jnp, jax.scipy.special.logsumexp, multigammaln, d, k, n, jnp.asarray(x), gamma, m, fill)
        vg = once("jaxgmm", lambda: jax.jit(jax.value_and_grad(f, argnums=(0, 1, 2))))
        ps = [jnp.asarray(v) for v in (alphas, means, icf)]

        def step():
            return jax.block_until_ready(vg(*ps))[0]

    y = step().item()
    return {"seconds": repeat(step, q["seconds"]), "note": "f %.10g" % y}


def elementwise(q):
    import torch

    torch.set_num_threads(THREADS)
    x = once("elementwise", lambda: torch.randn(1 << 16))
    out = torch.empty_like(x)
    f = getattr(torch, q["function"])
    return {"seconds": repeat(lambda: f(x, out=out), q["seconds"]) / len(x)}


def adam(q):
    import torch

    torch.set_num_threads(THREADS)
    x = torch.ones(q["n"], requires_grad=True)
    x.grad = (torch.arange(q["n"]) % 7 - 3).float()
    rule = torch.optim.Adam([x], fused=q["fused"])
    rule.step()
    return {"seconds": repeat(rule.step, q["seconds"])}


def versions(_):
    import importlib.metadata as md

    out = ["Python " + sys.version.split()[0]]
    for p in ("numpy", "scipy", "torch", "jax", "nlopt", "pandas", "pyarrow", "scikit-learn"):
        try:
            out.append(p + " " + md.version(p))
        except md.PackageNotFoundError:
            pass
    try:
        import torch
    except ImportError:
        return {"note": ", ".join(out)}
    torch.set_num_threads(1)
    a = torch.randn(1024, 1024)
    rate = 2e-9 * 1024**3 / repeat(lambda: a @ a, 0.3)
    out.append("a product of 1024 in PyTorch runs at %.0f GFLOP/s on one thread" % rate)
    return {"note": ", ".join(out)}


OPS = {f.__name__: f for f in (gemm, mlp, rosenbrock, nlopt, gmm, elementwise, adam, versions)} | tables.OPS | sparse.OPS

for line in sys.stdin:
    q = json.loads(line)
    try:
        a = OPS[q["op"]](q)
    except Exception as e:  # the other side reports it
        a = {"error": repr(e)}
    print(json.dumps(a), flush=True)
