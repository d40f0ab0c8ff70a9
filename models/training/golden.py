"""Writes what PyTorch computes with a network, for the tests to compare with.

    python golden.py NETWORK              writes tests/golden/fast.safetensors
    python golden.py ENCODER DECODER      writes tests/golden/vgg19.safetensors

Run it after models/fast was exported from another NETWORK. Checkpoints are safetensors. The whole
chain is computed in double precision on a drawn picture of 56 x 48 pixels, alpha 0.75.
"""

import argparse
import pathlib

import numpy as np
import torch
from torch.nn import functional as F

from network import read_network
from weights import read_weights, write_weights

GOLDEN = pathlib.Path(__file__).parents[2] / "tests" / "golden"
EPSILON, ALPHA = 1e-5, 0.75
HEIGHT, WIDTH = 56, 48


def draw(seed):
    """A picture [1,3,HEIGHT,WIDTH], RGB 0..1: waves, a block and noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    planes = []
    for _ in range(3):
        a, b, phase = random.uniform((0.05, 0.05, 0), (0.6, 0.6, 6))
        planes.append(0.5 + 0.3 * np.sin(a * x + b * y + phase))
    picture = np.stack(planes) + random.normal(0, 0.05, (3, HEIGHT, WIDTH))
    picture[:, 12:30, 8:26] += random.uniform(-0.4, 0.4, (3, 1, 1))
    return torch.tensor(picture.clip(0, 1).astype(np.float32)).double()[None]


def layer(weights, key):
    """A convolution with reflection padding as a function."""
    weight, bias = (torch.tensor(weights[f"{key}.{part}"]).double() for part in ("weight", "bias"))
    pad = weight.shape[2] // 2
    return lambda x: F.conv2d(F.pad(x, (pad,) * 4, mode="reflect"), weight, bias)


def double(x):
    return F.interpolate(x, scale_factor=2, mode="nearest")


def halve(x):
    return F.max_pool2d(x, 2, ceil_mode=True)


def chain(*steps):
    def run(x):
        for step in steps:
            x = step(x)
        return x

    return run


def trained_network(path):
    network = read_network(path).double().eval()
    return network.encoder, network.decoder, network.modulation


def vgg_network(encoder_weights, decoder_weights):
    encoder, decoder = [layer(encoder_weights, 0)], []
    for key in (2, 5, 9, 12, 16, 19, 22, 25, 29):
        encoder += [layer(encoder_weights, key), F.relu]
        encoder += [halve] if key in (5, 12, 25) else []
    for key in (1, 5, 8, 11, 14, 18, 21, 25, 28):
        decoder += [layer(decoder_weights, key), F.relu]
        decoder += [double] if key in (1, 14, 21) else []
    return chain(*encoder), chain(*decoder[:-1])


def statistics(features):
    variance = features.var((2, 3), keepdim=True, unbiased=True)
    return features.mean((2, 3), keepdim=True), (variance + EPSILON).sqrt()


@torch.no_grad()
def compute(encode, decode, modulate=None):
    image, style = draw(1), draw(2)
    features = encode(image)
    mean, std = statistics(features)
    style_mean, style_std = statistics(encode(style))
    scale = ALPHA * style_std / std + 1 - ALPHA
    shift = ALPHA * (style_mean - mean * style_std / std)
    values = {
        "image": image,
        "features": features,
        "mean": mean,
        "std": std,
        "style_mean": style_mean,
        "style_std": style_std,
        "scale": scale,
        "shift": shift,
    }
    inputs = [scale * features + shift]
    if modulate:
        values["style_modulation"] = modulate(style_mean, style_std)
        values["modulation"] = ALPHA * values["style_modulation"]
        inputs.append(values["modulation"])
    values["output"] = decode(*inputs).clamp(0, 1)
    return {name: value.float().numpy() for name, value in values.items()}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkpoints", nargs="+", type=pathlib.Path)
    paths = parser.parse_args().checkpoints
    if len(paths) == 2:
        name, network = "vgg19", vgg_network(*map(read_weights, paths))
    else:
        name, network = "fast", trained_network(paths[0])
    GOLDEN.mkdir(exist_ok=True)
    write_weights(GOLDEN / f"{name}.safetensors", compute(*network))


if __name__ == "__main__":
    main()
