"""Judges model folders and their peers by the paper's losses on pictures that were held out.

    python evaluate.py --content DIR --style DIR --held-out paintings.csv --weights DIR \\
        --model ../fast --model ../fine --out DIR

Writes table.md, results.json and sheets. README.md says what is measured and how.
"""

import argparse
import functools
import json
import pathlib
import statistics
import time

import torch

from checks import check_borders, check_size, draw_alphas, mean_losses
from data import load_squeezed
from gatys import Gatys, remember
from peers import Content, Inverter, OnnxModel, Vgg19, make_microast, make_swap
from protocol import Judge, choose_pairs, format_losses, held_out_pictures, psnr, to_8bit
from report import render
from sheet import draw_grid

SHEET_ROWS = 6


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("--content", "--style", "--weights", "--held-out", "--out"):
        parser.add_argument(name, required=True, type=pathlib.Path)
    parser.add_argument("--leave-out", nargs="*", default=[], help="held-out names not to use")
    parser.add_argument("--model", action="append", default=[], type=pathlib.Path)
    parser.add_argument("--methods", help="names by comma; all models and peers if not given")
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--gatys-pairs", type=int, default=5)
    parser.add_argument("--gatys-iterations", type=int, default=500)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--sizes", default="", help="sides by comma, to judge the models at too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--show",
        action="append",
        nargs=2,
        default=[],
        type=pathlib.Path,
        metavar=("CONTENT", "STYLE"),
        help="a pair for the sheet, in place of the first that are judged",
    )
    parser.add_argument("--format", choices=("jpg", "png"), default="jpg", help="of the sheets")
    return parser.parse_args()


class Evaluation:
    def __init__(self, args):
        self.args = args
        args.out.mkdir(parents=True, exist_ok=True)
        folders = args.content, args.style
        held_out = held_out_pictures(*folders, args.held_out, args.leave_out)
        self.pairs = choose_pairs(*held_out, args.pairs, args.seed)
        self.judge = Judge(args.weights / "adain" / "vgg_normalised_relu4_1.q8.safetensors")
        self.load = functools.cache(lambda path: load_squeezed(path, args.size))
        # About 30 MB of features per photo at 256 x 256.
        self.content_levels = functools.lru_cache(12)(
            lambda path: self.judge.levels(self.load(path))
        )
        self.style_moments = functools.cache(lambda path: self.judge.moments(self.load(path)))
        self.models = {path.resolve().name: path for path in args.model}
        self.makers = self.choose_methods()
        self.results, self.shown = {}, {}

    def choose_methods(self):
        args, folder = self.args, self.args.weights
        makers = {
            name: functools.partial(OnnxModel, path, args.threads)
            for name, path in self.models.items()
        }
        makers |= {
            "vgg19": lambda: Vgg19(folder / "adain"),
            "microast": lambda: make_microast(folder / "microast"),
            "gatys": lambda: Gatys(self.judge, args.gatys_iterations),
            "swap": lambda: make_swap(folder / "vgg_relu3_1"),
            "inverter": lambda: Inverter(folder / "vgg_quarter"),
            "content": Content,
        }
        chosen = args.methods.split(",") if args.methods else list(makers)
        if unknown := sorted(set(chosen) - set(makers)):
            raise ValueError(f"Cannot find methods {unknown}: there are {sorted(makers)}")
        return {name: makers[name] for name in chosen}

    def pictures(self, pair):
        return [self.load(path) for path in pair]

    def measure(self, output, pair):
        """Losses of an output of 8 bit."""
        content, style = pair
        return self.judge.measure(output, self.content_levels(content), self.style_moments(style))

    def prepare_styles(self, method):
        """{path: what the method knows of the style}, and the median of the seconds it took."""
        states, seconds = {}, []
        for path in dict.fromkeys(style for _, style in self.pairs):
            style, start = self.load(path), time.perf_counter()
            states[path] = method.prepare(style)
            seconds.append(time.perf_counter() - start)
        return states, statistics.median(seconds)

    def paint(self, method, pair, state):
        """The output of 8 bit and the seconds it took; Gatys' pictures are kept in files."""
        content = self.load(pair[0])
        if isinstance(method, Gatys):
            return remember(method, content, state, self.name_picture(pair))
        start = time.perf_counter()
        output = to_8bit(method.paint(content, state))
        return output, time.perf_counter() - start

    def name_picture(self, pair):
        size, iterations = self.args.size, self.args.gatys_iterations
        name = f"{pair[0].stem}-{pair[1].stem}-{size}-{iterations}.png"
        return self.args.out / "gatys" / name

    def run(self, name, method):
        """Losses and seconds of each pair, and how well pictures come back unpainted."""
        states, style_seconds = self.prepare_styles(method)
        slow, values = isinstance(method, Gatys), []
        for index, pair in enumerate(self.pairs[: self.args.gatys_pairs] if slow else self.pairs):
            output, seconds = self.paint(method, pair, states[pair[1]])
            values.append(self.measure(output, pair) | {"seconds": seconds})
            if index < SHEET_ROWS and not self.args.show:
                self.shown[name, index] = output, values[-1]
            if slow:
                print(f"  {name} {index + 1}: {format_losses(values[-1])}", flush=True)
        result = {"runtime": method.runtime, "pairs": len(values), **mean_losses(values)}
        result["seconds"] = statistics.median(value["seconds"] for value in values)
        result |= {"style_seconds": style_seconds, "values": values}
        return result if slow or name == "content" else result | self.identity(method, states)

    def identity(self, method, states):
        """PSNR of the content as its own style, and of alpha 0, mean over the photos."""
        own, none = [], []
        for path, style in {content: style for content, style in self.pairs}.items():
            content = self.load(path)
            own.append(psnr(to_8bit(method.paint(content, method.prepare(content))), content))
            none.append(psnr(to_8bit(method.paint(content, states[style], 0)), content))
        return {"psnr_self": statistics.fmean(own), "psnr_alpha_0": statistics.fmean(none)}

    def check(self, name, method):
        sizes = [int(size) for size in self.args.sizes.split(",") if size]
        return {
            "alpha": draw_alphas(method, self, self.args.out / f"alpha-{name}.{self.args.format}"),
            "sizes": {size: check_size(method, self, size) for size in sizes},
            "borders": check_borders(method, self),
        }

    def show(self, name, method):
        """Paints the pairs that were given for the sheet; Gatys' optimisation is too slow."""
        for index, pair in enumerate(self.args.show if not isinstance(method, Gatys) else []):
            output = to_8bit(method.paint(self.load(pair[0]), method.prepare(self.load(pair[1]))))
            self.shown[name, index] = output, self.measure(output, pair)

    def draw_sheet(self):
        names = [name for name in self.results if any(key[0] == name for key in self.shown)]
        names = [name for name in names if name != "content"]
        rows = []
        for index, pair in enumerate(self.args.show or self.pairs[:SHEET_ROWS]):
            row = [(self.load(path), path.name) for path in pair]
            for name in names:
                output, losses = self.shown.get((name, index), (None, None))
                row.append((output, format_losses(losses) if losses else "not computed"))
            rows.append(row)
        sheet = draw_grid(rows, ["content", "style", *names])
        sheet.save(self.args.out / f"sheet.{self.args.format}", quality=90)

    def run_all(self):
        """Runs each method; what is known is written after each, for runs that do not end."""
        checks = {}
        for name, make in self.makers.items():
            method = make()
            self.results[name] = self.run(name, method)
            print(f"{name}: {format_losses(self.results[name])}", flush=True)
            self.show(name, method)
            if name in self.models:
                checks[name] = self.check(name, method)
            text = self.write(checks)
        self.draw_sheet()
        print(text)

    def write(self, checks):
        known = ("size", "seed", "threads", "gatys_iterations")
        report = {"arguments": {key: getattr(self.args, key) for key in known}}
        report["pairs"] = [[path.name for path in pair] for pair in self.pairs]
        report |= {"methods": self.results, "checks": checks}
        (self.args.out / "results.json").write_text(json.dumps(report, indent=1) + "\n")
        text = render(report)
        (self.args.out / "table.md").write_text(text)
        return text


if __name__ == "__main__":
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    Evaluation(options).run_all()
