"""Exports a checkpoint to a model folder: its graphs and model.json.

    python export.py compact CHECKPOINT OUT [--facts FACTS.json]
    python export.py vgg19 ENCODER DECODER OUT

Needs numpy and onnx only. A model that is there is replaced; without --facts it keeps its facts.
"""

import argparse
import hashlib
import itertools
import json
import pathlib

import numpy as np

from graph import Graph
from weights import read_weights

MEAN, SPREAD = 0.45, 0.25


def fold_normalisation(name, weight, bias):
    """Folds x -> (x - MEAN) / SPREAD into the convolution behind it: exact, since reflection
    padding pads with values that were normalised too."""
    return name, weight / SPREAD, bias - weight.sum((1, 2, 3)) * MEAN / SPREAD


def start_encoder():
    graph = Graph("encoder")
    return graph, graph.input("image", [1, 3, "height", "width"])


def finish_encoder(graph, x, channels, path):
    graph.node("Identity", [x], "features")
    graph.output("features", [1, channels, "rows", "columns"])
    graph.statistics("features", channels)
    graph.save(path)


def start_decoder(channels):
    graph = Graph("decoder")
    x = graph.input("features", [1, channels, "rows", "columns"])
    scale = graph.input("scale", [1, channels, "map_rows", "map_columns"])
    shift = graph.input("shift", [1, channels, "map_rows", "map_columns"])
    return graph, graph.add(graph.node("Mul", [x, scale]), shift)


def finish_decoder(graph, x, path):
    limits = [graph.constant(0), graph.constant(1)]
    graph.node("Clip", [x, *limits], "image")
    graph.output("image", [1, 3, "height", "width"])
    graph.save(path)


def layer(weights, name):
    return name, weights[f"{name}.weight"], weights[f"{name}.bias"]


def residual_blocks(graph, x, weights, part, modulation=None):
    """The blocks of a part, as many as the checkpoint has; the first one's inner map is modulated."""
    for index in itertools.count():
        name = f"{part}.blocks.{index}"
        if f"{name}.first.weight" not in weights:
            return x
        y = graph.wide_conv(x, layer(weights, f"{name}.first"))
        y = graph.modulate(y, *modulation) if modulation and index == 0 else y
        y = graph.node("Relu", [y])
        x = graph.add(x, graph.wide_conv(y, layer(weights, f"{name}.second")), relu=True)


def compact_encoder(weights, path):
    """Space to depth, three steps down, and residual blocks; detail and grain beside them."""
    graph, x = start_encoder()
    x = graph.space_to_depth(x)
    x = graph.conv(x, space_to_depth_order(*fold_normalisation(*layer(weights, "encoder.c0"))))
    grain = graph.space_to_depth(graph.mix(x, layer(weights, "encoder.grain")), 4)
    x = graph.conv(x, layer(weights, "encoder.c1"), stride=2)
    detail = graph.space_to_depth(graph.mix(x, layer(weights, "encoder.detail")))
    x = graph.conv(x, layer(weights, "encoder.c2"), stride=2)
    x = residual_blocks(graph, x, weights, "encoder")
    x = graph.node("Concat", [x, detail, grain], axis=1)
    finish_encoder(graph, x, sum(compact_channels(weights)), path)


def compact_channels(weights):
    """Channels of the features: the last width, the detail's 4 positions, the grain's 16."""
    width, detail, grain = (weights[f"encoder.{name}.bias"].size for name in ("c2", "detail", "grain"))
    return width, 4 * detail, 16 * grain


def space_to_depth_order(name, weight, bias):
    """PyTorch's pixel_unshuffle orders channels (colour, row, column), ONNX (row, column, colour)."""
    out = weight.shape[0]
    ordered = weight.reshape(out, 3, 2, 2, 3, 3).transpose(0, 2, 3, 1, 4, 5)
    return name, np.ascontiguousarray(ordered.reshape(out, 12, 3, 3)), bias


def compact_decoder(weights, path):
    """Residual blocks, then three sub-pixel steps up to the picture; two meet detail and grain."""
    channels = compact_channels(weights)
    graph, x = start_decoder(sum(channels))
    block, merged, inner = compact_modulation(graph, weights)
    x, detail, grain = graph.split(x, channels)
    x = residual_blocks(graph, x, weights, "decoder", block)
    x = graph.depth_to_space(graph.wide_conv(x, layer(weights, "decoder.d0")))
    detail = graph.mix(graph.depth_to_space(detail, 2, "DCR"), layer(weights, "decoder.detail"))
    x = graph.node("Relu", [graph.modulate(graph.add(x, detail), *merged)])
    x = graph.wide_conv(x, layer(weights, "decoder.d1"))
    x = graph.node("Relu", [graph.modulate(x, *inner)])
    x = graph.depth_to_space(graph.wide_conv(x, layer(weights, "decoder.d2"), parts=2))
    grain = graph.mix(graph.depth_to_space(grain, 4, "DCR"), layer(weights, "decoder.grain"))
    x = graph.conv(graph.add(x, grain, relu=True), layer(weights, "decoder.d3"))
    name, weight, bias = layer(weights, "decoder.d4")
    x = graph.conv(x, (name, weight * SPREAD, bias * SPREAD + MEAN), relu=False)
    finish_decoder(graph, graph.depth_to_space(x), path)


def compact_modulation(graph, weights):
    """The decoder's input: factors and offsets of its layers, those of 1/4 grown to that size."""
    numbers = modulation_size(weights)
    c, b = (weights[f"encoder.{name}.bias"].size for name in ("c2", "c1"))
    x = graph.input("modulation", [1, numbers, "map_rows", "map_columns"])
    factor, offset, quarter = graph.split(x, [c, c, 4 * b])
    quarter = graph.split(graph.grow(quarter), [b] * 4)
    return (factor, offset), quarter[:2], quarter[2:]


def modulation_size(weights):
    return weights["modulation.second.bias"].size


def compact_style(weights, path):
    """Statistics of a style to what they change in the decoder."""
    channels = sum(compact_channels(weights))
    graph = Graph("style")
    moments = [graph.input(name, [1, channels, 1, 1]) for name in ("mean", "std")]
    x = graph.node("Concat", moments, axis=1)
    x = graph.node("Tanh", [graph.mix(x, layer(weights, "modulation.first"))])
    x = graph.mix(x, layer(weights, "modulation.second"))
    graph.node("Identity", [x], "modulation")
    graph.output("modulation", [1, modulation_size(weights), 1, 1])
    graph.save(path)


def vgg_encoder(weights, path):
    """VGG-19 to relu4_1; the 1x1 colour convolution folds into the first 3x3 one."""
    colour, offset = weights["0.weight"][:, :, 0, 0], weights["0.bias"]
    first = weights["2.weight"]
    weights["2.bias"] = weights["2.bias"] + np.einsum("oihw,i->o", first, offset)
    weights["2.weight"] = np.einsum("oihw,ij->ojhw", first, colour)
    graph, x = start_encoder()
    for key in (2, 5, 9, 12, 16, 19, 22, 25, 29):
        x = graph.conv(x, layer(weights, key))
        if key in (5, 12, 25):
            x = graph.max_pool(x)
    finish_encoder(graph, x, 512, path)


def vgg_decoder(weights, path):
    graph, x = start_decoder(512)
    for key in (1, 5, 8, 11, 14, 18, 21, 25, 28):
        x = graph.conv(x, layer(weights, key), relu=key < 28)
        if key in (1, 14, 21):
            x = graph.nearest(x)
    finish_decoder(graph, x, path)


# receptive_field: pixels that a result depends on to each side, encoder and decoder together,
# rounded up to 8.
VGG_SHAPE = {"channels": 512, "stride": 8, "receptive_field": 72}


def compact_shape(weights):
    """Without blocks 30 pixels; a block's two convolutions see two cells of eight more. A run takes
    what one of maps with a sixth of the features' width at full size would take, as measured."""
    blocks = sum(".blocks." in name and name.endswith(".second.bias") for name in weights)
    return {
        "channels": sum(compact_channels(weights)),
        "modulation": modulation_size(weights),
        "full_size_channels": weights["encoder.c2.bias"].size // 6,
        "stride": 8,
        "receptive_field": 32 + 16 * blocks,
    }


# What of model.json belongs to the graphs; all else are facts.
SHAPE = {"channels", "modulation", "full_size_channels", "stride", "receptive_field"}
OF_GRAPHS = SHAPE | {"name", "version", "epsilon", "variance", "normalisation", "files"}


def facts_of(folder):
    """What people want to know of the model that is there."""
    file = folder / "model.json"
    manifest = json.loads(file.read_text()) if file.exists() else {}
    return {name: value for name, value in manifest.items() if name not in OF_GRAPHS}


def describe(folder, shape, facts):
    """Writes model.json: what the service reads first, then what people want to know.

    shape: channels, stride and receptive_field.
    """
    files, everything = {}, hashlib.sha256()
    parts = ("encoder", "decoder", *(["style"] if "modulation" in shape else []))
    for part in parts:
        data = (folder / f"{part}.onnx").read_bytes()
        everything.update(data)
        digest = hashlib.sha256(data).hexdigest()
        files[part] = {"path": f"{part}.onnx", "sha256": digest, "bytes": len(data)}
    manifest = {
        "name": folder.name,
        "version": everything.hexdigest()[:16],
        **shape,
        "epsilon": 1e-5,
        "variance": "unbiased",
        "normalisation": "none: planar RGB, 0..1",
        "files": files,
        **facts,
    }
    (folder / "model.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shape", choices=["compact", "vgg19"])
    parser.add_argument("paths", nargs="+", help="checkpoint files, then the folder to write")
    parser.add_argument("--facts", help="JSON with licence, training, quality and speed")
    args = parser.parse_args()
    *checkpoints, out = [pathlib.Path(path) for path in args.paths]
    out.mkdir(parents=True, exist_ok=True)
    encoder, decoder = out / "encoder.onnx", out / "decoder.onnx"
    weights = [read_weights(path) for path in checkpoints]
    if args.shape == "vgg19":
        vgg_encoder(weights[0], encoder)
        vgg_decoder(weights[1], decoder)
        shape = VGG_SHAPE
    else:
        compact_encoder(weights[0], encoder)
        compact_decoder(weights[0], decoder)
        compact_style(weights[0], out / "style.onnx")
        shape = compact_shape(weights[0])
    facts = json.loads(pathlib.Path(args.facts).read_text()) if args.facts else facts_of(out)
    describe(out, shape, facts)


if __name__ == "__main__":
    main()
