"""The peers' side of the rows on tables: reading them, and fitting them."""

import gc
import os
import time

import numpy as np

THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))


def pyarrow_threads():
    import pyarrow as pa

    pa.set_cpu_count(THREADS)
    pa.set_io_thread_count(THREADS)
    return THREADS > 1


def reader(how, path):
    """A function that reads a file, and one that gives column j of what it read."""
    if how.startswith("pandas"):
        import pandas as pd

        precision = how.split()[1]
        return (lambda: pd.read_csv(path, engine="c", float_precision=precision)), lambda t, j: t.iloc[:, j].to_numpy()
    if how == "pyarrow":
        import pyarrow.csv as csv

        options = csv.ReadOptions(use_threads=pyarrow_threads())
        return (lambda: csv.read_csv(path, read_options=options)), lambda t, j: t.column(j).to_numpy()
    if how == "parquet":
        import pyarrow.parquet as pq

        several = pyarrow_threads()
        return (lambda: pq.read_table(path, use_threads=several)), lambda t, j: t.column(j).to_numpy()
    return (lambda: np.load(path)), lambda t, j: t[:, j]


def read_table(q):
    """Seconds to read a table, and whether its values are those of the .npy file
    beside it."""
    read, column = reader(q["with"], q["path"] + q["ending"])
    gc.collect()
    began = time.perf_counter()
    table = read()
    seconds = time.perf_counter() - began
    values = np.load(q["path"] + ".npy", mmap_mode="r")
    wrong = sum(int((column(table, j) != values[:, j]).sum()) for j in range(values.shape[1]))
    note = "exact" if wrong == 0 else "%d of %d values differ" % (wrong, values.size)
    return {"seconds": seconds, "note": note}


def make_parquet(q):
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not os.path.exists(q["path"] + ".parquet"):
        values = np.load(q["path"] + ".npy")
        table = pa.table({"f%d" % j: np.ascontiguousarray(values[:, j]) for j in range(values.shape[1])})
        pq.write_table(table, q["path"] + ".parquet")
    return {"seconds": 0}


def log_loss(x, y, w, b):
    z = x @ w + b
    return float(np.mean(np.logaddexp(0, z) - y * z))


def fit_logistic(q):
    """Seconds from the file to the weights: label first, features behind it."""
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    gc.collect()
    began = time.perf_counter()
    table = pd.read_csv(q["path"] + ".csv")
    x, y = table.iloc[:, 1:].to_numpy(), table.iloc[:, 0].to_numpy()
    read = time.perf_counter()
    model = LogisticRegression(C=np.inf, solver="lbfgs", tol=q["tol"], max_iter=1000).fit(x, y)
    seconds = time.perf_counter() - began
    loss = log_loss(x, y, model.coef_[0], model.intercept_[0])
    note = "%.3g s to read, %d iterations" % (read - began, model.n_iter_[0])
    return {"seconds": seconds, "note": note, "value": loss}


def least_log_loss(q):
    """The least log loss of the same model, by Newton's method."""
    import pandas as pd

    x = np.load(q["path"] + ".npy")
    y = pd.read_csv(q["path"] + ".csv", usecols=[0]).to_numpy()[:, 0]
    x = np.column_stack([x, np.ones(len(x))])
    w = np.zeros(x.shape[1])
    for _ in range(12):
        p = 1 / (1 + np.exp(-(x @ w)))
        w -= np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x, x.T @ (p - y))
    return {"seconds": 0, "value": log_loss(x, y, w, 0)}


OPS = {f.__name__: f for f in (read_table, make_parquet, fit_logistic, least_log_loss)}
