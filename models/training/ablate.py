"""The paper's ablations, small: what the decoder gets besides AdaIN, or instead of it.

    python ablate.py VARIANT --content DIR --style DIR --quarter FILE --full FILE --run DIR [...]

Takes the arguments of train.py. `adain` is the network as it is; `instance-norm` normalises inside
of the decoder (INDec of the paper's figure 3), which throws away what AdaIN has set; `concat` gives
it the features of the style beside those of the content instead of AdaIN (Concat).
"""

import argparse
import sys

import torch
from torch.nn import functional as F

import train
from network import Decoder, Network, conv


class InstanceNormDecoder(Decoder):
    """Normalises each channel behind each convolution but the last."""

    def __init__(self, widths, blocks, detail, grain):
        super().__init__(widths, blocks, detail, grain)
        for name in ("d0", "d1", "d2", "d3"):
            layer = getattr(self, name)
            layer.register_forward_hook(lambda _layer, _inputs, output: F.instance_norm(output))


class ConcatNetwork(Network):
    """Mixes the features of both pictures with a convolution."""

    def __init__(self, widths, blocks, detail, grain):
        super().__init__(widths, blocks, detail, grain)
        channels = sum(self.decoder.channels)
        self.mix = conv(2 * channels, channels)

    def paint(self, content, style):
        return self.decoder(self.mix(torch.cat([content, style], 1)))


class InstanceNormNetwork(Network):
    def __init__(self, widths, blocks, detail, grain):
        super().__init__(widths, blocks, detail, grain)
        self.decoder = InstanceNormDecoder(widths, blocks[1], detail)


VARIANTS = {"adain": Network, "instance-norm": InstanceNormNetwork, "concat": ConcatNetwork}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Further arguments are those of train.py: see its --help.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("variant", choices=VARIANTS)
    chosen, rest = parser.parse_known_args(sys.argv[1:2])
    sys.argv[1:2] = rest
    train.Network = VARIANTS[chosen.variant]
    options = train.arguments()
    torch.set_num_threads(options.threads)
    train.Trainer(options).train()
