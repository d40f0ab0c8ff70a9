"""Style swap (Chen & Schmidt 2016): each 3x3 patch of the content's relu3_1 features becomes the
style's patch that correlates best with it."""

import torch
from torch.nn import functional as F

PATCH = 3


class StyleSwap:
    runtime = "torch"

    def __init__(self, layers):
        self.layers = layers

    def encode(self, image):
        keys = [f"enc.{key}" for key in (2, 5, 9, 12, 16)]
        return self.layers.encode(image, keys, ("enc.5", "enc.12"), "enc.0")

    def decode(self, features):
        keys = [f"dec.{key}" for key in (1, 5, 8, 12, 15)]
        return self.layers.decode(features, keys, ("dec.1", "dec.8"))

    def prepare(self, style):
        """The style's patches, one per column, and the same at length 1."""
        patches = F.unfold(self.encode(style), PATCH)[0]
        return patches, F.normalize(patches, dim=0)

    def paint(self, content, state, alpha=1):
        features = self.encode(content)
        return self.decode(alpha * self.swap(features, *state) + (1 - alpha) * features)

    def swap(self, features, patches, unit):
        own = F.unfold(features, PATCH)[0]
        best = torch.cat([(part.T @ unit).argmax(1) for part in own.split(1024, dim=1)])
        size = features.shape[2:]
        total = F.fold(patches[:, best][None], size, PATCH)
        return total / F.fold(torch.ones_like(own)[None], size, PATCH)
