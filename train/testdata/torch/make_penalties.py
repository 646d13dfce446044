"""A perceptron with decoupled decay, an l2 penalty, clipping and row weights by
PyTorch, 50 steps in float64.

    pip install -r requirements.txt
    python make_penalties.py        # writes penalties.json beside itself

The target has mean 0 and deviation 1. Decay and penalty are of the weights, not
of the biases; the norm that is clipped is that of the whole gradient.
"""

import json
import pathlib

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
HERE = pathlib.Path(__file__).parent
ROWS, FEATURES, HIDDEN, STEPS = 14, 4, 6, 50
L2, DECAY, CLIP = 0.03, 0.2, 0.25


def wave(n, a, b):
    return np.round(np.sin(a * np.arange(1, n + 1) + b), 3)


def main():
    x = 2 * wave(ROWS * FEATURES, 1.3, 0.2).reshape(ROWS, FEATURES)
    y = wave(ROWS, 0.9, 0.1)
    y = (y - y.mean()) / y.std()
    weight = torch.tensor(np.round(1 + 0.5 * wave(ROWS, 2.1, 0.3), 3))
    cases = []
    for method, make in (("adam", torch.optim.AdamW), ("gd", torch.optim.SGD)):
        layers = [torch.nn.Linear(FEATURES, HIDDEN), torch.nn.Linear(HIDDEN, 1)]
        with torch.no_grad():
            for i, layer in enumerate(layers):
                w = wave(layer.in_features * layer.out_features, 1.7 + i, 0.4).reshape(layer.in_features, layer.out_features)
                layer.weight.copy_(torch.tensor(w.T))
                layer.bias.copy_(torch.tensor(0.3 * wave(layer.out_features, 2.3, i)))
        flat = lambda: [v for l in layers for v in l.weight.detach().numpy().T.ravel().tolist() + l.bias.tolist()]
        decay = DECAY if method == "adam" else 0.0  # PyTorch's SGD knows no decoupled decay
        groups = [{"params": [l.weight for l in layers], "weight_decay": decay}, {"params": [l.bias for l in layers], "weight_decay": 0.0}]
        parameters = [p for l in layers for p in l.parameters()]
        optimiser, start, clipped = make(groups, lr=0.02), flat(), 0
        for _ in range(STEPS):
            optimiser.zero_grad()
            out = layers[1](torch.tanh(layers[0](torch.tensor(x))))[:, 0]
            loss = (weight * (out - torch.tensor(y)) ** 2).sum() / weight.sum()
            loss = loss + L2 / 2 * sum((l.weight**2).sum() for l in layers)
            loss.backward()
            # As clip_grad_norm_, but for the 1e-6 that it adds to the norm.
            norm = torch.nn.utils.get_total_norm([p.grad for p in parameters])
            if norm > CLIP:
                clipped += 1
                for p in parameters:
                    p.grad.mul_(CLIP / norm)
            optimiser.step()
        cases.append({"method": method, "decay": decay, "start": start, "end": flat(), "clipped": clipped})
    doc = {"torch": torch.__version__.split("+")[0], "features": FEATURES, "hidden": HIDDEN, "l2": L2, "clip": CLIP, "rate": 0.02, "steps": STEPS,
           "x": x.ravel().tolist(), "y": y.tolist(), "weight": weight.tolist(), "cases": cases}
    (HERE / "penalties.json").write_text(json.dumps(doc) + "\n")


main()
