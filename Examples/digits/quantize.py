# SPDX-License-Identifier: Apache-2.0
"""Post-training quantization to int8, after TensorFlow Lite's 8-bit quantization specification.

Activations are asymmetric, real = scale * (code - zero_point), with the range seen on the training split. Weights are
symmetric in [-127, 127], per output channel (dense layers: per tensor). A bias is int32 with scale input * weight.
"""

from dataclasses import dataclass

import numpy as np

from network import IMAGE, NETWORK


@dataclass(frozen=True)
class Activation:
    """An int8 tensor between layers; `shape` without the batch."""

    shape: tuple
    scale: np.float32
    zero_point: int

    def codes(self, reals):
        """The nearest codes of real values."""
        return np.clip(np.rint(reals / self.scale) + self.zero_point, -128, 127).astype(np.int8)


@dataclass(frozen=True)
class Constants:
    """Weights and bias of one layer; `scales` has one entry per output channel, or one for all."""

    weights: np.ndarray
    scales: np.ndarray
    bias: np.ndarray
    bias_scales: np.ndarray


@dataclass(frozen=True)
class QuantizedModel:
    """The tensors by the name of the layer that makes them (and of the image), and the layers' constants."""

    tensors: dict
    constants: dict


def quantize(weights, calibration):
    """Quantizes float parameters with the ranges of `calibration`, the activations of the training split."""
    tensors = {IMAGE: Activation(calibration[IMAGE].shape[1:], np.float32(1 / 255), -128)}
    constants = {}
    for layer in NETWORK:
        source = tensors[layer.inputs[0]]
        values = calibration[layer.name]
        if layer.op in ("max_pool", "average_pool", "reshape"):
            # The specification: input and output of these have the same scale and zero point.
            tensors[layer.name] = Activation(values.shape[1:], source.scale, source.zero_point)
        elif layer.op == "softmax":
            tensors[layer.name] = Activation(values.shape[1:], np.float32(1 / 256), -128)
        else:
            tensors[layer.name] = spanning(values)
        if layer.name in weights:
            constants[layer.name] = quantized_constants(layer, *weights[layer.name], source.scale)
    return QuantizedModel(tensors, constants)


def spanning(values):
    """The activation whose codes span the values and zero."""
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    scale = np.float32((high - low) / 255)
    return Activation(values.shape[1:], scale, int(np.clip(np.rint(-128 - low / scale), -128, 127)))


def quantized_constants(layer, weights, bias, input_scale):
    # The output channel is the first axis of conv (OHWI) and dense (OI) weights and the last of depthwise (HWC) ones.
    axes = {"conv": (1, 2, 3), "depthwise": (0, 1), "dense": (0, 1)}[layer.op]
    scales = (np.abs(weights).max(axes, keepdims=True) / 127).astype(np.float32)
    codes = np.clip(np.rint(weights / scales), -127, 127).astype(np.int8)
    bias_scales = (input_scale * scales.reshape(-1)).astype(np.float32)
    bias_codes = np.rint(bias.astype(np.float64) / bias_scales).astype(np.int32)
    return Constants(codes, scales.reshape(-1), bias_codes, bias_scales)
