"""Takes the weights back out of a compact model's graphs, to train on from what ships.

    python restore.py ../fast WEIGHTS.safetensors

The inverse of `export.py compact`, but for rounding where the normalisation was folded in.
"""

import argparse
import pathlib

import numpy as np
import onnx
from onnx import numpy_helper

from export import MEAN, SPREAD
from weights import write_weights

# Layers of each graph; of blocks there are as many as there are.
ENCODER = [f"encoder.{name}" for name in ("c0", "grain", "c1", "detail", "c2")]
DECODER = [f"decoder.{name}" for name in ("d0", "detail", "d1", "d2", "grain", "d3", "d4")]
STYLE = ["modulation.first", "modulation.second"]


def parameters(path, layers):
    """{name: array} of a graph's weights and biases."""
    entries = {entry.name: entry for entry in onnx.load(path).graph.initializer}
    names = [name for name in entries if name.endswith((".weight", ".bias"))]
    found = sorted({name.rpartition(".")[0] for name in names if ".blocks." not in name})
    if found != sorted(layers):
        raise ValueError(f"{path} is not a compact model's: it has the layers {', '.join(found)}")
    return {name: numpy_helper.to_array(entries[name]) for name in names}


def unfold_input(weight, bias):
    """Undoes export's order of colours and positions, then its folding of the normalisation."""
    out = weight.shape[0]
    weight = weight.reshape(out, 2, 2, 3, 3, 3).transpose(0, 3, 1, 2, 4, 5).reshape(out, 12, 3, 3)
    weight = weight * SPREAD
    return weight, bias + weight.sum((1, 2, 3)) * MEAN / SPREAD


def restore(folder):
    """The weights of the model in a folder, as `export.py compact` takes them."""
    weights = {}
    for part, names in (("encoder", ENCODER), ("decoder", DECODER), ("style", STYLE)):
        weights |= parameters(folder / f"{part}.onnx", names)
    first, last = "encoder.c0", "decoder.d4"
    pair = unfold_input(weights[f"{first}.weight"], weights[f"{first}.bias"])
    weights[f"{first}.weight"], weights[f"{first}.bias"] = pair
    weights[f"{last}.weight"] = weights[f"{last}.weight"] / SPREAD
    weights[f"{last}.bias"] = (weights[f"{last}.bias"] - MEAN) / SPREAD
    return weights


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=pathlib.Path, help="folder with the graphs")
    parser.add_argument("out", help="safetensors file to write")
    args = parser.parse_args()
    write_weights(args.out, restore(args.model))


if __name__ == "__main__":
    main()
