# SPDX-License-Identifier: Apache-2.0
"""Makes the networks that the benchmarks plan: known architectures with seeded random weights.

    python3 Benchmarks/networks.py FOLDER

Convolutional networks are written as NEMO exports them: integers in float32 tensors, a Conv or MatMul without bias,
then per channel `clip(floor((accumulator * kappa + lambda) / 2^19), 0, 255)`. The large fully connected layer is
written with quantized operators of ONNX, whose int8 weights keep the file small. A plan depends on shapes and on the
requantization's arithmetic, not on what a network has learned; the weights use all of their codes, and kappa and lambda
spread the accumulators that they give over the codes of the output.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SEED = 2026
CODES = 256
DIVISOR = 1 << 19
CLASSES = 1000
# Root mean square of uniformly distributed weights (-128...127) and activations (0...255).
WEIGHT_SIZE, CODE_SIZE = 74, 147


class NemoNetwork:
    """A graph that grows layer by layer; `last` and `shape` (channels, height, width) are what the next layer reads."""

    def __init__(self, size):
        self.random = np.random.default_rng(SEED)
        self.nodes, self.constants = [], []
        self.input = self.shape = (3, size, size)
        self.last = "input"

    def constant(self, values):
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name

    def node(self, op, inputs, **attributes):
        output = f"{op.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def weights(self, *shape):
        return self.constant(self.random.integers(-128, 128, shape))

    def requantize(self, accumulators, products):
        """Batch normalization and activation of NEMO; `products` is how many each accumulator adds up."""
        channels = (1, self.shape[0], 1, 1)
        deviation = WEIGHT_SIZE * CODE_SIZE * np.sqrt(products)
        kappa = np.rint(self.random.uniform(0.8, 1.25, channels) * DIVISOR * CODES / 4 / deviation)
        offset = np.rint(self.random.uniform(0, CODES / 4, channels) * DIVISOR)
        scaled = self.node("Mul", [self.constant(kappa), accumulators])
        shifted = self.node("Add", [scaled, self.constant(offset)])
        divided = self.node("Div", [shifted, self.constant([DIVISOR])])
        self.last = self.node("Clip", [self.node("Floor", [divided])], min=0.0, max=float(CODES - 1))

    def slide(self, channels, kernel, stride):
        """Moves on to what a padded window gives; returns the attributes of the window."""
        _, height, width = self.shape
        border = kernel // 2
        self.shape = (channels, *((size + 2 * border - kernel) // stride + 1 for size in (height, width)))
        return {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [border] * 4}

    def convolution(self, channels, kernel=1, stride=1):
        depth = self.shape[0]
        window = self.slide(channels, kernel, stride)
        weights = self.weights(channels, depth, kernel, kernel)
        self.requantize(self.node("Conv", [self.last, weights], group=1, **window), depth * kernel**2)

    def depthwise(self, stride=1, kernel=3):
        channels = self.shape[0]
        window = self.slide(channels, kernel, stride)
        weights = self.weights(channels, 1, kernel, kernel)
        self.requantize(self.node("Conv", [self.last, weights], group=channels, **window), kernel**2)

    def maximum(self, kernel, stride):
        self.last = self.node("MaxPool", [self.last], **self.slide(self.shape[0], kernel, stride))

    def add(self, other):
        """The residual sum: 200/512 of this and 180/512 of the other, so that no code leaves 0...255."""
        sides = [self.node("Mul", [side, self.constant([m])]) for side, m in ((self.last, 200), (other, 180))]
        self.last = self.node("Floor", [self.node("Div", [self.node("Add", sides), self.constant([512])])])

    def classify(self):
        """Global average, then a fully connected layer whose accumulators are the output."""
        channels, height, width = self.shape
        average = self.node("AveragePool", [self.last], kernel_shape=[height, width], strides=[1, 1], pads=[0] * 4)
        flat = self.node("Flatten", [average], axis=1)
        self.last = self.node("MatMul", [flat, self.weights(channels, CLASSES)])

    def model(self, name):
        real = TensorProto.FLOAT
        inputs = [helper.make_tensor_value_info("input", real, [1, *self.input])]
        outputs = [helper.make_tensor_value_info(self.last, real, [1, CLASSES])]
        return finished(helper.make_graph(self.nodes, name, inputs, outputs, self.constants), 9)


def finished(graph, opset):
    """The model, of a fixed version of the format, so that the same bytes come out of every version of the package."""
    operators = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=operators, producer_name="dory-gen", ir_version=8)


def mobilenet_v1(name, size):
    """Howard et al., "MobileNets", arXiv 1704.04861, table 1."""
    network = NemoNetwork(size)
    network.convolution(32, kernel=3, stride=2)
    blocks = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
    for channels, stride in blocks:
        network.depthwise(stride)
        network.convolution(channels)
    network.classify()
    return network.model(name)


def mobilenet_v2(name, size):
    """Sandler et al., "MobileNetV2", arXiv 1801.04381, table 2."""
    network = NemoNetwork(size)
    network.convolution(32, kernel=3, stride=2)
    network.depthwise()
    network.convolution(16)
    for channels, count, first in [(24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1)]:
        for stride in [first] + [1] * (count - 1):
            skip, skipped = network.last, network.shape
            network.convolution(6 * skipped[0])
            network.depthwise(stride)
            network.convolution(channels)
            if network.shape == skipped:
                network.add(skip)
    network.convolution(1280)
    network.classify()
    return network.model(name)


def resnet_18(name, size):
    """He et al., "Deep residual learning", arXiv 1512.03385, table 1."""
    network = NemoNetwork(size)
    network.convolution(64, kernel=7, stride=2)
    network.maximum(kernel=3, stride=2)
    for channels, first in [(64, 1), (128, 2), (256, 2), (512, 2)]:
        for stride in (first, 1):
            skip, skipped = network.last, network.shape
            network.convolution(channels, kernel=3, stride=stride)
            network.convolution(channels, kernel=3)
            main = network.last
            if network.shape != skipped:
                network.last, network.shape = skip, skipped
                network.convolution(channels, stride=stride)
                skip = network.last
            network.last = main
            network.add(skip)
    network.classify()
    return network.model(name)


def fully_connected(name, inputs, outputs):
    """One QLinearMatMul: the first classifier of AlexNet, Krizhevsky et al. 2012, is 9216 to 4096."""
    random = np.random.default_rng(SEED)
    scale = np.float32(1 / (WEIGHT_SIZE * np.sqrt(inputs)))
    constants = {
        "scale": np.float32(1 / 64),
        "zero": np.uint8(128),
        "weights": random.integers(-128, 128, (inputs, outputs), np.int8),
        "weight_scale": scale,
        "weight_zero": np.int8(0),
    }
    operands = ["input", "scale", "zero", "weights", "weight_scale", "weight_zero", "scale", "zero"]
    node = helper.make_node("QLinearMatMul", operands, ["output"], name="matmul")
    byte = TensorProto.UINT8
    graph = helper.make_graph(
        [node],
        name,
        [helper.make_tensor_value_info("input", byte, [1, inputs])],
        [helper.make_tensor_value_info("output", byte, [1, outputs])],
        [numpy_helper.from_array(np.asarray(array), key) for key, array in constants.items()],
    )
    return finished(graph, 13)


NETWORKS = {
    "mobilenet_v1_1.0_128": (mobilenet_v1, 128),
    "mobilenet_v1_1.0_224": (mobilenet_v1, 224),
    "mobilenet_v2_1.0_128": (mobilenet_v2, 128),
    "mobilenet_v2_1.0_224": (mobilenet_v2, 224),
    "resnet_18_224": (resnet_18, 224),
    "fully_connected_9216_4096": (fully_connected, 9216, 4096),
}


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (make, *arguments) in NETWORKS.items():
        onnx.save(make(name, *arguments), folder / f"{name}.onnx")


if __name__ == "__main__":
    main()
