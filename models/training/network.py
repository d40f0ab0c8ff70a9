"""The small network: encoder and decoder with AdaIN between, in PyTorch.

Full-resolution layers of few channels cost more than their arithmetic on WASM, so the first and
the last layer work at half size (space to depth in, sub-pixel convolution out). Few channels at an
eighth of the size cannot carry edges through a change of style, so a few of a quarter (the detail)
and of half the size (the grain) go beside them, four and sixteen positions of each as channels:
AdaIN and all else see one feature map.

Statistics of features do not say all of a style that a decoder could use: from them, a few layers
make factors and offsets for the decoder's inner maps, once for each style.
"""

import torch
from torch import nn
from torch.nn import functional as F

from moments import adain, statistics
from weights import read_weights, write_weights

MEAN, SPREAD = 0.45, 0.25


def conv(inputs, outputs, stride=1, pixels=1):
    layer = nn.Conv2d(inputs, outputs, 3, stride, 1, padding_mode="reflect")
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.bias)
    if pixels > 1:
        # All sub-pixels of a channel start equal: no checkerboard at the beginning.
        with torch.no_grad():
            layer.weight.copy_(layer.weight[:: pixels].repeat_interleave(pixels, 0))
    return layer


def space_to_depth(x, step=2):
    """[N,C,sh,sw] -> [N,s²C,h,w] with the channels in ONNX's order: row, column, channel."""
    return F.pixel_unshuffle(x, step).unflatten(1, (-1, step**2)).transpose(1, 2).flatten(1, 2)


def depth_to_space(x, step=2):
    """The inverse of space_to_depth."""
    return F.pixel_shuffle(x.unflatten(1, (step**2, -1)).transpose(1, 2).flatten(1, 2), step)


WIDTHS, DETAIL, GRAIN = (24, 48, 96), 16, 4
MODULATION_WIDTH = 256


class Residual(nn.Module):
    """Two convolutions beside the identity, at the same size and width.

    The second begins at zero, so a block that is added to a trained network changes nothing yet.
    """

    def __init__(self, width):
        super().__init__()
        self.first, self.second = conv(width, width), conv(width, width)
        nn.init.zeros_(self.second.weight)

    def forward(self, x, modulation=None):
        return F.relu(x + self.second(F.relu(modulate(self.first(x), modulation))))


class Modulation(nn.Module):
    """Statistics of a style's features [N,C,1,1] each -> modulation [N,M,1,1]: for each modulated
    layer of the decoder its channels' factors, less one, then their offsets. It begins at zero.

    No ReLU: means and deviations are positive, so all units would move as one and soon be dead.
    """

    def __init__(self, channels, widths):
        super().__init__()
        self.first = nn.Conv2d(2 * channels, MODULATION_WIDTH, 1)
        self.second = nn.Conv2d(MODULATION_WIDTH, 2 * sum(widths), 1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, mean, std):
        return self.second(torch.tanh(self.first(torch.cat([mean, std], 1))))

    @torch.no_grad()
    def begin(self, mean, std):
        """Starts the first layer anew so that it sees many styles' statistics with mean 0 and
        deviation 1: as they are, some differ by hundredths only."""
        numbers = torch.cat([mean, std], 1)[:, :, 0, 0]
        spread = numbers.std(0) + 1e-3
        self.first.weight.normal_(std=numbers.shape[1] ** -0.5)
        self.first.weight.div_(spread[:, None, None])
        self.first.bias.copy_(-self.first.weight[:, :, 0, 0] @ numbers.mean(0))


def modulate(x, modulation):
    """Factors and offsets of one layer, applied to its map; None: none."""
    if modulation is None:
        return x
    factor, offset = modulation.chunk(2, 1)
    return x * (1 + factor) + offset


class Encoder(nn.Module):
    """RGB 0..1 [N,3,H,W] -> features [N,C,H/8,W/8]: C is the last width, 4 x detail and 16 x grain."""

    def __init__(self, widths, blocks, detail, grain):
        super().__init__()
        a, b, c = widths
        self.c0 = conv(12, a)
        self.c1 = conv(a, b, 2)
        self.c2 = conv(b, c, 2)
        self.detail = nn.Conv2d(b, detail, 1)
        nn.init.orthogonal_(self.detail.weight, 4)  # about unit variance
        self.grain = nn.Conv2d(a, grain, 1)
        nn.init.orthogonal_(self.grain.weight, 2)
        self.blocks = nn.Sequential(*(Residual(c) for _ in range(blocks)))

    def forward(self, image):
        x = F.pixel_unshuffle((image - MEAN) / SPREAD, 2)
        x = F.relu(self.c0(x))
        grain = space_to_depth(self.grain(x), 4)
        x = F.relu(self.c1(x))
        detail = space_to_depth(self.detail(x))
        x = F.relu(self.c2(x))
        return torch.cat([self.blocks(x), detail, grain], 1)


class Decoder(nn.Module):
    """Features [N,C,h,w], modulation [N,M,1,1] -> RGB [N,3,8h,8w], not clamped.

    The first block's inner map is modulated, and the two maps of a quarter of the size. Those of
    half the size would cost the most and add nothing: a style that was fitted to them too came as
    close as without.
    """

    def __init__(self, widths, blocks, detail, grain):
        super().__init__()
        a, b, c = widths
        self.blocks = nn.Sequential(*(Residual(c) for _ in range(blocks)))
        self.d0 = conv(c, 4 * b, pixels=4)
        self.detail = nn.Conv2d(detail, b, 1)
        nn.init.zeros_(self.detail.weight)
        nn.init.zeros_(self.detail.bias)
        self.grain = nn.Conv2d(grain, a, 1)
        nn.init.zeros_(self.grain.weight)
        nn.init.zeros_(self.grain.bias)
        self.channels = [c, 4 * detail, 16 * grain]
        self.modulated = [c, b, b]
        self.d1 = conv(b, b)
        self.d2 = conv(b, 4 * a, pixels=4)
        self.d3 = conv(a, a)
        self.d4 = conv(a, 12, pixels=4)

    def modulations(self, modulation):
        """The parts of a modulation by layer."""
        if modulation is None:
            return [None] * len(self.modulated)
        return modulation.split([2 * width for width in self.modulated], 1)

    def even_phases(self):
        """To be called after each step of an optimizer."""
        for layer in (self.d0, self.d2, self.d4):
            even_phases(layer)

    def forward(self, features, modulation=None):
        x, detail, grain = features.split(self.channels, 1)
        block, merged, inner = self.modulations(modulation)
        for residual in self.blocks:
            x = residual(x, block)
            block = None
        x = F.pixel_shuffle(self.d0(x), 2)
        x = F.relu(modulate(x + self.detail(depth_to_space(detail)), merged))
        x = F.relu(modulate(self.d1(x), inner))
        x = F.pixel_shuffle(self.d2(x), 2)
        x = F.relu(x + self.grain(depth_to_space(grain, 4)))
        x = F.relu(self.d3(x))
        return F.pixel_shuffle(self.d4(x), 2) * SPREAD + MEAN


class Network(nn.Module):
    """Widths at 1/2, 1/4 and 1/8 of the picture's size; blocks of encoder and decoder at 1/8; detail
    at 1/4, grain at 1/2. What is decoded from these two begins at zero: a network without them can
    be trained on."""

    def __init__(self, widths=WIDTHS, blocks=(0, 1), detail=DETAIL, grain=GRAIN):
        super().__init__()
        self.encoder = Encoder(widths, blocks[0], detail, grain)
        self.decoder = Decoder(widths, blocks[1], detail, grain)
        self.modulation = Modulation(sum(self.decoder.channels), self.decoder.modulated)

    def paint(self, content, style):
        """Features of a content in the style of another picture's features: RGB, not clamped."""
        mean, std = statistics(style)
        return self.decoder(adain(content, mean, std), self.modulation(mean, std))


@torch.no_grad()
def even_phases(layer, pixels=4):
    """Gives all sub-pixels of a channel the same response to flat input, in place.

    Where a convolution writes sub-pixels, nothing else keeps the decoder from painting a grid on
    flat areas: here every phase's kernel has the same sum per input channel, and the same bias.
    """
    weight = layer.weight.unflatten(0, (-1, pixels))
    sums = weight.sum((3, 4), keepdim=True)
    layer.weight.sub_(((sums - sums.mean(1, keepdim=True)) / 9).expand_as(weight).flatten(0, 1))
    layer.bias.copy_(layer.bias.unflatten(0, (-1, pixels)).mean(1).repeat_interleave(pixels))


def save_network(path, network):
    state = {name: value.detach().cpu().numpy() for name, value in network.state_dict().items()}
    write_weights(path, state)


def read_network(path):
    """The network of a file, in the widths and with the blocks that it has."""
    weights = read_weights(path)
    widths = tuple(weights[f"encoder.c{step}.bias"].size for step in range(3))
    blocks = [
        sum(name.startswith(f"{part}.blocks.") and name.endswith("first.bias") for name in weights)
        for part in ("encoder", "decoder")
    ]
    beside = [weights[f"encoder.{name}.bias"].size for name in ("detail", "grain")]
    network = Network(widths, blocks, *beside)
    load_network(path, network)
    return network


def load_network(path, network):
    """Loads weights; blocks, detail, grain and modulation that the file lacks stay as they begin:
    without effect."""
    weights = read_weights(path)
    state = {name: torch.tensor(values) for name, values in weights.items()}
    name = "modulation.first.weight"
    if name in state:
        state[name] = widen_modulation(state[name], sum(network.decoder.channels))
    missing, unexpected = network.load_state_dict(state, strict=False)
    optional = {"blocks", "detail", "grain", "modulation"}
    wrong = [name for name in missing if not optional & set(name.split("."))]
    if wrong := [*unexpected, *wrong]:
        raise ValueError(f"Cannot load {path} as this network: {wrong} do not fit")


def widen_modulation(weight, channels):
    """The first layer's kernels, blind to the means and deviations of channels that are new."""
    parts = [F.pad(part, (0, 0, 0, 0, 0, channels - part.shape[1])) for part in weight.chunk(2, 1)]
    return torch.cat(parts, 1)
