"""Fits the modulation of the built-in styles to their pictures, in place of the predicted one.

    python fit.py NETWORK --content DIR --quarter FILE [--paintings CSV] [--held-out NAME...]

A style that ships is measured once and painted with for ever, so it may cost a minute: its numbers
in static/styles begin as `deno task styles:measure fast` left them and go down the gradient of the
training's own losses over many photos, the network fixed. The CSV lists file and id of paintings,
files relative to it. Statistics stay as they are, and so do paintings that it does not list.
"""

import argparse
import base64
import csv
import json
import pathlib

import numpy as np
import torch

from data import Crops, list_pictures
from losses import FeaturePool, LossNetwork, painting_loss, painting_losses
from network import adain, read_network

STYLES = pathlib.Path(__file__).parents[2] / "static" / "styles"
MODEL = pathlib.Path(__file__).parents[1] / "fast" / "model.json"
FILES = ("statistics.json", "paintings.json")
SIZE, BATCH, POOL, STYLE_CROPS = 128, 8, 128, 32


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--content", required=True)
    parser.add_argument("--quarter", required=True)
    parser.add_argument("--paintings", type=pathlib.Path, help="CSV: file, id")
    parser.add_argument("--held-out", nargs="*", default=[], help="names of photos not to use")
    parser.add_argument("--iterations", type=int, default=80)
    parser.add_argument("--rate", type=float, default=2e-2)
    parser.add_argument("--style-weight", type=float, default=6)
    parser.add_argument("--grid-weight", type=float, default=4000)
    parser.add_argument("--only", nargs="*", help="ids; default: all")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def pictures_of(paintings):
    """Paths by id, of what ships with its picture and of the paintings of a table."""
    drawn = json.loads((STYLES / "styles.json").read_text())
    found = {style["id"]: STYLES / style["file"] for style in drawn}
    if paintings:
        with paintings.open() as lines:
            for row in csv.DictReader(lines):
                found[row["id"]] = paintings.parent / row["file"]
    return found


class Fitter:
    def __init__(self, args):
        self.args = args
        torch.manual_seed(args.seed)
        self.network = read_network(args.network).requires_grad_(False)
        self.judge = LossNetwork(args.quarter, "quarter")
        photos = [p for p in list_pictures(args.content) if p.name not in set(args.held_out)]
        self.contents = FeaturePool(self.judge, Crops(photos, args.seed), SIZE, POOL)

    def fit(self, picture, numbers):
        """Statistics and modulation of a style as one vector; the same with a fitted modulation."""
        args, decoder = self.args, self.network.decoder
        channels = sum(decoder.channels)
        vector = torch.tensor(numbers)[None, :, None, None]
        mean, std, start = vector.split([channels, channels, vector.shape[1] - 2 * channels], 1)
        modulation = start.clone().requires_grad_()
        optimizer = torch.optim.Adam([modulation], args.rate)
        styles = FeaturePool(self.judge, Crops([picture], args.seed), SIZE, STYLE_CROPS)
        losses = []
        for iteration in range(args.iterations):
            optimizer.param_groups[0]["lr"] = args.rate * (1 - iteration / args.iterations)
            content, content_level, _ = self.contents.sample(BATCH)
            style, _, style_levels = styles.sample(BATCH)
            mixed = adain(self.network.encoder(content), mean, std)
            painted = decoder(mixed, modulation.expand(BATCH, -1, -1, -1))
            faults = painting_losses(self.judge, painted, content_level, style, style_levels)
            optimizer.zero_grad()
            painting_loss(self.judge, faults, args.style_weight, args.grid_weight).backward()
            optimizer.step()
            losses.append(float(faults["style"].detach()))
        fitted = torch.cat([mean, std, modulation.detach()], 1).flatten().numpy()
        tenth = max(1, len(losses) // 10)
        return fitted, np.mean(losses[:tenth]), np.mean(losses[-tenth:])

    def refit(self, identity, picture, packed):
        """The same in base64, as static/styles keeps it."""
        numbers = np.frombuffer(base64.b64decode(packed), "<f4").copy()
        fitted, before, after = self.fit(picture, numbers)
        print(f"{identity}: style loss {before:.3f} -> {after:.3f}", flush=True)
        return base64.b64encode(fitted.astype("<f4").tobytes()).decode()


class Shipped:
    """The numbers of the styles in both files of static/styles."""

    def __init__(self):
        self.version = json.loads(MODEL.read_text())["version"]
        self.files = {name: json.loads((STYLES / name).read_text()) for name in FILES}
        self.drawn = self.files[FILES[0]]["fast"]["styles"]
        self.paintings = {style["id"]: style["statistics"] for style in self.files[FILES[1]]}

    def get(self, identity):
        if identity in self.drawn:
            return self.drawn[identity]["statistics"]
        return self.paintings[identity][self.version]

    def put(self, identity, packed):
        """Changes one style in the files."""
        if identity in self.drawn:
            self.drawn[identity]["statistics"] = packed
        else:
            self.paintings[identity][self.version] = packed
        for name, value in self.files.items():
            (STYLES / name).write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def main():
    args = arguments()
    fitter = Fitter(args)
    for identity, picture in pictures_of(args.paintings).items():
        if args.only is None or identity in args.only:
            packed = fitter.refit(identity, picture, Shipped().get(identity))
            # Read again: another process may be fitting other styles.
            Shipped().put(identity, packed)


if __name__ == "__main__":
    main()
