"""MicroAST (Wang et al., AAAI 2023), written after the published architecture.

Two micro encoders of depthwise separable convolutions; the style's features modulate the decoder
twice, by AdaIN and by a gain and an offset of its residual layers' convolutions.
"""

from torch.nn import functional as F

from protocol import adain, moments


class MicroAst:
    runtime = "torch"

    def __init__(self, layers):
        self.layers = layers

    def conv(self, key, x, stride=1):
        return self.layers(f"{key}.conv_layer", x, stride)

    def residual(self, key, x):
        return x + self.conv(f"{key}.conv2", F.relu(self.conv(f"{key}.conv1", x)))

    def modulated(self, key, x, gain, offset):
        """A residual layer whose convolutions are scaled, with their input added by offset."""
        y = F.relu(gain * self.conv(f"{key}.conv1", x) + offset * x)
        return x + gain * self.conv(f"{key}.conv2", y) + offset * y

    def encode(self, name, image):
        """Features behind the first and the second residual layer, at a quarter of the size."""
        x = F.relu(self.conv(f"{name}.enc1.0", image))
        for index, stride in ((2, 2), (4, 1), (6, 2), (8, 1)):
            x = F.relu(self.conv(f"{name}.enc1.{index}", x, stride))
        near = self.residual(f"{name}.enc1.10", x)
        return near, self.residual(f"{name}.enc2.0", near)

    def prepare(self, style):
        """Per level: (mean, std), gain and offset."""
        state = []
        for level, features in enumerate(self.encode("style_encoder", style), 1):
            gain, offset = (
                self.conv(f"modulator.{kind}{level}.0", features).mean((2, 3), keepdim=True)
                for kind in ("weight", "bias")
            )
            state.append((moments(features), gain, offset))
        return state

    def paint(self, content, state, alpha=1):
        x = self.encode("content_encoder", content)[1]
        for key, (style, gain, offset) in zip(("dec1", "dec2"), reversed(state)):
            x = self.modulated(f"decoder.{key}", adain(x, style, alpha), gain, offset)
        for pair in ((1, 3), (6, 8)):
            x = F.interpolate(x, scale_factor=2, mode="bilinear")
            for index in pair:
                x = F.relu(self.conv(f"decoder.dec3.{index}", x))
        return self.conv("decoder.dec3.10", x)
