"""What is asked of a model of our own beyond the table: other strengths, other sizes, borders."""

import statistics
import time

from data import load_squeezed
from diagnose import PERIODS, border_report, grid_energy
from protocol import LOSSES, format_losses, to_8bit
from sheet import draw_curves, draw_grid, stack

ALPHAS = (0, 0.25, 0.5, 0.75, 1)
ALPHA_ROWS, ALPHA_PAIRS, SIZE_PAIRS = 3, 10, 4


def mean_losses(values):
    return {key: statistics.fmean(value[key] for value in values) for key in LOSSES}


def draw_alphas(method, evaluation, path):
    """Draws pictures and losses over alpha; returns the losses, mean over the first pairs."""
    points, rows = {}, []
    for alpha in ALPHAS:
        values = []
        for index, pair in enumerate(evaluation.pairs[:ALPHA_PAIRS]):
            content, style = evaluation.pictures(pair)
            output = to_8bit(method.paint(content, method.prepare(style), alpha))
            values.append(evaluation.measure(output, pair))
            if index < ALPHA_ROWS:
                rows += [[(style, pair[1].name)]] if alpha == 0 else []
                rows[index].append((output, format_losses(values[-1])))
        points[alpha] = mean_losses(values)
    grid = draw_grid(rows, ["style", *(f"alpha {alpha:g}" for alpha in ALPHAS)])
    stack(grid, draw_curves(points, grid.width)).save(path, quality=90)
    return points


def check_size(method, evaluation, size):
    """Losses and grid energies on the first pairs, squeezed to another size."""
    judge, values, grids = evaluation.judge, [], {"output": [], "content": []}
    for pair in evaluation.pairs[:SIZE_PAIRS]:
        content, style = (load_squeezed(path, size) for path in pair)
        state = method.prepare(style)
        start = time.perf_counter()
        output = to_8bit(method.paint(content, state))
        seconds = time.perf_counter() - start
        found = judge.measure(output, judge.levels(content), judge.moments(style))
        values.append(found | {"seconds": seconds})
        grids["output"].append(grid_energy(output))
        grids["content"].append(grid_energy(content))
    result = mean_losses(values)
    result["seconds"] = statistics.median(value["seconds"] for value in values)
    for kind, energies in grids.items():
        result[f"grid_{kind}"] = {p: statistics.fmean(e[p] for e in energies) for p in PERIODS}
    return result


def check_borders(method, evaluation):
    """Halo and grid on drawn inputs, under the first pairs' styles."""
    pairs = evaluation.pairs[:SIZE_PAIRS]
    return border_report(method, [method.prepare(evaluation.pictures(pair)[1]) for pair in pairs])
