"""Looks for what small decoders do wrong: grids of their sub-pixels, and borders."""

from statistics import fmean

import torch
from torch.nn import functional as F

from protocol import to_8bit

PERIODS = (2, 4, 8)
BAND = 16
GREYS = (0.1, 0.35, 0.6, 0.85)


def grid_bins(size, period):
    """Frequencies (row, column) that a grid of this period has and one of half of it has not."""
    step = size // period
    found = [(v, u) for v in range(0, size, step) for u in range(0, size, step)]
    return [(v, u) for v, u in found if v % (2 * step) or u % (2 * step)]


def grid_energy(image):
    """{period: energy at the grid's frequencies relative to the spectrum around them}.

    1 where the spectrum is smooth. A Hann window keeps the picture's borders out; the
    neighbours are the bins 3 to 5 away.
    """
    grey = image.mean(1)[0].double()
    size = grey.shape[0]
    window = torch.hann_window(size, dtype=torch.float64)
    power = torch.fft.fft2((grey - grey.mean()) * window[:, None] * window).abs().square()
    around = torch.zeros_like(power)
    reach = range(-5, 6)
    near = [(dy, dx) for dy in reach for dx in reach if max(abs(dy), abs(dx)) >= 3]
    for shift in near:
        around += power.roll(shift, (0, 1)) / len(near)
    result = {}
    for period in PERIODS:
        rows, columns = zip(*grid_bins(size, period))
        result[period] = float((power[rows, columns] / (around[rows, columns] + 1e-12)).mean())
    return result


def halo(image):
    """Mean absolute difference, in 8-bit steps, of mean and deviation (per colour) between the
    border band of 16 pixels and the inside."""
    inside = torch.zeros(image.shape[2:], dtype=torch.bool)
    inside[BAND:-BAND, BAND:-BAND] = True
    inner, band = image[0][:, inside] * 255, image[0][:, ~inside] * 255
    means = (inner.mean(1) - band.mean(1)).abs().mean()
    return float(means + (inner.std(1) - band.std(1)).abs().mean()) / 2


def flat_inputs(size):
    return [torch.full((1, 3, size, size), grey) for grey in GREYS]


def tiled_inputs(size):
    """One random tile as wide as the band, repeated: the band's statistics are the inside's, so
    what differs at the border, the network has done."""
    generator = torch.Generator().manual_seed(1)
    tile = torch.rand((1, 3, BAND // 4, BAND // 4), generator=generator)
    tile = F.interpolate(tile, scale_factor=4).tile(1, 1, size // BAND, size // BAND)
    return [to_8bit(tile * 0.6 + grey / 2) for grey in GREYS]


def border_report(method, states, size=256):
    """Halo on flat and on tiled inputs, and what a flat input's inside deviates: the grid."""
    flat = [method.paint(x, state).clamp(0, 1) for x in flat_inputs(size) for state in states]
    tiled = [method.paint(x, state).clamp(0, 1) for x in tiled_inputs(size) for state in states]
    inside = slice(4 * BAND, -4 * BAND)
    return {
        "halo_flat": fmean(halo(x) for x in flat),
        "halo_tiled": fmean(halo(x) for x in tiled),
        "grid_flat": fmean(float(x[0, :, inside, inside].std((1, 2)).mean()) * 255 for x in flat),
    }
