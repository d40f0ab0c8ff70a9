"""Gatys et al. 2016 on the paper's losses: the picture itself is optimised, from the content on."""

import time

import numpy as np
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from torch.nn import functional as F

from protocol import adain, style_distance, to_8bit
from sheet import to_pillow

STYLE_WEIGHT, RANGE_WEIGHT = 10, 1000


class Gatys:
    runtime = "torch"

    def __init__(self, judge, iterations):
        self.judge, self.iterations = judge, iterations

    def prepare(self, style):
        return self.judge.moments(style)

    @torch.enable_grad()
    def paint(self, content, state, alpha=1):
        """L-BFGS, one evaluation of the losses per iteration; alpha is not used."""
        with torch.no_grad():
            target = adain(self.judge.levels(content)[3], state[3])
        image = content.contiguous().clone().requires_grad_()
        options = {"max_iter": self.iterations, "max_eval": self.iterations, "history_size": 20}
        options |= {"tolerance_grad": 0, "tolerance_change": 0, "line_search_fn": "strong_wolfe"}
        optimizer = torch.optim.LBFGS([image], **options)

        def evaluate():
            optimizer.zero_grad()
            levels = self.judge.levels(image)
            outside = (image - image.clamp(0, 1)).square().mean()
            loss = F.mse_loss(levels[3], target) + STYLE_WEIGHT * style_distance(levels, state)
            loss = loss + RANGE_WEIGHT * outside
            loss.backward()
            return loss

        optimizer.step(evaluate)
        return image.detach()


def remember(method, content, state, path):
    """The output of 8 bit and its seconds: from an earlier run's file, or painted and saved."""
    if not path.exists():
        start = time.perf_counter()
        output = to_8bit(method.paint(content, state))
        facts = PngInfo()
        facts.add_text("seconds", f"{time.perf_counter() - start:.3f}")
        path.parent.mkdir(parents=True, exist_ok=True)
        to_pillow(output).save(path, pnginfo=facts)
    with Image.open(path) as picture:
        values = torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None] / 255
        return values, float(picture.text["seconds"])
