"""Muon (Jordan et al. 2024): momentum whose kernel updates are made orthogonal.

A few thousand iterations are all that a CPU affords; steps that move all directions of a kernel
alike get further in them than Adam's.
"""

import torch

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
STEPS = 5


def orthogonalise(matrix):
    """About U V^T of a matrix U S V^T, by Newton-Schulz iterations of degree five."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if tall else matrix) / (matrix.norm() + 1e-7)
    a, b, c = COEFFICIENTS
    for _ in range(STEPS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """For kernels [O,I,3,3] as matrices [O,9I]; steps have the root mean square of Adam's."""

    def __init__(self, kernels, rate, momentum=0.95):
        super().__init__(kernels, {"lr": rate, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for kernel in group["params"]:
                if kernel.grad is None:
                    continue
                state = self.state[kernel]
                mean = state.setdefault("mean", torch.zeros_like(kernel))
                mean.lerp_(kernel.grad, 1 - group["momentum"])
                ahead = kernel.grad.lerp(mean, group["momentum"]).flatten(1)
                size = 0.2 * max(ahead.shape) ** 0.5
                kernel.sub_(group["lr"] * size * orthogonalise(ahead).view_as(kernel))
