"""Tests of the training's loop: python -m unittest train_test.py, in this folder.

The judges are tiny and random: what is learnt is nothing, but every phase runs.
"""

import json
import pathlib
import tempfile
import unittest
from unittest import mock

import numpy as np
from PIL import Image

from losses import FULL, LEVELS, QUARTER
from network import read_network
from train import Trainer, arguments
from weights import read_weights, write_weights

WIDTH = 4


def write_judge(path, first, names):
    """A loss network of WIDTH channels, drawn at random."""
    random = np.random.default_rng(1)
    shapes = {first: (3, 3, 1, 1)}
    for index, (key, name) in enumerate(names.items()):
        shapes[name] = (WIDTH, WIDTH if index else 3, 3, 3)
        if key in LEVELS:
            shapes[f"{name}_aux"] = (WIDTH, WIDTH, 1, 1)
    weights = {}
    for name, shape in shapes.items():
        weights[f"{name}.weight"] = random.standard_normal(shape, np.float32) / 3
        weights[f"{name}.bias"] = random.random(shape[0], np.float32)
    write_weights(path, weights)


class Runs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        random = np.random.default_rng(1)
        for part in ("content", "style"):
            (self.folder / part).mkdir()
            for name in ("a.png", "b.png", "held.png"):
                pixels = random.integers(0, 256, (40, 48, 3), np.uint8)
                Image.fromarray(pixels).save(self.folder / part / name)
        write_judge(self.folder / "quarter", "enc.conv0", {key: f"enc.conv{key}" for key in QUARTER})
        write_judge(self.folder / "full", "0", {key: f"{key}" for key in FULL})

    def train(self, run, *options):
        """Trains; the log's last line."""
        paths = [f"--{name}={self.folder / name}" for name in ("content", "style", "quarter", "full")]
        fixed = "--held-out held.png --size 32 --costly-size 32 --batch 4 --pool 32 --threads 1"
        argv = ["train.py", *paths, f"--run={self.folder / run}", *fixed.split(), *options]
        with mock.patch("sys.argv", argv):
            Trainer(arguments()).train()
        return json.loads((self.folder / run / "log.jsonl").read_text().splitlines()[-1])

    def test_goes_through_all_phases_and_on_where_it_stopped(self):
        phases = ["--warmup=1", "--cheap=1"]
        self.assertEqual(self.train("run", *phases, "--costly=1")["iteration"], 3)
        before = read_weights(self.folder / "run" / "network.safetensors")
        line = self.train("run", *phases, "--costly=2")
        self.assertEqual(line["iteration"], 4)
        self.assertEqual(line.keys() & {"same", "content", "style"}, {"same", "content", "style"})
        after = read_weights(self.folder / "run" / "network.safetensors")
        self.assertGreater(np.abs(after["decoder.d1.weight"] - before["decoder.d1.weight"]).max(), 0)
        read_network(self.folder / "run" / "network.safetensors")
        self.assertTrue((self.folder / "run" / "sample-000004.jpg").exists())

    def test_the_identity_weight_acts(self):
        lines, weights = [], []
        for value in ("0", "100"):
            options = ["--warmup=0", "--cheap=0", "--costly=2", f"--identity-weight={value}"]
            lines.append(self.train(f"run{value}", *options))
            weights.append(read_weights(self.folder / f"run{value}" / "network.safetensors"))
        self.assertNotIn("identity", lines[0])
        self.assertGreater(lines[1]["identity"], 0)
        without, with_it = (each["decoder.d1.weight"] for each in weights)
        self.assertGreater(np.abs(with_it - without).max(), 1e-5)


if __name__ == "__main__":
    unittest.main()
