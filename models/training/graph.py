"""Builds the graphs of a model, node by node, under the contract in models/README.md."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
NEAREST = {
    "mode": "nearest",
    "nearest_mode": "floor",
    "coordinate_transformation_mode": "asymmetric",
}


class Graph:
    """A chain of nodes; every method takes and returns tensor names."""

    def __init__(self, name):
        self.name = name
        self.nodes, self.constants, self.inputs, self.outputs = [], [], [], []

    def input(self, name, shape):
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def output(self, name, shape):
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def constant(self, values, dtype=np.float32):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def node(self, kind, inputs, name=None, **attributes):
        name = name or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def conv(self, x, weight, bias, stride=1, relu=True):
        """3x3 convolution with reflection padding (explicit: WebGPU mishandles auto_pad)."""
        pads = self.constant([0, 0, 1, 1, 0, 0, 1, 1], np.int64)
        x = self.node("Pad", [x, pads], mode="reflect")
        inputs = [x, self.constant(weight), self.constant(bias)]
        x = self.node("Conv", inputs, kernel_shape=[3, 3], strides=[stride, stride])
        return self.node("Relu", [x]) if relu else x

    def mix(self, x, weight, bias):
        """1x1 convolution."""
        return self.node("Conv", [x, self.constant(weight), self.constant(bias)])

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
