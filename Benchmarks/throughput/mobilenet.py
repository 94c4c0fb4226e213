"""Makes MobileNetV1-1.0-128 of quantized operators of ONNX, with seeded random weights.

    mobilenet.py FOLDER

writes `mobilenet.onnx`, and `input.npy` of random codes. Shapes are those of Howard et al., "MobileNets", arXiv
1704.04861, table 1. Activations are uint8, weights int8 with a scale a channel; scales keep the codes of every layer
spread, as those of a trained network are.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIZE = 128
CLASSES = 1000
SAMPLES = 8
# Standard deviation of the random weights and, roughly, of activations around their zero point, in codes.
WEIGHT_SPREAD = 37.0
CODE_SPREAD = 45.0


class Network:
    """Nodes and constants, and the tensor that the next layer reads."""

    def __init__(self):
        self.random = np.random.default_rng(128)
        self.nodes, self.constants = [], []
        self.last, self.zero, self.channels, self.size = "input", np.uint8(128), 3, SIZE

    def constant(self, array):
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def convolution(self, channels, kernel, stride=1, groups=1):
        depth = self.channels // groups
        shape = (channels, depth, kernel, kernel)
        weights = np.clip(np.round(self.random.normal(0, WEIGHT_SPREAD, shape)), -127, 127).astype(np.int8)
        sums = np.sqrt(depth * kernel * kernel) * WEIGHT_SPREAD * CODE_SPREAD
        scales = (CODE_SPREAD / sums * self.random.uniform(0.7, 1.4, channels)).astype(np.float32)
        bias = np.round(self.random.normal(0, sums / 4, channels)).astype(np.int32)
        zero = np.uint8(64)
        operands = [self.last, self.constant(np.float32(1)), self.constant(self.zero)]
        operands += [self.constant(weights), self.constant(scales), self.constant(np.zeros(channels, np.int8))]
        operands += [self.constant(np.float32(1)), self.constant(zero), self.constant(bias)]
        name = f"conv_{len(self.nodes)}"
        self.nodes.append(
            helper.make_node(
                "QLinearConv",
                operands,
                [name + "_output"],
                name=name,
                kernel_shape=[kernel, kernel],
                strides=[stride, stride],
                pads=[kernel // 2] * 4,
                group=groups,
            )
        )
        self.last, self.zero, self.channels, self.size = name + "_output", zero, channels, self.size // stride

    def classify(self):
        one, zero = self.constant(np.float32(1)), self.constant(self.zero)
        self.nodes.append(
            helper.make_node(
                "QLinearGlobalAveragePool",
                [self.last, one, zero, one, zero],
                ["pooled"],
                name="pool",
                domain="com.microsoft",
                channels_last=0,
            )
        )
        self.last, self.size = "pooled", 1
        self.convolution(CLASSES, 1)

    def model(self):
        inputs = [helper.make_tensor_value_info("input", TensorProto.UINT8, [1, 3, SIZE, SIZE])]
        outputs = [helper.make_tensor_value_info(self.last, TensorProto.UINT8, [1, CLASSES, 1, 1])]
        graph = helper.make_graph(self.nodes, "mobilenet", inputs, outputs, self.constants)
        operators = [helper.make_opsetid("", 13), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=operators, producer_name="dory-gen", ir_version=8)


def main():
    folder = pathlib.Path(sys.argv[1])
    network = Network()
    network.convolution(32, 3, stride=2)
    blocks = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
    for channels, stride in blocks:
        network.convolution(network.channels, 3, stride=stride, groups=network.channels)
        network.convolution(channels, 1)
    network.classify()
    onnx.save(network.model(), folder / "mobilenet.onnx")
    codes = network.random.integers(0, 256, (SAMPLES, 3, SIZE, SIZE), dtype=np.uint8)
    np.save(folder / "input.npy", codes)


if __name__ == "__main__":
    main()
