"""Tests of graphs and what is made of them: python -m unittest export_test.py, in this folder."""

import json
import pathlib
import tempfile
import unittest
from unittest import mock

import numpy as np
import torch
from onnx.reference import ReferenceEvaluator
from torch.nn import functional as F

import export
from graph import Graph
from network import Network, save_network
from restore import restore
from weights import read_weights


class Graphs(unittest.TestCase):
    def test_wide_convolutions_are_convolutions_with_reflection_padding(self):
        random = np.random.default_rng(1)
        weight = random.standard_normal((5, 3, 3, 3), np.float32)
        bias = random.standard_normal(5, np.float32)
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "one.onnx")
            graph = Graph("one")
            x = graph.input("x", [1, 3, "height", "width"])
            graph.node("Identity", [graph.wide_conv(x, ("layer", weight, bias))], "y")
            graph.output("y", [1, 5, "height", "width"])
            graph.save(file)
            session = ReferenceEvaluator(str(file))
        for height, width in [(2, 2), (4, 8), (5, 3), (6, 11)]:
            x = random.standard_normal((1, 3, height, width), np.float32)
            padded = F.pad(torch.tensor(x), (1, 1, 1, 1), "reflect")
            expected = F.conv2d(padded, torch.tensor(weight), torch.tensor(bias))
            (found,) = session.run(None, {"x": x})
            torch.testing.assert_close(torch.tensor(found), expected, rtol=1e-4, atol=1e-4)


class Exports(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def exported(self, **shape):
        torch.manual_seed(1)
        network = Network(**shape)
        for value in network.parameters():
            torch.nn.init.normal_(value)
        file = self.folder / "network.safetensors"
        save_network(file, network)
        weights = read_weights(file)
        export.compact_encoder(weights, self.folder / "encoder.onnx")
        export.compact_decoder(weights, self.folder / "decoder.onnx")
        export.compact_style(weights, self.folder / "style.onnx")
        return weights

    def test_weights_come_back_from_graphs(self):
        for blocks in [(0, 1), (2, 0), (1, 3)]:
            weights = self.exported(widths=(8, 12, 16), blocks=blocks, detail=4, grain=2)
            restored = restore(self.folder)
            self.assertEqual(restored.keys(), weights.keys())
            for name, value in weights.items():
                expected = torch.tensor(value)
                torch.testing.assert_close(torch.tensor(restored[name]), expected, rtol=1e-5, atol=1e-5)

    def test_a_model_that_is_exported_again_keeps_its_facts_but_for_other_ones(self):
        self.exported(widths=(8, 12, 16), detail=4, grain=2)
        checkpoint, facts = self.folder / "network.safetensors", self.folder / "facts.json"
        facts.write_text('{"licence": "MIT"}')
        out = self.folder / "model"

        def export_again(*options):
            with mock.patch("sys.argv", ["export.py", "compact", str(checkpoint), str(out), *options]):
                export.main()
            return json.loads((out / "model.json").read_text())

        self.assertNotIn("licence", export_again())
        first = export_again("--facts", str(facts))
        self.assertEqual(first["licence"], "MIT")
        self.exported(widths=(8, 12, 24), detail=4, grain=2)
        again = export_again()
        self.assertEqual(again["licence"], "MIT")
        self.assertNotEqual(again["version"], first["version"])
        self.assertEqual(again["channels"], first["channels"] + 8)

    def test_graphs_of_another_shape_are_refused(self):
        self.exported()
        (self.folder / "style.onnx").unlink()
        (self.folder / "encoder.onnx").rename(self.folder / "style.onnx")
        (self.folder / "decoder.onnx").rename(self.folder / "encoder.onnx")
        (self.folder / "style.onnx").rename(self.folder / "decoder.onnx")
        with self.assertRaisesRegex(ValueError, "encoder.onnx is not a compact model's: it has the layers decoder.d0, "):
            restore(self.folder)


if __name__ == "__main__":
    unittest.main()
