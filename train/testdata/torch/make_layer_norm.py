"""Trajectories of perceptrons with layer norm by PyTorch, 50 steps in float64.

    pip install -r requirements.txt
    python make_layer_norm.py        # writes layer_norm.json beside itself

Inputs, targets and first weights are waves rounded to three decimals, so that a
reader of the file needs nothing but the numbers in it. The parameters of a layer
are written in the order weight [inputs, units], bias, gain, bias of the norm.
"""

import json
import pathlib

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
HERE = pathlib.Path(__file__).parent
ROWS, FEATURES, HIDDEN, OUTPUTS = 12, 5, (7, 4), 3
POINTS = (1, 10, 50)


def wave(n, a, b):
    return np.round(np.sin(a * np.arange(1, n + 1) + b), 3)


class Net(torch.nn.Module):
    def __init__(self, activation):
        super().__init__()
        sizes = (FEATURES, *HIDDEN, OUTPUTS)
        self.linear = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.norm = torch.nn.ModuleList(torch.nn.LayerNorm(n) for n in HIDDEN)
        self.activation = activation
        with torch.no_grad():
            for i, layer in enumerate(self.linear):
                shape = (layer.in_features, layer.out_features)
                w = wave(shape[0] * shape[1], 1.7 + i, 0.4).reshape(shape)
                layer.weight.copy_(torch.tensor(w.T))
                layer.bias.copy_(torch.tensor(0.3 * wave(shape[1], 2.3, i)))

    def forward(self, x):
        for linear, norm in zip(self.linear, self.norm):
            x = self.activation(norm(linear(x)))
        return self.linear[-1](x)

    def flat(self):
        v = []
        for i, layer in enumerate(self.linear):
            v += layer.weight.detach().numpy().T.ravel().tolist() + layer.bias.tolist()
            if i < len(self.norm):
                v += self.norm[i].weight.tolist() + self.norm[i].bias.tolist()
        return v


def main():
    x = 2 * wave(ROWS * FEATURES, 1.1, 0.7).reshape(ROWS, FEATURES)
    y = [(5 * i * i + i) % OUTPUTS for i in range(ROWS)]
    cases = []
    for name, activation in (("relu", torch.relu), ("tanh", torch.tanh), ("gelu", torch.nn.functional.gelu)):
        for method, make in (
            ("sgd", lambda p: torch.optim.SGD(p, lr=0.1)),
            ("adam", lambda p: torch.optim.Adam(p, lr=0.02)),
        ):
            net = Net(activation)
            optimiser = make(net.parameters())
            start, points, losses = net.flat(), {}, []
            for step in range(1, max(POINTS) + 1):
                optimiser.zero_grad()
                loss = torch.nn.functional.cross_entropy(net(torch.tensor(x)), torch.tensor(y))
                loss.backward()
                optimiser.step()
                losses.append(loss.item())
                if step in POINTS:
                    points[step] = net.flat()
            cases.append({"activation": name, "method": method, "rate": 0.1 if method == "sgd" else 0.02,
                          "start": start, "points": points, "losses": losses})
    doc = {"torch": torch.__version__.split("+")[0], "hidden": HIDDEN, "outputs": OUTPUTS, "features": FEATURES,
           "x": x.ravel().tolist(), "y": y, "cases": cases}
    (HERE / "layer_norm.json").write_text(json.dumps(doc) + "\n")


main()
