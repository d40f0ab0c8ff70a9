"""Trains the small network from random weights, resumably.

    python train.py --content DIR --style DIR --quarter FILE --full FILE --run DIR

Three phases by iteration: reconstruction alone (a small network that meets the style loss at once
loses its colours for good), then the paper's losses through a quarter-width VGG, then through
the paper's VGG-19 itself. A picture costs a quarter as much through the stand-in, whose gradient
agrees with VGG-19's far better (cosine 0.8) than those of two batches of four do (0.1): so most
iterations use it. A run that is started again goes on at its last checkpoint.
"""

import argparse
import copy
import json
import math
import pathlib
import time

import torch
from torch.nn import functional as F

from data import Crops, list_pictures, split
from losses import FeaturePool, LossNetwork, painting_loss, painting_losses
from moments import statistics
from muon import Muon
from network import Network, load_network, save_network
from sheet import draw_grid

# Learning rate of the layers of detail and grain, times that of the others.
DETAIL_PACE = 4
# The same of offsets: where they move as fast as kernels, more and more units stop to fire for good.
OFFSET_PACE = 0.3
# The same of the modulation's layers: many units act on each number together.
MODULATION_PACE = 0.1
# Styles that the first layer of the modulation is scaled to.
BEGIN_STYLES = 256
SAMPLES, SAMPLE_SIZE, SAMPLE_EVERY = 4, 256, 500


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--content", "--style", "--quarter", "--full", "--run"):
        parser.add_argument(name, required=True)
    parser.add_argument("--catalog", help="styles to paint best: more crops are of these")
    parser.add_argument("--start", help="weights to begin with instead of random ones")
    parser.add_argument("--widths", type=int, nargs=3, default=(24, 48, 96))
    parser.add_argument("--blocks", type=int, nargs=2, default=(0, 1), help="encoder's, decoder's")
    parser.add_argument("--detail", type=int, default=16, help="channels at a quarter of the size")
    parser.add_argument("--grain", type=int, default=4, help="the same at half the size")
    parser.add_argument("--only", default="", help="trains what has this in its name alone")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--held-out", nargs="+", required=True, help="names never trained on")
    parser.add_argument("--warmup", type=int, default=400)
    parser.add_argument("--cheap", type=int, default=8000, help="iterations on the quarter VGG")
    parser.add_argument("--costly", type=int, default=1000, help="iterations on the full VGG")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--costly-batch", type=int, default=4)
    parser.add_argument("--size", type=int, default=128, help="side of the crops")
    parser.add_argument("--costly-size", type=int, default=192, help="the same on the full VGG")
    parser.add_argument("--pool", type=int, default=256, help="crops whose features are kept")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--style-weight", type=float, default=6)
    parser.add_argument("--ramp", type=int, default=1500, help="iterations in which it grows")
    parser.add_argument("--same-weight", type=float, default=5, help="pixels that should come back")
    parser.add_argument("--identity-weight", type=float, default=0, help="the same in relu4_1")
    parser.add_argument("--grid-weight", type=float, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


class Trainer:
    def __init__(self, args):
        self.args = args
        self.run = pathlib.Path(args.run)
        self.run.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(args.seed)
        network = Network(tuple(args.widths), tuple(args.blocks), args.detail, args.grain)
        if args.start:
            load_network(args.start, network)
        self.network = network.to(args.device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network)
        self.optimizers = self.make_optimizers()
        self.iteration = 0
        self.total = args.warmup + args.cheap + args.costly
        self.resume()
        for network in (self.network, self.average):
            network.decoder.even_phases()
        catalog = list_pictures(args.catalog) if args.catalog else []
        self.contents, contents = self.pictures(args.content, 0)
        self.styles, styles = self.pictures(args.style, 1, catalog)
        self.begin_modulation()
        self.samples = [crops.batch(SAMPLES, SAMPLE_SIZE) for crops in (contents, styles)]
        self.pools, self.judge = None, None

    @torch.no_grad()
    def begin_modulation(self):
        """Where nothing is predicted yet."""
        if self.network.modulation.second.weight.any():
            return
        styles = self.styles.batch(BEGIN_STYLES, self.args.size).to(self.args.device)
        moments = statistics(self.network.encoder(styles))
        self.network.modulation.begin(*moments)
        self.average.modulation.load_state_dict(self.network.modulation.state_dict())

    def make_optimizers(self):
        """Muon for kernels of 3x3; it is too slow for what mixes detail and grain, begun at zero."""
        values = dict(self.network.named_parameters())
        for name in [name for name in values if self.args.only not in name]:
            values.pop(name).requires_grad_(False)
        beside = [name for name in values if {"detail", "grain"} & set(name.split("."))]
        detail = [values.pop(name) for name in beside]
        mixers = [values.pop(name) for name in list(values) if name.startswith("modulation.")]
        kernels = [value for value in values.values() if value.ndim == 4]
        biases = [value for value in values.values() if value.ndim == 1]
        groups = [
            {"params": biases, "pace": OFFSET_PACE},
            {"params": mixers, "pace": MODULATION_PACE},
            {"params": detail, "pace": DETAIL_PACE},
        ]
        muon = [Muon(kernels, self.args.rate)] if kernels else []
        return [*muon, torch.optim.Adam(groups, self.args.rate)]

    def pictures(self, folder, offset, favoured=()):
        """Crops of the training pictures, and of those that are held out."""
        kept, held = split(list_pictures(folder), set(self.args.held_out))
        seed = self.args.seed + offset
        return Crops(kept, seed + self.iteration, favoured), Crops(held, seed)

    def resume(self):
        path = self.run / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location=self.args.device)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        for optimizer, known in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(known)
        self.iteration = state["iteration"]

    def save(self):
        state = {"iteration": self.iteration, "network": self.network.state_dict()}
        state["average"] = self.average.state_dict()
        state["optimizers"] = [optimizer.state_dict() for optimizer in self.optimizers]
        torch.save(state, self.run / "checkpoint.tmp")
        (self.run / "checkpoint.tmp").rename(self.run / "checkpoint.pt")
        save_network(self.run / "network.safetensors", self.average)

    @torch.no_grad()
    def draw(self):
        """Held-out contents in held-out styles, as the averaged weights paint them now."""
        content, style = (part.to(self.args.device) for part in self.samples)
        encoder = self.average.encoder
        painted = self.average.paint(encoder(content), encoder(style))
        columns = [part.cpu().split(1) for part in (content, style, painted)]
        rows = [[(image, "") for image in row] for row in zip(*columns)]
        sheet = draw_grid(rows, ["content", "style", "painted"])
        sheet.save(self.run / f"sample-{self.iteration:06}.jpg")

    def rate(self):
        done = min(1, self.iteration / self.total)
        start = min(1, (self.iteration + 1) / 100)
        return self.args.rate * start * (0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2)

    def style_weight(self):
        after = self.iteration - self.args.warmup
        grown = min(1, max(0.02, after / max(1, self.args.ramp)))
        return self.args.style_weight * grown if after >= 0 else 0

    def enter_phase(self, costly):
        """Loads the phase's loss network and fills its pools of pictures with known features."""
        args = self.args
        kind = "full" if costly else "quarter"
        if self.pools is None or self.judge.kind != kind:
            self.judge = LossNetwork(args.full if costly else args.quarter, kind, args.device)
            size = args.costly_size if costly else args.size
            self.pools = [
                FeaturePool(self.judge, crops, size, args.pool)
                for crops in (self.contents, self.styles)
            ]

    def repeat(self, features):
        """Pictures that should come back: by turns as their own style and without any."""
        modulation = self.network.modulation(*statistics(features))
        modulation[1::2] = 0
        return self.network.decoder(features, modulation)

    def losses(self):
        args = self.args
        costly = self.iteration >= args.warmup + args.cheap
        self.enter_phase(costly)
        count = args.costly_batch if costly else args.batch
        content, content_level, _ = self.pools[0].sample(count)
        content = content.contiguous(memory_format=torch.channels_last)
        features = self.network.encoder(content)
        weight = self.style_weight()
        half = count if weight == 0 else max(1, count // 4)
        same = self.repeat(features[:half])
        result = {"same": F.l1_loss(same, content[:half])}
        if weight == 0 or args.identity_weight:
            result["identity"] = F.mse_loss(self.judge(same)[3], content_level[:half])
        if weight == 0:
            return 10 * result["same"] + result["identity"], result
        style, _, style_levels = self.pools[1].sample(count)
        painted = self.network.paint(features, self.network.encoder(style))
        faults = painting_losses(self.judge, painted, content_level, style, style_levels)
        total = painting_loss(self.judge, faults, weight, args.grid_weight)
        total = total + args.same_weight * result["same"]
        return total + args.identity_weight * result.get("identity", 0), result | faults

    def step(self):
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.rate() * group.get("pace", 1)
            optimizer.zero_grad()
        total, parts = self.losses()
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 10)
        for optimizer in self.optimizers:
            optimizer.step()
        self.network.decoder.even_phases()
        self.iteration += 1
        decay = min(0.998, self.iteration / (self.iteration + 20))
        with torch.no_grad():
            for mean, value in zip(self.average.parameters(), self.network.parameters()):
                mean.lerp_(value, 1 - decay)
        return {name: float(value.detach()) for name, value in parts.items()}

    def train(self):
        sums, count, since = {}, 0, time.monotonic()
        while self.iteration < self.total:
            for name, value in self.step().items():
                sums[name] = sums.get(name, 0) + value
            count += 1
            if self.iteration % 100 == 0 or self.iteration == self.total:
                line = {name: round(value / count, 5) for name, value in sums.items()}
                rate = round(count / (time.monotonic() - since), 2)
                line |= {"iteration": self.iteration, "per_second": rate}
                with open(self.run / "log.jsonl", "a") as log:
                    log.write(json.dumps(line) + "\n")
                self.save()
                if self.iteration % SAMPLE_EVERY == 0 or self.iteration == self.total:
                    self.draw()
                sums, count, since = {}, 0, time.monotonic()


if __name__ == "__main__":
    options = arguments()
    torch.set_num_threads(options.threads)
    Trainer(options).train()
