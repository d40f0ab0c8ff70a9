"""Averages networks that were trained on from the same weights.

    python average.py OUT NETWORK NETWORK...

Small batches leave noise in the weights that independent runs do not share: their mean has less of
it, and costs nothing at run time (model soups, Wortsman et al. 2022).
"""

import argparse

from weights import read_weights, write_weights


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("networks", nargs="+")
    return parser.parse_args()


def average(networks):
    """The mean of each weight. All have to be of one shape."""
    first = networks[0]
    for network in networks:
        if {k: v.shape for k, v in network.items()} != {k: v.shape for k, v in first.items()}:
            raise ValueError("Cannot average networks of different shapes")
    return {name: sum(network[name] for network in networks) / len(networks) for name in first}


if __name__ == "__main__":
    options = arguments()
    write_weights(options.out, average([read_weights(path) for path in options.networks]))
