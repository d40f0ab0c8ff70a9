"""Training pictures in memory, and the pairs that are never trained on."""

import pathlib
import random

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

SUFFIXES = {".jpg", ".jpeg", ".png"}
MAX_SIDE = 320
# How many crops are enlarged up to twice: the pictures are small, and users' are not.
ENLARGED = 0.2
# How many crops are of favoured pictures, where there are some.
FAVOURED = 0.15


def list_pictures(folder):
    return sorted(p for p in pathlib.Path(folder).iterdir() if p.suffix.lower() in SUFFIXES)


def split(paths, held_out):
    """Splits off the files of these names: (training, held out)."""
    held = [path for path in paths if path.name in held_out]
    if not held:
        raise ValueError(f"Cannot hold pictures out: none has one of the {len(held_out)} names")
    return [path for path in paths if path.name not in held_out], held


def load(path):
    with Image.open(path) as picture:
        picture = picture.convert("RGB")
        if min(picture.size) > MAX_SIDE:
            factor = MAX_SIDE / min(picture.size)
            size = [round(side * factor) for side in picture.size]
            picture = picture.resize(size, Image.Resampling.LANCZOS)
        return torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous()


def load_squeezed(path, size):
    """The evaluation's picture: squeezed to a square, RGB 0..1 [1,3,size,size]."""
    with Image.open(path) as picture:
        square = picture.convert("RGB").resize((size, size), Image.Resampling.LANCZOS)
        return torch.from_numpy(np.array(square)).permute(2, 0, 1)[None] / 255


class Crops:
    """Random square crops at random scale, some enlarged, mirrored at random; of some favoured
    pictures more often than of the others."""

    def __init__(self, paths, seed, favoured=()):
        self.pictures = [load(path) for path in paths]
        self.favoured = [load(path) for path in favoured]
        self.random = random.Random(seed)

    def batch(self, count, size):
        return torch.stack([self.crop(size) for _ in range(count)])

    def crop(self, size):
        favoured = self.favoured and self.random.random() < FAVOURED
        picture = self.random.choice(self.favoured if favoured else self.pictures)
        short = min(picture.shape[1:])
        least, most = min(size, short), short
        if self.random.random() < ENLARGED:
            least, most = least // 2, least
        side = self.random.randint(least, most)
        top = self.random.randint(0, picture.shape[1] - side)
        left = self.random.randint(0, picture.shape[2] - side)
        part = picture[None, :, top : top + side, left : left + side].float() / 255
        if side != size:
            part = F.interpolate(part, (size, size), mode="bicubic", antialias=True).clamp(0, 1)
        return part[0].flip(2) if self.random.random() < 0.5 else part[0]
