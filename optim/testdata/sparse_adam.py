"""Steps of torch.optim.SparseAdam on a table of 5 rows of 2, for rowwise_test.go.

Step t touches the rows t % 5 and (2·t + 1) % 5; the gradient of row r, column c
is sin(3·t + 2·r + c + 1). Written with torch 2.15.
"""

import json
import math

import torch

table = torch.zeros(5, 2, dtype=torch.float64, requires_grad=True)
rule = torch.optim.SparseAdam([table], lr=0.1)
for t in range(12):
    rows = sorted({t % 5, (2 * t + 1) % 5})
    values = [[math.sin(3 * t + 2 * r + c + 1) for c in range(2)] for r in rows]
    table.grad = torch.sparse_coo_tensor([rows], values, (5, 2), dtype=torch.float64)
    rule.step()
with open("sparse_adam.json", "w") as f:
    json.dump([float(v) for v in table.detach().flatten()], f)
