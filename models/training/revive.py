"""Gives units of a network that never fire another beginning.

    python revive.py IN OUT --content DIR --style DIR [--least 0.002]

A ReLU that is below zero on all pictures gets no gradient and never comes back: a long training loses
a good part of its narrow layers in this way. Here such units get new random kernels, offsets that
make them fire at two positions of five, and no effect: what reads them begins at zero. Train on with
the result. Prints how many units of each layer were dead.
"""

import argparse
import random

import torch
from torch.nn import functional as F

from data import Crops, list_pictures
from network import read_network, save_network

PICTURES, SIZE = 48, 128
FIRING = 0.4
# Features pass the block beside its convolutions too, where nothing can hide them: they begin small.
FEATURES_SCALE = 0.1


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("out")
    for name in ("--content", "--style"):
        parser.add_argument(name, required=True)
    parser.add_argument("--least", type=float, default=0.002, help="share of positions; less is dead")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def layers_of(network):
    """(name, layer, sub-pixels, what reads it, slot of its modulation) along the network."""
    encoder, decoder = network.encoder, network.decoder
    block = decoder.blocks[0]
    return [
        ("c0", encoder.c0, 1, [encoder.c1, encoder.grain], None),
        ("c1", encoder.c1, 1, [encoder.c2, encoder.detail], None),
        ("c2", encoder.c2, 1, [block.first], None),
        ("block", block.first, 1, [block.second], 0),
        ("d0", decoder.d0, 4, [decoder.d1], 1),
        ("d1", decoder.d1, 1, [decoder.d2], 2),
        ("d2", decoder.d2, 4, [decoder.d3], None),
        ("d3", decoder.d3, 1, [decoder.d4], None),
    ]


def inputs_of(network, layers, content, style):
    """Runs the network; the input of each layer."""
    inputs, handles = {}, []
    for layer in layers:
        def note(module, given):
            inputs[module] = given[0]

        handles.append(layer.register_forward_pre_hook(note))
    features = network.encoder(content)
    network.paint(features, network.encoder(style))
    for handle in handles:
        handle.remove()
    return inputs, features


def give_kernels(layer, units, pixels, scale, given):
    """New kernels of the others' size, equal over sub-pixels, and offsets that make them fire."""
    rows = torch.tensor([unit * pixels + pixel for unit in units for pixel in range(pixels)])
    others = torch.ones(len(layer.bias), dtype=torch.bool)
    others[rows] = False
    norm = layer.weight[others].flatten(1).norm(dim=1).mean() * scale
    kernels = torch.randn(len(units), *layer.weight.shape[1:])
    kernels *= (norm / kernels.flatten(1).norm(dim=1))[:, None, None, None]
    layer.weight[rows] = kernels.repeat_interleave(pixels, 0)
    response = F.conv2d(F.pad(given, (1,) * 4, "reflect"), kernels, stride=layer.stride)
    offsets = -response.transpose(0, 1).flatten(1).quantile(1 - FIRING, dim=1)
    layer.bias[rows] = offsets.repeat_interleave(pixels)


def forget_modulation(network, slot, units):
    """Factors and offsets of these units of a modulated layer begin at zero again."""
    widths, last = network.decoder.modulated, network.modulation.second
    start = 2 * sum(widths[:slot])
    for unit in units:
        for row in (start + unit, start + widths[slot] + unit):
            last.weight[row], last.bias[row] = 0, 0


@torch.no_grad()
def revive(network, content, style, least):
    """Revives dead units in place, layer by layer; returns their numbers by layer."""
    found = {}
    for name, layer, pixels, readers, slot in layers_of(network):
        inputs, features = inputs_of(network, [layer, readers[0]], content, style)
        output = features if layer is network.encoder.c2 else inputs[readers[0]]
        width = layer.bias.numel() // pixels
        firing = (output[:, :width] > 0).float().mean((0, 2, 3))
        units = (firing < least).nonzero().flatten().tolist()
        found[name] = len(units)
        if not units:
            continue
        scale = FEATURES_SCALE if layer is network.encoder.c2 else 1
        give_kernels(layer, units, pixels, scale, inputs[layer])
        for reader in readers:
            reader.weight[:, units] = 0
        if slot is not None:
            forget_modulation(network, slot, units)
    return found


if __name__ == "__main__":
    options = arguments()
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    crops = [
        Crops(random.sample(list_pictures(folder), PICTURES), options.seed).batch(PICTURES, SIZE)
        for folder in (options.content, options.style)
    ]
    known = read_network(options.network)
    print(revive(known, *crops, options.least))
    save_network(options.out, known)
