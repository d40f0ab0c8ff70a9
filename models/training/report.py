"""The evaluation's results as Markdown."""

import statistics

from protocol import LOSSES


def table(titles, rows):
    lines = [titles, ["---", *["---:"] * (len(titles) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def number(value, digits=3):
    return "" if value is None else f"{value:.{digits}f}"


def main_table(methods):
    titles = ["method", "pairs", "content loss", "style loss", "structure"]
    titles += ["PSNR own style, dB", "PSNR alpha 0, dB", "s per picture", "s per style", "runtime"]
    rows = []
    for name, found in methods.items():
        row = [name, found["pairs"], *(number(found[key]) for key in LOSSES)]
        row += [number(found.get(key), 1) for key in ("psnr_self", "psnr_alpha_0")]
        timed = found["runtime"] != "none"
        row += [number(found[key] if timed else None) for key in ("seconds", "style_seconds")]
        rows.append([*row, found["runtime"]])
    return table(titles, rows)


def subset_table(methods):
    """All methods on the pairs that the slowest was run on."""
    count = min(found["pairs"] for found in methods.values())
    rows = []
    for name, found in methods.items():
        means = (statistics.fmean(v[key] for v in found["values"][:count]) for key in LOSSES)
        rows.append([name, *map(number, means)])
    return f"The first {count} pair(s) alone:\n\n" + table(["method", *LOSSES], rows)


def alpha_table(checks):
    rows = [
        [name, f"{alpha:g}", *(number(losses[key]) for key in LOSSES)]
        for name, found in checks.items()
        for alpha, losses in found["alpha"].items()
    ]
    return table(["model", "alpha", *LOSSES], rows)


def size_table(checks):
    titles = ["model", "size", *LOSSES, "s per picture"]
    titles += ["grid 2 px (content)", "grid 4 px (content)", "grid 8 px (content)"]
    rows = []
    for name, found in checks.items():
        for size, values in found["sizes"].items():
            pairs = zip(values["grid_output"].values(), values["grid_content"].values())
            grids = [f"{output:.2f} ({content:.2f})" for output, content in pairs]
            losses = [number(values[key]) for key in (*LOSSES, "seconds")]
            rows.append([name, size, *losses, *grids])
    return table(titles, rows)


def border_table(checks):
    keys = ("halo_flat", "halo_tiled", "grid_flat")
    rows = [
        [name, *(number(found["borders"][key], 2) for key in keys)]
        for name, found in checks.items()
    ]
    return table(["model", "halo, flat", "halo, tiles", "grid, flat"], rows)


def render(report):
    arguments, methods, checks = report["arguments"], report["methods"], report["checks"]
    head = f"{len(report['pairs'])} held-out pairs at {arguments['size']} x {arguments['size']}"
    head += f", seed {arguments['seed']}, {arguments['threads']} thread(s)"
    parts = [f"# Evaluation\n\n{head}; losses are means, seconds are medians.\n"]
    parts.append(main_table(methods))
    if len({found["pairs"] for found in methods.values()}) > 1:
        parts.append(subset_table(methods))
    if checks:
        parts.append("## Strength\n\n" + alpha_table(checks))
        parts.append("## Sizes\n\n" + size_table(checks))
        parts.append("## Borders and grids, in 8-bit steps\n\n" + border_table(checks))
    return "\n".join(parts)
