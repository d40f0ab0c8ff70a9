"""Builds the graphs of a model, node by node, under the contract in models/README.md."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from filtering import REACH, TILE, TO_INPUT, TO_KERNEL, TO_OUTPUT, both_ways

OPSET = 17
NEAREST = {
    "mode": "nearest",
    "nearest_mode": "floor",
    "coordinate_transformation_mode": "asymmetric",
}


class Graph:
    """A chain of nodes; every method takes and returns tensor names. A layer is its name, its weight
    [O,I,k,k] and its bias [O], which lie in the file as they are, by name."""

    def __init__(self, name):
        self.name = name
        self.nodes, self.constants, self.inputs, self.outputs = [], [], [], []

    def input(self, name, shape):
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def output(self, name, shape):
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def constant(self, values, dtype=np.float32, name=None):
        name = name or f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def node(self, kind, inputs, name=None, **attributes):
        name = name or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def parameters(self, name, weight, bias):
        """The constants of a layer: weight, bias."""
        pairs = (("weight", weight), ("bias", bias))
        return [self.constant(values, name=f"{name}.{part}") for part, values in pairs]

    def reflect(self, x):
        """Padding by one to each side (explicit: WebGPU mishandles auto_pad)."""
        return self.node("Pad", [x, self.constant([0, 0, 1, 1] * 2, np.int64)], mode="reflect")

    def conv(self, x, layer, stride=1, relu=True):
        """3x3 convolution with reflection padding."""
        inputs = [self.reflect(x), *self.parameters(*layer)]
        x = self.node("Conv", inputs, kernel_shape=[3, 3], strides=[stride, stride])
        return self.node("Relu", [x]) if relu else x

    def wide_conv(self, x, layer, parts=1):
        """The same without stride and ReLU, by Winograd: faster from some 48 channels on.

        The products of all tiles take 9/4 of the result's memory: in parts, so much less. What is
        made of the kernel alone, the runtime computes once, when it loads the graph.
        """
        weight, bias = self.parameters(*layer)
        outputs, inputs = layer[1].shape[:2]
        kernel = self.node("Transpose", [weight], perm=[2, 3, 0, 1])
        kernel = self.reshape(kernel, [9, -1])
        kernel = self.node("MatMul", [self.constant(both_ways(TO_KERNEL)), kernel])
        kernel = self.reshape(kernel, [REACH**2, outputs, inputs])
        tiles = self.input_tiles(x)
        count = self.node("Shape", [tiles], start=2)
        tiles = self.reshape(tiles, [REACH**2, inputs, -1])
        width = outputs // parts
        kernels = self.split(kernel, [width] * parts) if parts > 1 else [kernel]
        results = [self.output_tiles(part, tiles, width, count) for part in kernels]
        y = self.node("Concat", results, axis=1) if parts > 1 else results[0]
        y = self.node("Add", [y, self.node("Unsqueeze", [bias, self.constant([1, 2], np.int64)])])
        start, axes = (self.constant(values, np.int64) for values in ([0, 0], [2, 3]))
        return self.node("Slice", [y, start, self.node("Shape", [x], start=2), axes])

    def input_tiles(self, x):
        """[1,C,H,W] -> [36,C,H/4,W/4], rounded up: its padded tiles, transformed. What lies beyond
        the padding is taken as zero, and only what is cut off later depends on it."""
        kernel = both_ways(TO_INPUT).reshape(-1, 1, REACH, REACH)
        x = self.node("Squeeze", [self.reflect(x), self.constant([0], np.int64)])
        x = self.node("Unsqueeze", [x, self.constant([1], np.int64)])
        beyond = [0, 0, TILE - 1, TILE - 1]
        strides, inputs = [TILE, TILE], [x, self.constant(kernel)]
        x = self.node("Conv", inputs, kernel_shape=[REACH] * 2, strides=strides, pads=beyond)
        return self.node("Transpose", [x], perm=[1, 0, 2, 3])

    def output_tiles(self, kernel, tiles, width, count):
        """Kernels [36,O,I] and tiles [36,I,count] -> [1,O,H,W], rounded up to whole tiles."""
        products = self.reshape(self.node("MatMul", [kernel, tiles]), [REACH**2, -1])
        results = self.node("MatMul", [self.constant(both_ways(TO_OUTPUT)), products])
        channels = self.constant([1, TILE**2 * width], np.int64)
        shape = self.node("Concat", [channels, count], axis=0)
        return self.depth_to_space(self.node("Reshape", [results, shape]), TILE, "DCR")

    def reshape(self, x, shape):
        return self.node("Reshape", [x, self.constant(shape, np.int64)])

    def mix(self, x, layer):
        """1x1 convolution."""
        return self.node("Conv", [x, *self.parameters(*layer)])

    def grow(self, x):
        """Nearest x2, but what is the same at all positions, [1,C,1,1], stays as it is."""
        dims = self.node("Shape", [x])
        factors = self.node("Min", [dims, self.constant([1, 1, 2, 2], np.int64)])
        sizes = self.node("Mul", [dims, factors])
        return self.node("Resize", [x, "", "", sizes], **NEAREST)

    def modulate(self, x, factor, offset):
        """x * (1 + factor) + offset."""
        x = self.node("Mul", [x, self.node("Add", [factor, self.constant(1)])])
        return self.node("Add", [x, offset])

    def split(self, x, channels):
        """The parts of x, one after the other, of so many channels each."""
        names = [f"{x}_{index}" for index in range(len(channels))]
        sizes = self.constant(channels, np.int64)
        self.nodes.append(helper.make_node("Split", [x, sizes], names, axis=1))
        return names

    def add(self, a, b, relu=False):
        x = self.node("Add", [a, b])
        return self.node("Relu", [x]) if relu else x

    def max_pool(self, x):
        return self.node("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)

    def space_to_depth(self, x, step=2):
        return self.node("SpaceToDepth", [x], blocksize=step)

    def depth_to_space(self, x, step=2, mode="CRD"):
        """CRD: the channel order of PyTorch's pixel_shuffle. DCR: of space_to_depth."""
        return self.node("DepthToSpace", [x], blocksize=step, mode=mode)

    def nearest(self, x):
        scales = self.constant([1, 1, 2, 2])
        return self.node("Resize", [x, "", scales], **NEAREST)

    def statistics(self, x, channels):
        """Adds the outputs mean and std: unbiased variance + 1e-5, square root."""
        mean = self.node("ReduceMean", [x], "mean", axes=[2, 3], keepdims=1)
        centred = self.node("Sub", [x, mean])
        squares = self.node("Mul", [centred, centred])
        total = self.node("ReduceSum", [squares, self.constant([2, 3], np.int64)], keepdims=1)
        size = self.node("Size", [x])
        size = self.node("Cast", [size], to=TensorProto.FLOAT)
        positions = self.node("Div", [size, self.constant(channels)])
        degrees = self.node("Sub", [positions, self.constant(1)])
        variance = self.node("Div", [total, degrees])
        self.node("Sqrt", [self.node("Add", [variance, self.constant(1e-5)])], "std")
        for name in ("mean", "std"):
            self.output(name, [1, channels, 1, 1])

    def save(self, path):
        graph = helper.make_graph(
            self.nodes, self.name, self.inputs, self.outputs, self.constants
        )
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opset, producer_name="pastiche")
        model.ir_version = 8
        onnx.checker.check_model(model)
        onnx.save(model, path)
