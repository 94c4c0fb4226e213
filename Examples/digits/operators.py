# SPDX-License-Identifier: Apache-2.0
"""Forward and backward passes in float32 numpy. Activations are NHWC; dense weights are OHWI, depthwise ones HWC."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from network import IMAGE, NETWORK, same_padding


def parameters(seed):
    """Weights drawn after He et al. 2015 (normal, variance 2 / fan-in) and zero biases, by layer name."""
    generator = np.random.default_rng(seed)
    channels, result = {IMAGE: 1}, {}
    for layer in NETWORK:
        incoming = channels[layer.inputs[0]]
        channels[layer.name] = layer.channels or incoming
        fan_in = layer.kernel**2 * (1 if layer.op == "depthwise" else incoming)
        shape = {
            "conv": (layer.channels, layer.kernel, layer.kernel, incoming),
            "depthwise": (layer.kernel, layer.kernel, incoming),
            "dense": (layer.channels, incoming),
        }.get(layer.op)
        if shape:
            weights = generator.normal(0, np.sqrt(2 / fan_in), shape).astype(np.float32)
            result[layer.name] = [weights, np.zeros(channels[layer.name], np.float32)]
    return result


def forward(images, weights):
    """Every activation by layer name; the last is the class probabilities."""
    values = {IMAGE: images}
    for layer in NETWORK:
        x = values[layer.inputs[0]]
        if layer.op == "conv":
            w, b = weights[layer.name]
            y = windows(x, layer).reshape(-1, w[0].size) @ w.reshape(len(w), -1).T + b
            y = y.reshape(len(x), -(-x.shape[1] // layer.stride), -(-x.shape[2] // layer.stride), len(w))
        elif layer.op == "depthwise":
            w, b = weights[layer.name]
            y = np.einsum("nhwklc,klc->nhwc", windows(x, layer), w) + b
        elif layer.op == "add":
            y = x + values[layer.inputs[1]]
        elif layer.op == "max_pool":
            y = blocks(x, layer.kernel).max((2, 4))
        elif layer.op == "average_pool":
            y = blocks(x, layer.kernel).mean((2, 4))
        elif layer.op == "reshape":
            y = x.reshape(len(x), -1)
        elif layer.op == "dense":
            w, b = weights[layer.name]
            y = x @ w.T + b
        elif layer.op == "softmax":
            y = np.exp(x - x.max(1, keepdims=True))
            y /= y.sum(1, keepdims=True)
        values[layer.name] = np.maximum(y, 0) if layer.relu else y
    return values


def backward(values, weights, labels):
    """Gradients of the mean cross entropy with respect to the parameters, by layer name."""
    slopes, result = {}, {}
    for layer in reversed(NETWORK):
        x = values[layer.inputs[0]]
        if layer.op == "softmax":
            target = np.eye(values[layer.name].shape[1], dtype=np.float32)[labels]
            dx = (values[layer.name] - target) / len(labels)
        else:
            dy = slopes.pop(layer.name)
            if layer.relu:
                dy = dy * (values[layer.name] > 0)
        if layer.op == "conv":
            w, _ = weights[layer.name]
            flat = dy.reshape(-1, len(w))
            dw = (flat.T @ windows(x, layer).reshape(len(flat), -1)).reshape(w.shape)
            result[layer.name] = [dw, flat.sum(0)]
            dx = scatter((flat @ w.reshape(len(w), -1)).reshape(*dy.shape[:3], *w.shape[1:]), x, layer)
        elif layer.op == "depthwise":
            w, _ = weights[layer.name]
            result[layer.name] = [np.einsum("nhwklc,nhwc->klc", windows(x, layer), dy), dy.sum((0, 1, 2))]
            dx = scatter(dy[:, :, :, None, None] * w, x, layer)
        elif layer.op == "add":
            dx = dy
            accumulate(slopes, layer.inputs[1], dy)
        elif layer.op == "max_pool":
            # A tie takes the slope in each place it occurs, divided by their number.
            hits = blocks(x, layer.kernel) == values[layer.name][:, :, None, :, None]
            dx = (hits * (dy[:, :, None, :, None] / hits.sum((2, 4), keepdims=True))).reshape(x.shape)
        elif layer.op == "average_pool":
            dx = np.repeat(np.repeat(dy, layer.kernel, 1), layer.kernel, 2) / layer.kernel**2
        elif layer.op == "reshape":
            dx = dy.reshape(x.shape)
        elif layer.op == "dense":
            w, _ = weights[layer.name]
            result[layer.name] = [dy.T @ x, dy.sum(0)]
            dx = dy @ w
        accumulate(slopes, layer.inputs[0], dx.astype(np.float32))
    return result


def windows(x, layer):
    """The input under each kernel position: [n, rows, columns, kernel, kernel, channels]."""
    padded = np.pad(x, padding(x, layer))
    view = sliding_window_view(padded, (layer.kernel, layer.kernel), (1, 2))[:, :: layer.stride, :: layer.stride]
    return view.transpose(0, 1, 2, 4, 5, 3)


def scatter(slopes, x, layer):
    """The transpose of `windows`: sums the slopes of each window back onto the input."""
    pad = padding(x, layer)
    result = np.zeros([size + before + after for size, (before, after) in zip(x.shape, pad)], np.float32)
    rows, columns = slopes.shape[1:3]
    for row in range(layer.kernel):
        for column in range(layer.kernel):
            place = result[:, row : row + rows * layer.stride : layer.stride]
            place[:, :, column : column + columns * layer.stride : layer.stride] += slopes[:, :, :, row, column]
    return result[:, pad[1][0] : pad[1][0] + x.shape[1], pad[2][0] : pad[2][0] + x.shape[2]]


def padding(x, layer):
    sides = [same_padding(size, layer.kernel, layer.stride) for size in x.shape[1:3]]
    return [(0, 0), *sides, (0, 0)]


def blocks(x, size):
    n, height, width, channels = x.shape
    return x.reshape(n, height // size, size, width // size, size, channels)


def accumulate(slopes, name, slope):
    slopes[name] = slopes[name] + slope if name in slopes else slope
