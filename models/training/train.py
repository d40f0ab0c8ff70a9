"""Trains the small network from random weights, resumably.

    python train.py --content DIR --style DIR --quarter FILE --full FILE --run DIR

Three phases by iteration: reconstruction alone (a small network that meets the style loss at once
loses its colours for good), then the paper's losses through a quarter-width VGG, then through
the paper's VGG-19 itself. A run that is started again goes on at its last checkpoint.
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
from losses import FeaturePool, LossNetwork, colour_loss, grid_loss, style_loss
from network import Network, adain, load_network, save_network, statistics


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--content", "--style", "--quarter", "--full", "--run"):
        parser.add_argument(name, required=True)
    parser.add_argument("--start", help="weights to begin with instead of random ones")
    parser.add_argument("--held-out", nargs="*", default=[], help="file names never trained on")
    parser.add_argument("--warmup", type=int, default=400)
    parser.add_argument("--cheap", type=int, default=1600, help="iterations on the quarter VGG")
    parser.add_argument("--costly", type=int, default=5000, help="iterations on the full VGG")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--costly-batch", type=int, default=4)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--pool", type=int, default=256, help="crops whose features are kept")
    parser.add_argument("--rate", type=float, default=1.2e-3)
    parser.add_argument("--style-weight", type=float, default=8)
    parser.add_argument("--grid-weight", type=float, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


class Trainer:
    def __init__(self, args):
        self.args = args
        self.run = pathlib.Path(args.run)
        self.run.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(args.seed)
        self.network = Network().to(memory_format=torch.channels_last)
        if args.start:
            load_network(args.start, self.network)
        self.average = copy.deepcopy(self.network)
        self.optimizer = torch.optim.Adam(self.network.parameters(), args.rate, (0.9, 0.99))
        self.iteration = 0
        self.total = args.warmup + args.cheap + args.costly
        self.resume()
        contents, _ = split(list_pictures(args.content), set(args.held_out), 0.02, args.seed)
        styles, _ = split(list_pictures(args.style), set(args.held_out), 0.02, args.seed)
        self.contents = Crops(contents, args.seed + self.iteration)
        self.styles = Crops(styles, args.seed + 1 + self.iteration)
        self.pools = None

    def resume(self):
        path = self.run / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.iteration = state["iteration"]

    def save(self):
        state = {"iteration": self.iteration, "optimizer": self.optimizer.state_dict()}
        state |= {"network": self.network.state_dict(), "average": self.average.state_dict()}
        torch.save(state, self.run / "checkpoint.tmp")
        (self.run / "checkpoint.tmp").rename(self.run / "checkpoint.pt")
        save_network(self.run / "network.safetensors", self.average)

    def rate(self):
        done = min(1, self.iteration / self.total)
        start = min(1, (self.iteration + 1) / 100)
        return self.args.rate * start * (0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2)

    def style_weight(self):
        after = self.iteration - self.args.warmup
        return self.args.style_weight * min(1, max(0.02, after / 1500)) if after >= 0 else 0

    def enter_phase(self, costly):
        """Loads the phase's loss network and fills its pools of pictures with known features."""
        args = self.args
        kind = "full" if costly else "quarter"
        if self.pools is None or self.judge.kind != kind:
            self.judge = LossNetwork(args.full if costly else args.quarter, kind)
            self.pools = [
                FeaturePool(self.judge, crops, args.size, args.pool)
                for crops in (self.contents, self.styles)
            ]

    def losses(self):
        args = self.args
        costly = self.iteration >= args.warmup + args.cheap
        self.enter_phase(costly)
        judge = self.judge
        count = args.costly_batch if costly else args.batch
        weight = self.style_weight()
        content, content_level, _ = self.pools[0].sample(count)
        style, style_level, style_levels = self.pools[1].sample(count)
        content = content.contiguous(memory_format=torch.channels_last)
        target = adain(content_level, *style_levels[3])
        features = self.network.encoder(content)
        half = max(1, count // 4)
        same = self.network.decoder(features[:half])
        result = {"same": F.l1_loss(same, content[:half])}
        if weight == 0:
            same = self.network.decoder(features)
            result["same"] = F.l1_loss(same, content)
            result["content"] = F.mse_loss(judge(same)[3], content_level)
            return 10 * result["same"] + result["content"], result
        painted = self.network.decoder(adain(features, *statistics(self.network.encoder(style))))
        levels = judge(painted)
        result["content"] = F.mse_loss(levels[3], target)
        result["style"] = style_loss(levels, style_levels)
        result["colour"] = colour_loss(painted, style)
        result["range"] = (painted - painted.clamp(0, 1)).square().mean()
        total = result["content"] + weight * result["style"] + 5 * result["same"]
        result["grid"] = grid_loss(painted)
        total = total + weight * 2 * result["colour"] + 10 * result["range"]
        return total + args.grid_weight * result["grid"], result

    def step(self):
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        total, parts = self.losses()
        self.optimizer.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 10)
        self.optimizer.step()
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
                sums, count, since = {}, 0, time.monotonic()


if __name__ == "__main__":
    options = arguments()
    torch.set_num_threads(options.threads)
    Trainer(options).train()
