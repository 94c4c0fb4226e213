# SPDX-License-Identifier: Apache-2.0
"""A network of what the other ones have not, with quantized operators of ONNX; the weights are seeded noise.

Windows are dilated along the width, padded on some sides only, and move by two over maps that this does not divide. Two
convolutions in a row have the same border. A movement joins branches, another cuts out a part, a third exchanges rows
and columns. ONNX's messages are written by hand, so that no package is needed.
"""

import random
import struct

UINT8, INT8, INT32, INT64, FLOAT = 2, 3, 6, 7, 1
FORMATS = {UINT8: "B", INT8: "b", INT32: "i", INT64: "q", FLOAT: "f"}


def varint(value):
    encoded = bytearray()
    while value >= 128:
        encoded.append(value & 127 | 128)
        value >>= 7
    return bytes([*encoded, value])


def field(number, value):
    """A field of a message of Protocol Buffers: a whole number, text, or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value & (1 << 64) - 1)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(name, kind, shape, values):
    data = struct.pack(f"<{len(values)}{FORMATS[kind]}", *values)
    return b"".join(field(1, size) for size in shape) + field(2, kind) + field(8, name) + field(9, data)


def value_info(name, kind, shape):
    dimensions = b"".join(field(1, field(1, size)) for size in shape)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, dimensions)))


def attribute(name, value):
    """A whole number or several."""
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, 2)
    return field(1, name) + b"".join(field(8, item) for item in value) + field(20, 7)


class Graph:
    """Nodes and constants that grow; a value is a name, a shape, a scale and a zero point."""

    def __init__(self):
        self.random = random.Random("odd")
        self.nodes, self.constants = b"", b""
        self.count = 0

    def constant(self, kind, shape, values):
        self.count += 1
        name = f"constant_{self.count}"
        self.constants += field(5, tensor(name, kind, shape, values))
        return name

    def node(self, op, inputs, domain="", **attributes):
        self.count += 1
        output = f"{op}_{self.count}"
        node = b"".join(field(1, name) for name in inputs) + field(2, output) + field(3, output) + field(4, op)
        node += b"".join(field(5, attribute(*item)) for item in attributes.items()) + field(7, domain)
        self.nodes += field(1, node)
        return output

    def quantization(self, scale, zero):
        return [self.constant(FLOAT, [], [scale]), self.constant(UINT8, [], [zero])]

    def convolution(self, value, channels, kernel, pads, stride=(1, 1), dilation=(1, 1), group=1, zero=128):
        name, (depth, *sizes), scale, was_zero = value
        count = channels * depth // group * kernel[0] * kernel[1]
        weights = [self.random.randint(-127, 127) for _ in range(count)]
        scales = [self.random.uniform(0.004, 0.008) for _ in range(channels)]
        # So that the sums of random codes and weights fill the codes of the output, and clip now and then.
        result = 74 * 74 * (count / channels) ** 0.5 * scale * 0.006 / 60
        inputs = [
            name, *self.quantization(scale, was_zero),
            self.constant(INT8, [channels, depth // group, *kernel], weights),
            self.constant(FLOAT, [channels], scales), self.constant(INT8, [channels], [0] * channels),
            *self.quantization(result, zero),
            self.constant(INT32, [channels], [self.random.randint(-3000, 3000) for _ in range(channels)]),
        ]  # fmt: skip
        output = self.node(
            "QLinearConv", inputs, kernel_shape=kernel, pads=pads, strides=stride, dilations=dilation, group=group
        )
        sizes = [
            (size + pads[axis] + pads[axis + 2] - (kernel[axis] - 1) * dilation[axis] - 1) // stride[axis] + 1
            for axis, size in enumerate(sizes)
        ]
        return output, (channels, *sizes), result, zero

    def maximum(self, value, kernel, pads, stride):
        name, (channels, *sizes), scale, zero = value
        sizes = [(size + pads[i] + pads[i + 2] - kernel[i]) // stride[i] + 1 for i, size in enumerate(sizes)]
        output = self.node("MaxPool", [name], kernel_shape=kernel, pads=pads, strides=stride)
        return output, (channels, *sizes), scale, zero

    def joined(self, values, scale, zero):
        """Values one after the other along the channels, in another quantization."""
        inputs = self.quantization(scale, zero)
        for name, _, old_scale, old_zero in values:
            inputs += [name, *self.quantization(old_scale, old_zero)]
        output = self.node("QLinearConcat", inputs, "com.microsoft", axis=1)
        return output, (sum(shape[0] for _, shape, *_ in values), *values[0][1][1:]), scale, zero

    def cut_out(self, value, channels, columns):
        """The channels and the columns of two ranges."""
        name, (_, height, _), scale, zero = value
        ranges = [
            [channels.start, columns.start], [channels.stop, columns.stop], [1, 3], [channels.step, columns.step]
        ]  # fmt: skip
        output = self.node("Slice", [name, *(self.constant(INT64, [2], numbers) for numbers in ranges)])
        return output, (len(channels), height, len(columns)), scale, zero

    def turned(self, value):
        """Rows and columns exchanged."""
        name, (channels, height, width), scale, zero = value
        return self.node("Transpose", [name], perm=[0, 1, 3, 2]), (channels, width, height), scale, zero

    def sum(self, one, other, scale, zero):
        inputs = [i for name, _, *pair in (one, other) for i in (name, *self.quantization(*pair))]
        output = self.node("QLinearAdd", inputs + self.quantization(scale, zero), "com.microsoft")
        return output, one[1], scale, zero


def model():
    """The bytes of its file."""
    graph = Graph()
    shape = (6, 13, 19)
    start = ("input", shape, 0.02, 117)
    value = graph.convolution(start, 12, (3, 3), (1, 2, 0, 1), dilation=(1, 2), zero=140)
    value = graph.convolution(value, 12, (3, 3), (1, 1, 1, 1), zero=131)
    one = graph.convolution(value, 12, (3, 3), (1, 2, 1, 2), stride=(2, 2), dilation=(1, 2), group=12)
    other = graph.maximum(value, (3, 3), (0, 1, 1, 1), (2, 2))
    value = graph.joined([one, other], one[2] * 1.3, 90)
    value = graph.cut_out(value, range(3, 22), range(1, 8))
    value = graph.turned(value)
    one = graph.convolution(value, 10, (1, 2), (0, 0, 0, 1), zero=119)
    other = graph.convolution(value, 10, (2, 1), (1, 0, 0, 0), zero=77)
    value = graph.sum(one, other, one[2] * 2, 125)
    value = graph.convolution(value, 10, (3, 3), (1, 1, 1, 1), zero=140)
    value = graph.convolution(value, 10, (3, 3), (1, 1, 1, 1), zero=110)
    value = graph.convolution(value, 7, (3, 2), (0, 0, 0, 0), stride=(2, 2))
    inputs = field(11, value_info("input", UINT8, (1, *shape)))
    outputs = field(12, value_info(value[0], UINT8, (1, *value[1])))
    opsets = field(8, field(1, "") + field(2, 17)) + field(8, field(1, "com.microsoft") + field(2, 1))
    return field(1, 8) + opsets + field(7, graph.nodes + field(2, "odd") + graph.constants + inputs + outputs)
