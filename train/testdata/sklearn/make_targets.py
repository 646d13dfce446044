"""Linear models of several targets, and their metrics, by scikit-learn.

    pip install -r requirements.txt
    python make_targets.py        # writes targets.json beside itself

Every label is fitted by itself (MultiOutputClassifier), numbers by Ridge. The
penalties are those of a loss that is the mean over rows and targets, plus
l2/2·|w|²: alpha = rows·targets·l2/2 for Ridge on that mean, and C = 1/(rows·targets·l2).
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn import linear_model, metrics, multioutput

HERE = pathlib.Path(__file__).parent
ROWS, L2 = 60, 0.02


def wave(n, a, b):
    return np.round(np.sin(a * np.arange(1, n + 1) + b), 3)


x = np.stack([2 * wave(ROWS, 1.3, 0.2), 5 * wave(ROWS, 0.7, 1.0), 0.1 * wave(ROWS, 2.9, 0.5)], axis=1)
noise = np.stack([wave(ROWS, 17.3, 1), wave(ROWS, 31.7, 2), wave(ROWS, 11.9, 3)], axis=1)
numbers = np.round(x @ np.array([[1.5, -2, 0], [0.3, 0.1, 1], [4, 0, -9]]) + noise + np.array([10, 0, -3]), 3)
labels = (numbers - np.median(numbers, axis=0) + 3 * noise[:, ::-1] > 0).astype(int)
weight = np.round(1 + 0.5 * wave(ROWS, 2.1, 0.3), 3)

# Standardised targets, so that the mean over them weighs each alike.
sd = np.sqrt(np.average((numbers - np.average(numbers, axis=0)) ** 2, axis=0))
ridge = linear_model.Ridge(alpha=L2 * len(sd) / 2 * weight.sum(), solver="cholesky")
ridge.fit(x, numbers / sd, sample_weight=weight)
p = ridge.predict(x) * sd
logistic = multioutput.MultiOutputClassifier(
    linear_model.LogisticRegression(C=1 / (L2 * len(sd) * weight.sum()), tol=1e-14, max_iter=10000, solver="newton-cholesky")
).fit(x, labels, sample_weight=weight)
z = np.stack([e.decision_function(x) for e in logistic.estimators_], axis=1)
found = (z > 0).astype(int)
flat = lambda a: np.asarray(a, dtype=float).ravel().tolist()
doc = {
    "scikit-learn": sklearn.__version__, "l2": L2, "x": flat(x), "numbers": flat(numbers), "labels": flat(labels), "weight": flat(weight),
    "ridge": {"coef": flat(ridge.coef_ * sd[:, None]), "intercept": flat(ridge.intercept_ * sd),
              "r2": metrics.r2_score(numbers, p, sample_weight=weight),
              "rmse": flat(metrics.root_mean_squared_error(numbers, p, sample_weight=weight, multioutput="raw_values"))},
    "logistic": {"coef": flat([e.coef_[0] for e in logistic.estimators_]), "intercept": flat([e.intercept_[0] for e in logistic.estimators_]),
                 "logits": flat(z),
                 "subset_accuracy": metrics.accuracy_score(labels, found, sample_weight=weight),
                 "hamming_loss": metrics.hamming_loss(labels, found, sample_weight=weight),
                 "macro_f1": metrics.f1_score(labels, found, average="macro", sample_weight=weight),
                 "micro_f1": metrics.f1_score(labels, found, average="micro", sample_weight=weight),
                 "roc_auc": [metrics.roc_auc_score(labels[:, j], z[:, j], sample_weight=weight) for j in range(3)]},
}
(HERE / "targets.json").write_text(json.dumps(doc) + "\n")
