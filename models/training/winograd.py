"""3x3 convolutions of a loss network on a CPU, by Winograd's F(4x4, 3x3) in C++.

The judge's convolutions are most of a training step. One core does them, with their gradient, in
0.4 of the time of PyTorch's (tests/bench/winograd.py), to a relative error of about 2e-6.
"""

import functools
import pathlib
import shutil

import torch
from torch.utils import cpp_extension

from filtering import REACH, TO_KERNEL, both_ways

POINTS, PANEL = REACH**2, 16


@functools.cache
def native():
    """The compiled functions, or None where there is no compiler."""
    if not (shutil.which("g++") and shutil.which("ninja")):
        return None
    source = pathlib.Path(__file__).with_name("winograd.cpp")
    return cpp_extension.load("winograd", str(source), extra_cflags=["-O3", "-march=native"])


def fits(weight):
    """Whether a kernel [K,C,3,3] can be used: on a CPU, with widths in multiples of 16."""
    wide = all(width % PANEL == 0 for width in weight.shape[:2])
    return weight.device.type == "cpu" and wide and native() is not None


def transform(weight):
    """Kernels [K,C,3,3] -> [36,K/16,C,16], as the C++ reads them."""
    matrix = torch.tensor(both_ways(TO_KERNEL), dtype=weight.dtype)
    points = matrix @ weight.permute(2, 3, 1, 0).flatten(0, 1).flatten(1)
    panels = points.reshape(POINTS, weight.shape[1], -1, PANEL)
    return panels.transpose(1, 2).contiguous()


class Rectified(torch.autograd.Function):
    """relu(conv(x) + bias) with reflection padding; no gradient of kernels and bias."""

    @staticmethod
    def forward(context, x, kernels, turned, bias):
        output = native().forward(x.permute(0, 2, 3, 1).contiguous(), kernels, bias)
        context.save_for_backward(output, turned)
        return output.permute(0, 3, 1, 2)

    @staticmethod
    def backward(context, gradient):
        output, turned = context.saved_tensors
        gradient = gradient.permute(0, 2, 3, 1).contiguous()
        return native().backward(gradient, output, turned).permute(0, 3, 1, 2), None, None, None


class Convolution:
    """A fixed 3x3 convolution [K,C,3,3] with ReLU, of maps [N,C,H,W] in channels-last order."""

    def __init__(self, weight, bias):
        self.kernels, self.bias = transform(weight), bias
        self.turned = transform(weight.flip(2, 3).transpose(0, 1))

    def __call__(self, x):
        return Rectified.apply(x, self.kernels, self.turned, self.bias)
