"""Tests of the network, its losses and tools: python -m unittest training_test.py, in this folder."""

import tempfile
import unittest
from unittest import mock

import torch
from torch.nn import functional as F

import losses
import winograd
from average import average
from data import Crops
from moments import adain, statistics
from muon import orthogonalise
from network import Network, depth_to_space, even_phases, load_network, space_to_depth
from revive import layers_of, revive
from weights import write_weights


def drawn(*shape, seed=1):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def small_network():
    torch.manual_seed(1)
    network = Network()
    network.modulation.begin(*statistics(network.encoder(drawn(8, 3, 64, 64))))
    return network


class Winograd(unittest.TestCase):
    def setUp(self):
        if winograd.native() is None:
            self.skipTest("SKIPPED: Winograd's convolutions need g++ and ninja")

    def test_equals_a_convolution_and_its_gradient(self):
        for height, width, inputs, outputs in [(16, 16, 16, 32), (13, 6, 32, 16), (2, 31, 16, 16)]:
            weight, bias = drawn(outputs, inputs, 3, 3) - 0.5, drawn(outputs) - 0.5
            x = (drawn(3, inputs, height, width) - 0.5).requires_grad_()
            gradient = drawn(3, outputs, height, width, seed=2)
            expected = F.relu(F.conv2d(F.pad(x, (1,) * 4, "reflect"), weight, bias))
            actual = winograd.Convolution(weight, bias)(x)
            torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-4)
            both = [torch.autograd.grad(y, x, gradient)[0] for y in (actual, expected)]
            torch.testing.assert_close(*both, rtol=1e-3, atol=1e-3)

    def test_refuses_maps_that_cannot_be_reflected(self):
        with self.assertRaisesRegex(RuntimeError, "two positions"):
            winograd.Convolution(drawn(16, 16, 3, 3), drawn(16))(drawn(1, 16, 1, 8))

    def test_is_not_used_for_widths_that_it_cannot_do(self):
        self.assertTrue(winograd.fits(torch.zeros(32, 16, 3, 3)))
        self.assertFalse(winograd.fits(torch.zeros(64, 3, 3, 3)))

    def test_a_loss_network_is_the_same_without_a_compiler(self):
        weight, bias = drawn(16, 16, 3, 3) - 0.5, drawn(16) - 0.5
        x = drawn(1, 16, 10, 9)
        fast = losses.rectified(weight, bias)(x)
        with mock.patch.object(winograd, "native", lambda: None):
            plain = losses.rectified(weight, bias)
        self.assertNotIsInstance(plain, winograd.Convolution)
        torch.testing.assert_close(plain(x), fast, rtol=1e-4, atol=1e-4)


class Moments(unittest.TestCase):
    def test_gradient_is_that_of_differences(self):
        features = drawn(2, 3, 4, 5).double().requires_grad_()
        self.assertTrue(torch.autograd.gradcheck(statistics, features))

    def test_adain_gives_the_styles_statistics(self):
        mean, std = statistics(drawn(1, 4, 9, 9, seed=2))
        own = statistics(adain(drawn(1, 4, 8, 8), mean, std))
        torch.testing.assert_close(own, (mean, std), rtol=1e-3, atol=1e-4)


class Losses(unittest.TestCase):
    def test_a_grid_is_found_and_noise_is_none(self):
        noise = drawn(2, 3, 128, 128)
        grid = drawn(1, 3, 4, 4).tile(2, 1, 32, 32)
        faint = 0.5 + 0.02 * (grid - 0.5)
        self.assertLess(float(losses.grid_loss(noise)), 0.02)
        self.assertGreater(float(losses.grid_loss(grid)), 0.9)
        self.assertGreater(float(losses.grid_loss(faint)), 0.2)
        self.assertEqual(float(losses.grid_loss(torch.full((1, 3, 64, 64), 0.3))), 0)

    def test_style_loss_is_zero_for_the_style_itself(self):
        levels = [drawn(2, 4, 8, 8), drawn(2, 8, 4, 4)]
        targets = [statistics(level) for level in levels]
        self.assertAlmostEqual(float(losses.style_loss(levels, targets)), 0)
        self.assertGreater(float(losses.style_loss([2 * levels[0], levels[1]], targets)), 0.01)


class Networks(unittest.TestCase):
    def test_styles_differ_in_modulation(self):
        network = small_network()
        torch.nn.init.normal_(network.modulation.second.weight, std=0.1)
        styles = torch.stack([drawn(3, 64, 64) ** power for power in (0.5, 1, 3)])
        numbers = network.modulation(*statistics(network.encoder(styles)))
        self.assertEqual(numbers.shape, (3, 384, 1, 1))
        self.assertGreater(float(numbers.std(0).mean()), 0.05)

    def test_paints_pictures_of_the_contents_size(self):
        network = small_network()
        content, style = network.encoder(drawn(1, 3, 48, 64)), network.encoder(drawn(1, 3, 32, 32))
        self.assertEqual(network.paint(content, style).shape, (1, 3, 48, 64))

    def test_depth_to_space_is_the_inverse(self):
        x = drawn(1, 3, 12, 8)
        torch.testing.assert_close(depth_to_space(space_to_depth(x)), x)
        torch.testing.assert_close(depth_to_space(space_to_depth(x, 4), 4), x)

    def test_a_network_without_grain_paints_the_same_when_it_is_loaded_into_one_with_it(self):
        network = small_network()
        torch.nn.init.normal_(network.modulation.second.weight, std=0.1)
        channels, known = sum(network.decoder.channels), sum(network.decoder.channels[:2])
        first = network.modulation.first.weight
        with torch.no_grad():
            first.unflatten(1, (2, channels))[:, :, known:] = 0
        state = {k: v.detach() for k, v in network.state_dict().items() if ".grain." not in k}
        means, deviations = (part[:, :known] for part in state["modulation.first.weight"].chunk(2, 1))
        state["modulation.first.weight"] = torch.cat([means, deviations], 1)
        other = Network()
        with tempfile.NamedTemporaryFile(suffix=".safetensors") as file:
            write_weights(file.name, {name: value.numpy() for name, value in state.items()})
            load_network(file.name, other)
        content, style = drawn(1, 3, 48, 64), drawn(1, 3, 32, 32, seed=2)
        pictures = [net.paint(net.encoder(content), net.encoder(style)) for net in (network, other)]
        torch.testing.assert_close(*pictures)

    def test_even_phases_answer_flat_input_alike(self):
        layer = torch.nn.Conv2d(4, 8, 3)
        even_phases(layer)
        answer = layer(torch.ones(1, 4, 3, 3)).flatten().view(2, 4)
        torch.testing.assert_close(answer, answer[:, :1].expand_as(answer), rtol=1e-4, atol=1e-5)

    def test_reviving_keeps_the_picture_and_makes_units_fire(self):
        network = small_network()
        content, style = drawn(4, 3, 64, 64), drawn(4, 3, 64, 64, seed=2)
        with torch.no_grad():
            for beside in (network.decoder.detail, network.decoder.grain):
                beside.weight.normal_(std=0.1)
            for _, layer, *_ in layers_of(network):
                layer.weight[:4], layer.bias[:4] = 0, -1
        before = network.paint(network.encoder(content), network.encoder(style))
        found = revive(network, content, style, 0.002)
        after = network.paint(network.encoder(content), network.encoder(style))
        self.assertTrue(all(found.values()), found)
        self.assertLess(float((after - before).abs().mean().detach()), 0.02)
        self.assertFalse(any(revive(network, content, style, 0.002).values()))

    def test_the_mean_of_networks_of_different_shapes_is_refused(self):
        one, two, wide = ({"a": torch.tensor(values)} for values in ([1.0, 1], [3.0, 3], [1.0] * 3))
        self.assertEqual(average([one, two])["a"].tolist(), [2, 2])
        with self.assertRaisesRegex(ValueError, "different shapes"):
            average([one, wide])


class Training(unittest.TestCase):
    def test_orthogonalise_brings_singular_values_near_one(self):
        values = torch.linalg.svdvals(orthogonalise(drawn(24, 60) - 0.5))
        self.assertGreater(float(values.min()), 0.6)
        self.assertLess(float(values.max()), 1.3)

    def test_crops_have_the_size_and_range_also_where_enlarged(self):
        crops = Crops([], 1)
        crops.pictures = [(drawn(3, 70, 90) * 255).byte()]
        batch = crops.batch(40, 64)
        self.assertEqual(batch.shape, (40, 3, 64, 64))
        self.assertTrue(0 <= float(batch.min()) and float(batch.max()) <= 1)

    def test_crops_are_of_favoured_pictures_more_often(self):
        crops = Crops([], 1)
        crops.pictures = [torch.zeros(3, 40, 40, dtype=torch.uint8)] * 1000
        crops.favoured = [torch.full((3, 40, 40), 255, dtype=torch.uint8)]
        share = float(crops.batch(1000, 16).mean())
        self.assertTrue(0.1 < share < 0.2, share)


if __name__ == "__main__":
    unittest.main()
