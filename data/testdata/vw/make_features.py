"""Makes lines.vw and features.json: lines in the format of Vowpal Wabbit, and what
Vowpal Wabbit itself reads in them.

    python make_features.py        # vowpalwabbit 9.11.9, numpy

The lines come from a fixed generator: namespaces with and without a name, scales,
words, numbers, words as values, values without a name, features that come twice,
tags, weights, and lines without a label. features.json holds for each line label,
weight, tag, and its features as pairs of Vowpal Wabbit's index (of 2^22, where no
two share one) and value; and by name the weights of the weighted least-squares fit
to them: "exact" as numpy finds them in double precision, "bfgs" as vw --bfgs does in
single precision.
"""

import json
import os
import random
import tempfile

import numpy as np
from vowpalwabbit import Workspace

HERE = os.path.dirname(os.path.abspath(__file__))
BITS = 22
WORDS = ["cat", "dog", "7", "12", "007", "x^y", "naïve", "c#"]
CITIES = ["paris", "rome", "oslo"]


def line(r):
    words = r.sample(WORDS, r.randint(1, 3))
    words = [w + r.choice(["", ":%g" % r.uniform(-2, 2)]) for w in words]
    if r.random() < 0.2:
        words.append(words[0])  # twice
    out = "|first%s %s" % (r.choice(["", ":0.5", ":2"]), " ".join(words))
    out += " |second 12:%g %s" % (r.uniform(0, 1), r.choice(["city:" + c for c in CITIES] + [""]))
    if r.random() < 0.5:
        out += " | cat size:%g%s" % (r.gauss(0, 1), r.choice(["", " "]))  # a bar may touch a number
    else:
        out += " "
    if r.random() < 0.4:
        out += "|vector :%g :%g 1:%g" % (r.gauss(0, 1), r.gauss(0, 1), r.gauss(0, 1))
    label = "%g" % r.gauss(0, 3)
    head = r.choice([label + " ", label + " 2 ", label + " 0.5 'tag", label + " %d" % r.randint(1, 99), " 'unlabelled "])
    return head + out


def parse(lines, bits):
    vw = Workspace("--quiet --noconstant -b %d" % bits)
    rows = []
    for text in lines:
        ex = vw.parse(text)
        pairs = []
        for n in range(ex.num_namespaces()):
            for k in range(ex.num_features_in(n)):
                pairs.append([ex.feature(n, k) % (1 << bits), ex.feature_weight(n, k)])
        label = ex.get_simplelabel_label()
        rows.append({
            "label": None if abs(label) > 1e38 else label,
            "weight": ex.get_simplelabel_weight(),
            "tag": ex.get_tag(),
            "features": pairs,
        })
        vw.finish_example(ex)
    return rows


def names(vw):
    """The features of the lines by Vowpal Wabbit's index."""
    out = {}
    for space, words in {"first": WORDS, "second": ["12"], "vector": ["0", "1"], "": ["cat", "size"]}.items():
        for word in words:
            word = str(int(word)) if word.isdigit() else word
            j = vw.hash_feature(word, vw.hash_space(space or " "))
            out[j % (1 << BITS)] = (space + "|" if space else "") + word
    for city in CITIES:  # hash_feature cuts off bits that such a chain of hashes needs
        row = parse(["|second city:" + city], BITS)[0]
        out[row["features"][0][0]] = "second|city:" + city
    return out


def main():
    r = random.Random(1)
    lines = [line(r) for _ in range(120)]
    path = os.path.join(HERE, "lines.vw")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")

    rows = parse(lines, BITS)
    index = sorted({j for row in rows for j, _ in row["features"]})
    assert len(index) == len({j for row in parse(lines, 30) for j, _ in row["features"]}), "two features share an index"
    known = [row for row in rows if row["label"] is not None]
    a = np.zeros((len(known), len(index) + 1))
    a[:, -1] = 1
    for i, row in enumerate(known):
        for j, v in row["features"]:
            a[i, index.index(j)] += v
    w = np.sqrt([row["weight"] for row in known])
    y = np.array([row["label"] for row in known])
    assert np.linalg.matrix_rank(a) == a.shape[1]
    exact = np.linalg.lstsq(a * w[:, None], y * w, rcond=None)[0]

    with tempfile.TemporaryDirectory() as tmp:
        labelled = os.path.join(tmp, "labelled.vw")
        with open(labelled, "w", encoding="utf-8") as f:
            f.writelines(text + "\n" for text, row in zip(lines, rows) if row["label"] is not None)
        fit = Workspace("--quiet --bfgs --hessian_on --l2 1e-5 --holdout_off --passes 200 --termination 1e-14 -b %d -k --cache_file %s -d %s" % (BITS, os.path.join(tmp, "cache"), labelled))
        bfgs = [fit.get_weight(j) for j in index]
        intercept = fit.get_weight(11650396 % (1 << BITS))
        named = names(fit)
    assert sorted(named) == index
    out = {
        "rows": rows,
        "weights": {named[j]: {"index": j, "exact": e, "bfgs": b} for j, e, b in zip(index, exact, bfgs)},
        "intercept": {"exact": exact[-1], "bfgs": intercept},
    }
    with open(os.path.join(HERE, "features.json"), "w", encoding="utf-8") as f:
        json.dump(out, f, indent=None, separators=(",", ":"))
        f.write("\n")
    print(len(index), "features;", max(abs(e - b) for e, b in zip(exact, bfgs)), "largest difference;", exact[-1], intercept)


main()
