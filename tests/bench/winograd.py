"""Times the training's convolutions against PyTorch's: python tests/bench/winograd.py

Needs PyTorch, g++ and ninja. The eight 3x3 convolutions of VGG-19 between relu1_1 and relu4_1, each
with its gradient, four pictures of 128 x 128, one thread, by turns; medians.
"""

import pathlib
import sys
import time
from statistics import median

import torch
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "models" / "training"))
from winograd import Convolution  # noqa: E402

ROUNDS, PICTURES = 9, 4
# Channels in, channels out, side, how many of them.
LAYERS = [(64, 64, 128, 1), (64, 128, 64, 1), (128, 128, 64, 1), (128, 256, 32, 1)]
LAYERS += [(256, 256, 32, 3), (256, 512, 16, 1)]


def seconds(convolve, x, gradient):
    start = time.perf_counter()
    torch.autograd.grad(convolve(x), x, gradient)
    return time.perf_counter() - start


def measure(inputs, outputs, side):
    """Median seconds of PyTorch's and of Winograd's, in channels-last order."""
    last = {"memory_format": torch.channels_last}
    weight, bias = torch.randn(outputs, inputs, 3, 3), torch.randn(outputs)
    x = torch.randn(PICTURES, inputs, side, side).contiguous(**last).requires_grad_()
    gradient = torch.randn(PICTURES, outputs, side, side).contiguous(**last)
    ordered = weight.contiguous(**last)

    def plain(x):
        return F.relu_(F.conv2d(F.pad(x, (1, 1, 1, 1), "reflect"), ordered, bias))

    methods = [plain, Convolution(weight, bias)]
    rounds = [[seconds(method, x, gradient) for method in methods] for _ in range(ROUNDS + 1)]
    return [median(times) for times in zip(*rounds[1:])]


def main():
    torch.set_num_threads(1)
    print("| layer | PyTorch ms | Winograd ms | ratio |\n| --- | ---: | ---: | ---: |")
    totals = [0, 0]
    for inputs, outputs, side, count in LAYERS:
        times = measure(inputs, outputs, side)
        totals = [total + count * spent for total, spent in zip(totals, times)]
        report(f"{count} of {inputs} to {outputs} at {side}", *times)
    report("all", *totals)


def report(name, plain, ours):
    print(f"| {name} | {plain * 1e3:.1f} | {ours * 1e3:.1f} | {ours / plain:.2f} |", flush=True)


if __name__ == "__main__":
    main()
