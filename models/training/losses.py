"""Loss networks: the paper's VGG-19, and the quarter-width VGG that stands in for it cheaply."""

import random

import torch
from torch import nn
from torch.nn import functional as F

from moments import adain, statistics
from weights import read_weights
from winograd import Convolution, fits

FULL = {2: 0, 5: 1, 9: 1, 12: 2, 16: 2, 19: 2, 22: 2, 25: 3, 29: 3}
QUARTER = ("11", "12", "21", "22", "31", "32", "33", "34", "41")
POOL_AFTER = {5, 12, 25, "12", "22", "34"}
LEVELS = {2, 9, 16, 29, "11", "21", "31", "41"}
# The stand-in's losses are about this much smaller than VGG-19's, for the same pictures.
QUARTER_SCALE = 2.4
# Pairs that a crop's features are used in.
PAIRS_EACH = 8
# Windows of the grid loss: cells a side, and energy (of colours 0..1) that nobody sees.
GRID_CELLS, GRID_UNSEEN = 4, 6e-5


def rectified(weight, bias):
    """A 3x3 convolution with reflection padding and ReLU, as the device does it fastest."""
    if fits(weight):
        return Convolution(weight, bias)
    weight = weight.contiguous(memory_format=torch.channels_last)
    return lambda x: F.relu_(F.conv2d(F.pad(x, (1, 1, 1, 1), "reflect"), weight, bias))


class LossNetwork(nn.Module):
    """Features at relu1_1, 2_1, 3_1 and 4_1 of VGG-19, or their approximation."""

    def __init__(self, path, kind, device="cpu"):
        super().__init__()
        self.device = device
        weights = {k: torch.tensor(v, device=device) for k, v in read_weights(path).items()}
        self.kind = kind
        self.keys = list(FULL) if kind == "full" else list(QUARTER)
        name = (lambda key: f"{key}") if kind == "full" else (lambda key: f"enc.conv{key}")
        self.quarter = kind == "quarter"
        first = "0" if kind == "full" else "enc.conv0"
        self.colour = (weights[f"{first}.weight"], weights[f"{first}.bias"])
        self.layers = {}
        for key in self.keys:
            weight, bias = (weights[f"{name(key)}.{part}"] for part in ("weight", "bias"))
            self.layers[key] = rectified(weight, bias)
        self.embeddings = {
            key: (weights[f"enc.conv{key}_aux.weight"], weights[f"enc.conv{key}_aux.bias"])
            for key in self.keys
            if self.quarter and key in LEVELS
        }

    def forward(self, image):
        x = F.conv2d(image, *self.colour)
        levels = []
        for key in self.keys:
            x = self.layers[key](x)
            if key in LEVELS:
                levels.append(self.embed(key, x) if self.quarter else x)
            if key in POOL_AFTER:
                x = F.max_pool2d(x, 2, ceil_mode=True)
        return levels

    def embed(self, key, x):
        """As wide as VGG-19's level. Wide maps of full size cost more than all else here, and the
        first two levels are for statistics only: of them a quarter of the positions, at random."""
        if key in ("11", "21"):
            row, column = random.randrange(2), random.randrange(2)
            x = x[:, :, row::2, column::2].contiguous(memory_format=torch.channels_last)
        return F.relu_(F.conv2d(x, *self.embeddings[key]))


class FeaturePool:
    """Crops with their features: for each batch an eighth as many are renewed.

    The features of content and style are two thirds of a training step's arithmetic; here each is
    computed once and used in about eight pairs.
    """

    def __init__(self, judge, crops, size, capacity):
        self.judge, self.crops, self.size, self.capacity = judge, crops, size, capacity
        self.entries, self.next, self.due = [], 0, 0
        while len(self.entries) < min(32, capacity):
            self.renew(8)

    @torch.no_grad()
    def renew(self, count):
        images = self.crops.batch(count, self.size).to(self.judge.device)
        levels = self.judge(images)
        moments = [statistics(level) for level in levels]
        for i in range(count):
            own = [(mean[i : i + 1], std[i : i + 1]) for mean, std in moments]
            entry = (images[i : i + 1], levels[3][i : i + 1].clone(), own)
            if len(self.entries) < self.capacity:
                self.entries.append(entry)
            else:
                self.entries[self.next % self.capacity] = entry
            self.next += 1

    def sample(self, count):
        """Images, relu4_1 features, and (mean, std) of the four levels."""
        self.due += count
        if self.due >= PAIRS_EACH:
            self.renew(self.due // PAIRS_EACH)
            self.due %= PAIRS_EACH
        chosen = self.crops.random.sample(self.entries, count)
        images, features, moments = zip(*chosen)
        levels = [
            tuple(torch.cat([entry[level][part] for entry in moments]) for part in (0, 1))
            for level in range(4)
        ]
        return torch.cat(images), torch.cat(features), levels


def style_loss(levels, targets):
    """Eq. 13: squared errors of means and deviations over four levels; mean over channels."""
    total = 0
    for level, (mean, std) in zip(levels, targets):
        own_mean, own_std = statistics(level)
        total = total + F.mse_loss(own_mean, mean) + F.mse_loss(own_std, std)
    return total


def colour_loss(image, target):
    """Squared errors of the mean and the covariance of RGB."""

    def moments(x):
        flat = x.flatten(2)
        mean = flat.mean(2, keepdim=True)
        centred = flat - mean
        return mean[:, :, 0], centred @ centred.transpose(1, 2) / flat.shape[2]

    (mean, covariance), (target_mean, target_covariance) = moments(image), moments(target)
    return F.mse_loss(mean, target_mean) + 10 * F.mse_loss(covariance, target_covariance)


def grid_loss(image, period=8):
    """What repeats with the decoder's stride: the share of detail that is left of it averaged by
    phase over windows of 4 x 4 cells, above the 1/16 that is left of noise.

    A grid is left whole. A share, not an energy: a faint grid in a sky is seen, and edges and brush
    strokes should not be made faint for theirs.
    """
    padded = F.pad(image, (2, 2, 2, 2), "reflect")
    detail = image - F.avg_pool2d(padded, 5, 1)
    phases = F.pixel_unshuffle(detail, period).unflatten(1, (image.shape[1], period * period))
    count, colours, cells = phases.shape[:3]

    def windows(values):
        means = F.avg_pool2d(values.flatten(0, 1), GRID_CELLS, GRID_CELLS // 2)
        return means.view(count, colours, cells, -1)

    kept = windows(phases).square().mean(2)
    share = kept / (windows(phases.square()).mean(2) + GRID_UNSEEN)
    return F.relu(share - GRID_CELLS**-2).mean()


def painting_losses(judge, painted, content_level, style, style_levels):
    """What is wrong with painted pictures, by name: content's relu4_1 and style's moments are known."""
    levels = judge(painted)
    return {
        "content": F.mse_loss(levels[3], adain(content_level, *style_levels[3])),
        "style": style_loss(levels, style_levels),
        "colour": colour_loss(painted, style),
        "range": (painted - painted.clamp(0, 1)).square().mean(),
        "grid": grid_loss(painted),
    }


def painting_loss(judge, faults, style_weight, grid_weight):
    """What is minimised of them."""
    scale = QUARTER_SCALE if judge.quarter else 1
    total = scale * (faults["content"] + style_weight * faults["style"])
    total = total + 2 * style_weight * faults["colour"] + 10 * faults["range"]
    return total + grid_weight * faults["grid"]
