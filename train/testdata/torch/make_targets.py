"""Perceptrons with several targets by PyTorch, 50 steps in float64.

    pip install -r requirements.txt
    python make_targets.py        # writes targets.json beside itself

Three numbers with torch.nn.MSELoss and three labels with
torch.nn.BCEWithLogitsLoss, rows weighted; parameters as in make_layer_norm.py.
"""

import json
import pathlib

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
HERE = pathlib.Path(__file__).parent
ROWS, FEATURES, HIDDEN, TARGETS, STEPS = 14, 4, 6, 3, 50


def wave(n, a, b):
    return np.round(np.sin(a * np.arange(1, n + 1) + b), 3)


def main():
    x = 2 * wave(ROWS * FEATURES, 1.3, 0.2).reshape(ROWS, FEATURES)
    numbers = 3 * wave(ROWS * TARGETS, 0.9, 0.1).reshape(ROWS, TARGETS)
    weight = torch.tensor(np.round(1 + 0.5 * wave(ROWS, 2.1, 0.3), 3))
    cases = []
    for loss, y, price in (
        ("mse", numbers, torch.nn.MSELoss(reduction="none")),
        ("logistic", (numbers > 0.4).astype(float), torch.nn.BCEWithLogitsLoss(reduction="none")),
    ):
        layers = [torch.nn.Linear(FEATURES, HIDDEN), torch.nn.Linear(HIDDEN, TARGETS)]
        start = []
        with torch.no_grad():
            for i, layer in enumerate(layers):
                w = wave(layer.in_features * layer.out_features, 1.7 + i, 0.4).reshape(layer.in_features, layer.out_features)
                layer.weight.copy_(torch.tensor(w.T))
                layer.bias.copy_(torch.tensor(0.3 * wave(layer.out_features, 2.3, i)))
        flat = lambda: [v for l in layers for v in l.weight.detach().numpy().T.ravel().tolist() + l.bias.tolist()]
        start, losses = flat(), []
        optimiser = torch.optim.Adam([p for l in layers for p in l.parameters()], lr=0.02)
        for _ in range(STEPS):
            optimiser.zero_grad()
            out = layers[1](torch.tanh(layers[0](torch.tensor(x))))
            value = (price(out, torch.tensor(y)).mean(dim=1) * weight).sum() / weight.sum()
            value.backward()
            optimiser.step()
            losses.append(value.item())
        cases.append({"loss": loss, "y": y.ravel().tolist(), "start": start, "end": flat(), "losses": losses})
    doc = {"torch": torch.__version__.split("+")[0], "features": FEATURES, "hidden": HIDDEN, "targets": TARGETS,
           "x": x.ravel().tolist(), "weight": weight.tolist(), "cases": cases}
    (HERE / "targets.json").write_text(json.dumps(doc) + "\n")


main()
