"""The peers' side of the rows on sparse text: reading it, and logistic regression."""

import gc
import os
import shutil
import subprocess
import sys
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


def by_scikit(path):
    """scikit-learn's reader and its solver liblinear, the quickest that it has for this."""
    from sklearn.linear_model import LogisticRegression

    x, y = read(path)
    x.indices, x.indptr = x.indices.astype(np.int32), x.indptr.astype(np.int32)  # it takes no others
    model = LogisticRegression(C=1.0, solver="liblinear", tol=0.1).fit(x, y)
    return model.coef_[0], model.intercept_[0]


PASSES = 35  # of L-BFGS: with 20 it is not within a thousandth yet
CONSTANT = 11650396  # what Vowpal Wabbit's constant hashes to
BITS = 18


def vw_text(path):
    """The rows in Vowpal Wabbit's own format, made once."""
    if not os.path.exists(path + ".vw"):
        with open(path) as rows, open(path + ".vw", "w") as out:
            for row in rows:
                out.write(row.replace(" ", " | ", 1))
    return path + ".vw"


def by_vw(path):
    """Vowpal Wabbit from its own text, with its cache and L-BFGS: start, reading and
    writing included. Its learning row by row ended more than a hundredth above the
    least objective after two passes, and farther after six."""
    with tempfile.TemporaryDirectory() as folder:
        model = os.path.join(folder, "model")
        args = ["--bfgs", "--passes", str(PASSES), "--l2", "1", "--termination", "0", "--holdout_off"]
        args += ["--loss_function", "logistic", "-b", str(BITS), "--quiet", "--cache_file", os.path.join(folder, "cache")]
        args += ["-f", os.path.join(folder, "binary"), "--predict_only_model", "--readable_model", model]
        subprocess.run([sys.executable, "-m", "vowpalwabbit", "-d", path] + args, check=True)
        weights = {}
        with open(model) as lines:
            for line in lines:
                index, _, value = line.strip().partition(":")
                if index.isdigit():
                    weights[int(index)] = float(value)
    bias = weights.pop(CONSTANT % 2**BITS, 0.0)
    return [weights.get(j + 1, 0.0) for j in range(max(weights))], bias


kept = {}


def fit_sparse(q):
    path, command = q["path"], shutil.which("liblinear-train")
    fit, note = {
        "liblinear": (lambda: by_command(path, command), "liblinear-train") if command else (lambda: by_binding(path), "its Python binding"),
        "scikit-learn": (lambda: by_scikit(path), "solver liblinear"),
        "vw": (lambda: by_vw(text), "L-BFGS, %d passes" % PASSES),
    }[q["with"]]
    text = vw_text(path) if q["with"] == "vw" else None
    gc.collect()
    began = time.perf_counter()
    w, b = fit()
    seconds = time.perf_counter() - began
    if "rows" not in kept:
        kept["rows"] = read(path)
    x, y = kept["rows"]
    w = np.asarray(w)[: x.shape[1]]
    return {"seconds": seconds, "note": note, "value": objective(x, y, w, float(b), q["l2"])}


OPS = {f.__name__: f for f in (read_libsvm, fit_sparse)}
