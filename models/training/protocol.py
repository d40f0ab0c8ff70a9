"""The evaluation's protocol: which pictures, and how an output is judged."""

import csv
import math
import random

import torch
from torch.nn import functional as F

from data import list_pictures, split
from losses import LossNetwork
from moments import EPSILON

NEVER_TRAINED = "kodak"
LOSSES = ("content", "style", "structure")


def held_out_names(table, contents):
    """File names that no training uses: the table's paintings, and the Kodak photos."""
    with open(table, newline="") as file:
        names = {row["file"].rpartition("/")[2] for row in csv.DictReader(file)}
    return names | {path.name for path in contents if path.name.startswith(NEVER_TRAINED)}


def held_out_pictures(content, style, table, left_out=()):
    """(photos, paintings) that `train.py --held-out` with the same names never saw.

    left_out: file names of those that the training may know from other copies.
    """
    folders = list_pictures(content), list_pictures(style)
    names = held_out_names(table, folders[0]) - set(left_out)
    return [split(paths, names)[1] for paths in folders]


def choose_pairs(contents, styles, count, seed):
    """Pairs of a square grid, diagonal by diagonal: any beginning uses each picture about as often.

    A smaller count takes its pictures from those of a greater one.
    """
    side = math.ceil(math.sqrt(count))
    if side > min(len(contents), len(styles)):
        raise ValueError(f"Cannot choose {count} pairs from {len(contents)} x {len(styles)}")
    contents, styles = list(contents), list(styles)
    for offset, paths in enumerate((contents, styles)):
        random.Random(seed + offset).shuffle(paths)
    return [(contents[k % side], styles[(k + k // side) % side]) for k in range(count)]


def moments(features):
    """Mean and sqrt(unbiased variance + 1e-5) per channel, [1,C,1,1] each."""
    mean = features.mean((2, 3), keepdim=True)
    return mean, (features.var((2, 3), keepdim=True) + EPSILON).sqrt()


def adain(features, style, alpha=1):
    """Features with the style's (mean, std), mixed with themselves by 1 - alpha."""
    (mean, std), (style_mean, style_std) = moments(features), style
    return alpha * ((features - mean) / std * style_std + style_mean) + (1 - alpha) * features


def to_8bit(image):
    """Clamps to 0..1 and rounds to 255ths, as a saved picture has it."""
    return (image.clamp(0, 1) * 255).round() / 255


def psnr(image, reference):
    """Decibels between two pictures of 0..1."""
    return -10 * math.log10(max(float((image - reference).square().mean()), 1e-12))


class Judge:
    """The paper's losses, in its own VGG-19."""

    def __init__(self, path):
        self.network = LossNetwork(path, "full")

    def levels(self, image):
        """Features at relu1_1, 2_1, 3_1, 4_1."""
        return self.network(image)

    def moments(self, image):
        return [moments(level) for level in self.levels(image)]

    def measure(self, output, content_levels, style_moments):
        """Content (Eq. 12), style (Eq. 13) and structure loss of a picture of 8 bit."""
        levels = self.levels(output)
        target = adain(content_levels[3], style_moments[3])
        pairs = zip(levels, content_levels)
        angles = [1 - F.cosine_similarity(*pair, dim=1).mean() for pair in pairs]
        return {
            "content": float(F.mse_loss(levels[3], target)),
            "style": float(style_distance(levels, style_moments)),
            "structure": float(torch.stack(angles).mean()),
        }


def style_distance(levels, style_moments):
    """Eq. 13: squared errors of means and deviations, mean over channels, sum over levels."""
    total = 0
    for level, (mean, std) in zip(levels, style_moments):
        own_mean, own_std = moments(level)
        total = total + F.mse_loss(own_mean, mean) + F.mse_loss(own_std, std)
    return total


def format_losses(losses):
    return " / ".join(f"{losses[key]:.3f}" for key in LOSSES)
