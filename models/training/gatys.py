"""Gatys et al. 2016 on the paper's losses: the picture itself is optimised, from the content on."""

import torch
from torch.nn import functional as F

from protocol import adain, style_distance

STYLE_WEIGHT = 10


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
        image = content.clone().requires_grad_()
        optimizer = torch.optim.LBFGS(
            [image], max_iter=self.iterations, max_eval=self.iterations, history_size=20,
            tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe",
        )

        def evaluate():
            optimizer.zero_grad()
            levels = self.judge.levels(image)
            outside = (image - image.clamp(0, 1)).square().mean()
            loss = F.mse_loss(levels[3], target) + STYLE_WEIGHT * style_distance(levels, state)
            loss = loss + 1000 * outside
            loss.backward()
            return loss

        optimizer.step(evaluate)
        return image.detach()
