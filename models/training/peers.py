"""What is compared: each method prepares a style once and paints contents with it.

    state = method.prepare(style)
    image = method.paint(content, state, alpha)

Pictures are float tensors [1,3,H,W], RGB 0..1, sides multiples of 8; outputs are not clamped.
"""

import pathlib

import numpy as np
import onnxruntime
import torch
from torch.nn import functional as F

from losses import LossNetwork
from microast import MicroAst
from protocol import adain, moments
from swap import StyleSwap
from weights import read_weights


class Layers:
    """Convolutions of a checkpoint, called by key, with reflection padding."""

    def __init__(self, path):
        self.weights = {key: torch.tensor(value) for key, value in read_weights(path).items()}

    def __call__(self, key, x, stride=1):
        weight, bias = self.weights[f"{key}.weight"], self.weights[f"{key}.bias"]
        pad, groups = weight.shape[2] // 2, x.shape[1] // weight.shape[1]
        x = F.pad(x, (pad,) * 4, "reflect") if pad else x
        return F.conv2d(x, weight, bias, stride, groups=groups)

    def encode(self, x, keys, pools, first):
        """Colour convolution, then convolution + ReLU per key, halving after the pools."""
        x = self(first, x)
        for key in keys:
            x = F.relu(self(key, x))
            x = F.max_pool2d(x, 2, ceil_mode=True) if key in pools else x
        return x

    def decode(self, x, keys, doubles):
        """Convolution + ReLU per key, none after the last, nearest x2 after the doubles."""
        for key in keys:
            x = self(key, x)
            x = x if key == keys[-1] else F.relu(x)
            x = F.interpolate(x, scale_factor=2) if key in doubles else x
        return x


class OnnxModel:
    """A model folder as the service runs it: its graphs and one affine map per channel."""

    runtime = "onnxruntime"

    def __init__(self, folder, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        folder = pathlib.Path(folder)
        self.encoder, self.decoder, self.style = (
            onnxruntime.InferenceSession(path, options) if path.exists() else None
            for path in (folder / f"{part}.onnx" for part in ("encoder", "decoder", "style"))
        )

    def prepare(self, style):
        mean, std = self.encoder.run(["mean", "std"], {"image": style.numpy()})
        if self.style is None:
            return mean, std, {}
        (modulation,) = self.style.run(["modulation"], {"mean": mean, "std": std})
        return mean, std, {"modulation": modulation}

    def paint(self, content, state, alpha=1):
        features, mean, std = self.encoder.run(
            ["features", "mean", "std"], {"image": content.numpy()}
        )
        style_mean, style_std, modulation = state
        scale = alpha * style_std / std + 1 - alpha
        shift = alpha * (style_mean - mean * style_std / std)
        feeds = {"features": features, "scale": scale, "shift": shift}
        feeds |= {name: alpha * value for name, value in modulation.items()}
        feeds = {name: value.astype(np.float32) for name, value in feeds.items()}
        return torch.from_numpy(self.decoder.run(["image"], feeds)[0])


class AdainNetwork:
    """Encoder, AdaIN, decoder in PyTorch."""

    runtime = "torch"

    def prepare(self, style):
        return moments(self.encode(style))

    def paint(self, content, state, alpha=1):
        return self.decode(adain(self.encode(content), state, alpha))


class Vgg19(AdainNetwork):
    """The paper's network."""

    def __init__(self, folder):
        self.encoder = LossNetwork(folder / "vgg_normalised_relu4_1.q8.safetensors", "full")
        self.layers = Layers(folder / "decoder.q8.safetensors")

    def encode(self, image):
        return self.encoder(image)[3]

    def decode(self, features):
        return self.layers.decode(features, (1, 5, 8, 11, 14, 18, 21, 25, 28), (1, 14, 21))


class Inverter(AdainNetwork):
    """Quarter-width VGG and the decoder that was trained to invert it, not to paint."""

    CONVOLUTIONS = ("11", "12", "21", "22", "31", "32", "33", "34", "41")
    HALVE_AFTER, DOUBLE_AFTER = ("12", "22", "34"), ("41", "31", "21")

    def __init__(self, folder):
        self.layers = Layers(folder / "se4_sd4.f32.safetensors")

    def encode(self, image):
        keys, pools = (
            [f"enc.conv{key}" for key in names] for names in (self.CONVOLUTIONS, self.HALVE_AFTER)
        )
        return self.layers.encode(image, keys, pools, "enc.conv0")

    def decode(self, features):
        keys, doubles = (
            [f"dec.conv{key}" for key in names]
            for names in (self.CONVOLUTIONS[::-1], self.DOUBLE_AFTER)
        )
        return self.layers.decode(features, keys, doubles)


class Content:
    """Does nothing: the content as its own painting."""

    runtime = "none"

    def prepare(self, style):
        return None

    def paint(self, content, state, alpha=1):
        return content


def make_swap(folder):
    return StyleSwap(Layers(folder / "relu3_1.f32.safetensors"))


def make_microast(folder):
    return MicroAst(Layers(folder / "microast.f32.safetensors"))
