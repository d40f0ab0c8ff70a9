"""Winograd's minimal filtering F(4x4, 3x3) after Lavin & Gray (CVPR 2016), with the points 0, 1, -1,
2, -2 and infinity: tiles of 4 x 4 results from 6 x 6 inputs take 36 products, the sums take 144."""

import numpy as np

TILE, REACH = 4, 6
TO_INPUT = np.array([
    [4, 0, -5, 0, 1, 0],
    [0, -4, -4, 1, 1, 0],
    [0, 4, -4, -1, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
])
TO_KERNEL = np.array([
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
])
TO_OUTPUT = np.array([
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 2, -2, 0],
    [0, 1, 1, 4, 4, 0],
    [0, 1, -1, 8, -8, 1],
])


def both_ways(matrix):
    """The matrix that does to flattened tiles what this one does to their columns, then to rows."""
    return np.kron(matrix, matrix)
