"""The peers' side of the rows on sparse text: reading it, and logistic regression."""

import gc
import os
import shutil
import subprocess
import tempfile
import time

import numpy as np


def objective(x, y, w, b, l2):
    z = y * (x @ w + b)
    return float(np.mean(np.logaddexp(0, -z)) + l2 / 2 * (w @ w))


def read(path):
    from sklearn.datasets import load_svmlight_file

    return load_svmlight_file(path)


def read_libsvm(q):
    gc.collect()
    began = time.perf_counter()
    read(q["path"])
    return {"seconds": time.perf_counter() - began}


def by_command(path, command):
    """LIBLINEAR's own program, Newton's method: start, reading and writing included."""
    with tempfile.TemporaryDirectory() as folder:
        model = os.path.join(folder, "model")
        subprocess.run([command, "-s", "0", "-c", "1", "-e", "0.01", "-B", "1", "-q", path, model], check=True)
        with open(model) as lines:
            head = {}
            for line in lines:
                if line.strip() == "w":
                    break
                name, *rest = line.split()
                head[name] = rest
            w = np.array([float(line) for line in lines])
    sign = 1.0 if head["label"][0] in ("1", "+1") else -1.0
    return sign * w[:-1], sign * w[-1]


def by_binding(path):
    """LIBLINEAR by its Python binding and reader, dual coordinate descent."""
    from liblinear.commonutil import svm_read_problem
    from liblinear.liblinearutil import parameter, problem, train

    y, x = svm_read_problem(path, return_scipy=True)
    model = train(problem(y, x), parameter("-s 7 -c 1 -e 0.1 -B 1 -q"))
    w = np.array(model.get_decfun(0)[0])
    sign = 1.0 if model.get_labels()[0] > 0 else -1.0
    return sign * w, sign * model.get_decfun(0)[1]


kept = {}


def fit_sparse(q):
    gc.collect()
    began = time.perf_counter()
    command = shutil.which("liblinear-train")
    w, b = by_command(q["path"], command) if command else by_binding(q["path"])
    seconds = time.perf_counter() - began
    if "rows" not in kept:
        kept["rows"] = read(q["path"])
    x, y = kept["rows"]
    w = np.asarray(w)[: x.shape[1]]
    return {"seconds": seconds, "note": "liblinear-train" if command else "its Python binding", "value": objective(x, y, w, float(b), q["l2"])}


OPS = {f.__name__: f for f in (read_libsvm, fit_sparse)}
