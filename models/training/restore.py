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

# Convolutions in the order of the graphs; blocks come where their part's name stands.
ENCODER = [f"encoder.{name}" for name in ("c0", "grain", "c1", "detail", "c2", "blocks")]
AFTER_BLOCKS = ("d0", "detail", "d1", "d2", "grain", "d3", "d4")
DECODER = ["decoder.blocks", *(f"decoder.{name}" for name in AFTER_BLOCKS)]
STYLE = ["modulation.first", "modulation.second"]


def convolutions(path):
    """(weight, bias) of each convolution of a graph, in order."""
    graph = onnx.load(path).graph
    constants = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    nodes = [node for node in graph.node if node.op_type == "Conv"]
    return [tuple(constants[name].astype(np.float32) for name in node.input[1:]) for node in nodes]


def named(names, layers):
    """{name.weight, name.bias: array} with as many blocks as there are layers left for them."""
    blocks = (len(layers) - sum(not name.endswith(".blocks") for name in names)) // 2
    whole = []
    for name in names:
        inner = [f"{name}.{index}.{half}" for index in range(blocks) for half in ("first", "second")]
        whole += inner if name.endswith(".blocks") else [name]
    if len(whole) != len(layers):
        raise ValueError(f"{len(layers)} convolutions, but {len(whole)} are known: not a compact model")
    weights = {}
    for name, (weight, bias) in zip(whole, layers):
        weights |= {f"{name}.weight": weight, f"{name}.bias": bias}
    return weights


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
        weights |= named(names, convolutions(folder / f"{part}.onnx"))
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
