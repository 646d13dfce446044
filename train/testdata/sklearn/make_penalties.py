"""Linear models with penalties and weights by scikit-learn.

    pip install -r requirements.txt
    python make_penalties.py        # writes penalties.json beside itself

Penalties are those of a loss that is the weighted mean over rows, plus
l1·|w|₁ + l2/2·|w|². Intercepts have none.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn import linear_model

HERE = pathlib.Path(__file__).parent
ROWS = 80


def wave(n, a, b):
    return np.round(np.sin(a * np.arange(1, n + 1) + b), 3)


x = np.stack([2 * wave(ROWS, 1.3, 0.2), 5 * wave(ROWS, 0.7, 1.0), 0.5 * wave(ROWS, 2.9, 0.5), wave(ROWS, 4.1, 2.0)], axis=1)
y = np.round(x @ [1.5, 0.3, -1, 0.02] + 2 * wave(ROWS, 17.3, 1) + 10, 3)
two = (y > 11.5).astype(int)
three = np.digitize(y, [8.5, 12])
weight = np.round(1 + 0.9 * wave(ROWS, 2.1, 0.3), 3)
flat = lambda a: np.asarray(a, dtype=float).ravel().tolist()
cases = []


def add(name, target, model, weighted, coef, intercept, **options):
    cases.append({"name": name, "target": target, "model": model, "weighted": weighted, "coef": flat(coef), "intercept": flat(intercept), **options})


def regression(name, l1, l2, weighted):
    # scikit-learn: 1/(2n)·Σ(y−f)² + alpha·ratio·|w|₁ + alpha·(1−ratio)/2·|w|², half of ours
    a, b = l1 / 2, l2 / 2
    m = linear_model.ElasticNet(alpha=a + b, l1_ratio=a / (a + b), tol=1e-15, max_iter=1000000)
    m.fit(x, y, sample_weight=weight if weighted else None)
    add(name, "y", "linear", weighted, m.coef_, [m.intercept_], l1=l1, l2=l2)


def logistic(name, target, labels, weighted, class_weight, l1=0.0, l2=0.0):
    w = weight if weighted else np.ones(ROWS)
    if class_weight:
        share = np.array([w[labels == c].sum() for c in range(labels.max() + 1)])
        balanced = w * (w.sum() / (len(share) * share))[labels]
    else:
        balanced = w
    c = 1 / ((l1 + l2) * balanced.sum())
    if l1 > 0:
        m = linear_model.LogisticRegression(l1_ratio=l1 / (l1 + l2), C=c, solver="saga", tol=1e-15, max_iter=200000)
    else:
        m = linear_model.LogisticRegression(C=c, solver="newton-cg" if labels.max() > 1 else "newton-cholesky", tol=1e-13, max_iter=100000)
    m.fit(x, labels, sample_weight=balanced)
    add(name, target, "softmax" if labels.max() > 1 else "logistic", weighted, m.coef_.T, m.intercept_, l1=l1, l2=l2, class_weight=class_weight)


regression("lasso", 0.2, 0.0, True)
regression("elastic net", 0.1, 0.3, True)
logistic("sample weights", "two", two, True, "", l2=0.01)
logistic("balanced classes", "two", two, False, "balanced", l2=0.01)
logistic("both weights", "two", two, True, "balanced", l2=0.05)
logistic("balanced softmax", "three", three, True, "balanced", l2=0.02)
logistic("l1 logistic", "two", two, True, "", l1=0.02)
logistic("elastic net logistic", "two", two, False, "balanced", l1=0.01, l2=0.02)
quantiles = []
for q in (0.1, 0.5, 0.9):
    m = linear_model.QuantileRegressor(quantile=q, alpha=0, solver="highs").fit(x, y, sample_weight=weight)
    r = y - m.predict(x)
    quantiles.append({"q": q, "pinball": float(np.average(np.maximum(q * r, (q - 1) * r), weights=weight))})
doc = {"scikit-learn": sklearn.__version__, "x": flat(x), "y": flat(y), "two": flat(two), "three": flat(three), "weight": flat(weight),
       "cases": cases, "quantiles": quantiles}
(HERE / "penalties.json").write_text(json.dumps(doc) + "\n")
