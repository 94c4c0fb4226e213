# SPDX-License-Identifier: Apache-2.0
"""The digits network as data: train.py, quantize.py and tflite_file.py all walk this one list."""

from dataclasses import dataclass

IMAGE = "image"
IMAGE_SHAPE = (8, 8, 1)
CLASSES = 10


@dataclass(frozen=True)
class Layer:
    """One layer. Convolutions keep the size of the map (divided by the stride), pools use only whole windows."""

    name: str
    op: str
    inputs: tuple
    kernel: int = 1
    stride: int = 1
    channels: int = 0  # of the output; 0: as the input
    relu: bool = False


NETWORK = (
    Layer("conv_1", "conv", (IMAGE,), kernel=3, channels=16, relu=True),
    Layer("conv_2", "conv", ("conv_1",), kernel=3, stride=2, channels=32, relu=True),
    Layer("depthwise_3", "depthwise", ("conv_2",), kernel=3, relu=True),
    Layer("pointwise_4", "conv", ("depthwise_3",), kernel=1, channels=32),
    Layer("add_5", "add", ("conv_2", "pointwise_4"), relu=True),
    Layer("conv_6", "conv", ("add_5",), kernel=3, channels=48, relu=True),
    Layer("max_pool_7", "max_pool", ("conv_6",), kernel=2, stride=2),
    Layer("conv_8", "conv", ("max_pool_7",), kernel=3, channels=64, relu=True),
    Layer("average_pool_9", "average_pool", ("conv_8",), kernel=2, stride=2),
    Layer("reshape_10", "reshape", ("average_pool_9",)),
    Layer("dense_11", "dense", ("reshape_10",), channels=CLASSES),
    Layer("softmax_12", "softmax", ("dense_11",)),
)


def same_padding(size, kernel, stride):
    """Elements that TensorFlow's SAME padding adds before and after one dimension."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2
