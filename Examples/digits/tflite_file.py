# SPDX-License-Identifier: Apache-2.0
"""Writes a quantized model as a TensorFlow Lite FlatBuffer (schema version 3)."""

import flatbuffers
import numpy as np
import tflite

from network import IMAGE, NETWORK

OPERATORS = {
    "conv": (tflite.BuiltinOperator.CONV_2D, 3),
    "depthwise": (tflite.BuiltinOperator.DEPTHWISE_CONV_2D, 3),
    "add": (tflite.BuiltinOperator.ADD, 2),
    "max_pool": (tflite.BuiltinOperator.MAX_POOL_2D, 2),
    "average_pool": (tflite.BuiltinOperator.AVERAGE_POOL_2D, 2),
    "reshape": (tflite.BuiltinOperator.RESHAPE, 1),
    "dense": (tflite.BuiltinOperator.FULLY_CONNECTED, 4),
    "softmax": (tflite.BuiltinOperator.SOFTMAX, 2),
}  # (code, version): the versions that introduced int8


def write_model(model):
    """The bytes of the .tflite file."""
    writer = ModelWriter()
    writer.add_tensor(IMAGE, model.tensors[IMAGE])
    for layer in NETWORK:
        inputs = [writer.indices[name] for name in layer.inputs]
        if layer.name in model.constants:
            inputs += writer.add_constants(layer, model.constants[layer.name])
        if layer.op == "reshape":
            shape = np.array([1, *model.tensors[layer.name].shape], np.int32)
            inputs.append(writer.add_constant(f"{layer.name}/shape", shape, tflite.TensorType.INT32))
        output = writer.add_tensor(layer.name, model.tensors[layer.name])
        writer.add_operator(layer, inputs, output, model)
    return writer.finish([writer.indices[IMAGE]], [writer.indices[NETWORK[-1].name]])


class ModelWriter:
    """Collects buffers, tensors and operators; FlatBuffers wants the leaves written before what points to them."""

    def __init__(self):
        self.builder = flatbuffers.Builder(1 << 17)
        self.buffers = [self.buffer(b"")]  # buffer 0 is empty by convention
        self.tensors = []
        self.indices = {}
        self.operators = []
        self.codes = []

    def add_tensor(self, name, activation):
        quantization = self.quantization(np.array([activation.scale]), [activation.zero_point], 0)
        return self.tensor(name, (1, *activation.shape), tflite.TensorType.INT8, 0, quantization)

    def add_constants(self, layer, constants):
        weights, axis = constants.weights, 0
        if layer.op == "depthwise":
            weights, axis = weights[None], 3
        zeros = [0] * len(constants.scales)
        weight_quantization = self.quantization(constants.scales, zeros, axis)
        bias_quantization = self.quantization(constants.bias_scales, zeros, 0)
        return [
            self.add_constant(f"{layer.name}/weights", weights, tflite.TensorType.INT8, weight_quantization),
            self.add_constant(f"{layer.name}/bias", constants.bias, tflite.TensorType.INT32, bias_quantization),
        ]

    def add_constant(self, name, array, element_type, quantization=None):
        self.buffers.append(self.buffer(array.astype(array.dtype.newbyteorder("<")).tobytes()))
        return self.tensor(name, array.shape, element_type, len(self.buffers) - 1, quantization)

    def add_operator(self, layer, inputs, output, model):
        kind, options = self.options(layer, model)
        code = OPERATORS[layer.op]
        if code not in self.codes:
            self.codes.append(code)
        inputs = self.builder.CreateNumpyVector(np.array(inputs, np.int32))
        outputs = self.builder.CreateNumpyVector(np.array([output], np.int32))
        tflite.OperatorStart(self.builder)
        tflite.OperatorAddOpcodeIndex(self.builder, self.codes.index(code))
        tflite.OperatorAddInputs(self.builder, inputs)
        tflite.OperatorAddOutputs(self.builder, outputs)
        tflite.OperatorAddBuiltinOptionsType(self.builder, kind)
        tflite.OperatorAddBuiltinOptions(self.builder, options)
        self.operators.append(tflite.OperatorEnd(self.builder))

    def options(self, layer, model):
        """The options table of an operator: its kind in the union, and its offset."""
        b, kinds = self.builder, tflite.BuiltinOptions
        activation = tflite.ActivationFunctionType.RELU if layer.relu else tflite.ActivationFunctionType.NONE
        if layer.op == "reshape":
            shape = b.CreateNumpyVector(np.array([1, *model.tensors[layer.name].shape], np.int32))
            tflite.ReshapeOptionsStart(b)
            tflite.ReshapeOptionsAddNewShape(b, shape)
            return kinds.ReshapeOptions, tflite.ReshapeOptionsEnd(b)
        if layer.op == "conv":
            tflite.Conv2DOptionsStart(b)
            tflite.Conv2DOptionsAddPadding(b, tflite.Padding.SAME)
            tflite.Conv2DOptionsAddStrideH(b, layer.stride)
            tflite.Conv2DOptionsAddStrideW(b, layer.stride)
            tflite.Conv2DOptionsAddFusedActivationFunction(b, activation)
            return kinds.Conv2DOptions, tflite.Conv2DOptionsEnd(b)
        if layer.op == "depthwise":
            tflite.DepthwiseConv2DOptionsStart(b)
            tflite.DepthwiseConv2DOptionsAddPadding(b, tflite.Padding.SAME)
            tflite.DepthwiseConv2DOptionsAddStrideH(b, layer.stride)
            tflite.DepthwiseConv2DOptionsAddStrideW(b, layer.stride)
            tflite.DepthwiseConv2DOptionsAddDepthMultiplier(b, 1)
            tflite.DepthwiseConv2DOptionsAddFusedActivationFunction(b, activation)
            return kinds.DepthwiseConv2DOptions, tflite.DepthwiseConv2DOptionsEnd(b)
        if layer.op in ("max_pool", "average_pool"):
            tflite.Pool2DOptionsStart(b)
            tflite.Pool2DOptionsAddPadding(b, tflite.Padding.VALID)
            tflite.Pool2DOptionsAddStrideH(b, layer.stride)
            tflite.Pool2DOptionsAddStrideW(b, layer.stride)
            tflite.Pool2DOptionsAddFilterHeight(b, layer.kernel)
            tflite.Pool2DOptionsAddFilterWidth(b, layer.kernel)
            return kinds.Pool2DOptions, tflite.Pool2DOptionsEnd(b)
        if layer.op == "add":
            tflite.AddOptionsStart(b)
            tflite.AddOptionsAddFusedActivationFunction(b, activation)
            return kinds.AddOptions, tflite.AddOptionsEnd(b)
        if layer.op == "dense":
            tflite.FullyConnectedOptionsStart(b)
            tflite.FullyConnectedOptionsAddFusedActivationFunction(b, activation)
            return kinds.FullyConnectedOptions, tflite.FullyConnectedOptionsEnd(b)
        tflite.SoftmaxOptionsStart(b)
        tflite.SoftmaxOptionsAddBeta(b, 1.0)
        return kinds.SoftmaxOptions, tflite.SoftmaxOptionsEnd(b)

    def finish(self, inputs, outputs):
        b = self.builder
        codes = []
        for code, version in self.codes:
            tflite.OperatorCodeStart(b)
            tflite.OperatorCodeAddDeprecatedBuiltinCode(b, code)  # readers before schema 3a look here
            tflite.OperatorCodeAddBuiltinCode(b, code)
            tflite.OperatorCodeAddVersion(b, version)
            codes.append(tflite.OperatorCodeEnd(b))
        tensors, operators = self.table_vector(self.tensors), self.table_vector(self.operators)
        inputs = b.CreateNumpyVector(np.array(inputs, np.int32))
        outputs = b.CreateNumpyVector(np.array(outputs, np.int32))
        name = b.CreateString("digits")
        tflite.SubGraphStart(b)
        tflite.SubGraphAddTensors(b, tensors)
        tflite.SubGraphAddInputs(b, inputs)
        tflite.SubGraphAddOutputs(b, outputs)
        tflite.SubGraphAddOperators(b, operators)
        tflite.SubGraphAddName(b, name)
        subgraphs = self.table_vector([tflite.SubGraphEnd(b)])
        codes, buffers = self.table_vector(codes), self.table_vector(self.buffers)
        description = b.CreateString("8x8 digits, int8, trained by Examples/digits/train.py of dory-gen")
        tflite.ModelStart(b)
        tflite.ModelAddVersion(b, 3)
        tflite.ModelAddOperatorCodes(b, codes)
        tflite.ModelAddSubgraphs(b, subgraphs)
        tflite.ModelAddDescription(b, description)
        tflite.ModelAddBuffers(b, buffers)
        b.Finish(tflite.ModelEnd(b), file_identifier=b"TFL3")
        return bytes(b.Output())

    def tensor(self, name, shape, element_type, buffer, quantization):
        text = self.builder.CreateString(name)
        shape = self.builder.CreateNumpyVector(np.array(shape, np.int32))
        tflite.TensorStart(self.builder)
        tflite.TensorAddShape(self.builder, shape)
        tflite.TensorAddType(self.builder, element_type)
        tflite.TensorAddBuffer(self.builder, buffer)
        tflite.TensorAddName(self.builder, text)
        if quantization is not None:
            tflite.TensorAddQuantization(self.builder, quantization)
        self.tensors.append(tflite.TensorEnd(self.builder))
        self.indices[name] = len(self.tensors) - 1
        return self.indices[name]

    def quantization(self, scales, zero_points, axis):
        scales = self.builder.CreateNumpyVector(scales.astype(np.float32))
        zero_points = self.builder.CreateNumpyVector(np.array(zero_points, np.int64))
        tflite.QuantizationParametersStart(self.builder)
        tflite.QuantizationParametersAddScale(self.builder, scales)
        tflite.QuantizationParametersAddZeroPoint(self.builder, zero_points)
        tflite.QuantizationParametersAddQuantizedDimension(self.builder, axis)
        return tflite.QuantizationParametersEnd(self.builder)

    def buffer(self, data):
        content = None
        if data:
            # Runtimes map constants in place and expect 16-byte alignment, as the schema's force_align says.
            self.builder.StartVector(1, len(data), 16)
            self.builder.head -= len(data)
            self.builder.Bytes[self.builder.head : self.builder.head + len(data)] = data
            content = self.builder.EndVector()
        tflite.BufferStart(self.builder)
        if content is not None:
            tflite.BufferAddData(self.builder, content)
        return tflite.BufferEnd(self.builder)

    def table_vector(self, offsets):
        self.builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self.builder.PrependUOffsetTRelative(offset)
        return self.builder.EndVector()
