"""Random networks in TensorFlow Lite's format, run by TensorFlow Lite for Microcontrollers or by XNNPACK."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from tflite_micro.python.tflite_micro import runtime
from trial import Trial

INT8, INT32 = schema.TensorType.INT8, schema.TensorType.INT32
NUMPY = {INT8: np.int8, INT32: np.int32}


class Builder:
    """Tensors, buffers and operators of a model, and the activation that the next operator reads."""

    def __init__(self, random):
        self.random = random
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.description = "random"
        self.model.buffers = [schema.BufferT()]
        self.model.operatorCodes = []
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.names = []

    def tensor(self, shape, kind=INT8, scales=None, zeros=None, dimension=0, data=None):
        tensor = schema.TensorT()
        tensor.name = f"t{len(self.graph.tensors)}"
        tensor.shape, tensor.type, tensor.buffer = [int(s) for s in shape], kind, 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data, NUMPY[kind]).tobytes(), np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        if scales is not None:
            quantization = schema.QuantizationParametersT()
            quantization.scale = [float(np.float32(s)) for s in np.atleast_1d(scales)]
            zeros = 0 if zeros is None else zeros
            quantization.zeroPoint = [int(z) for z in np.broadcast_to(zeros, len(quantization.scale))]
            quantization.quantizedDimension = dimension
            tensor.quantization = quantization
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def activation(self, shape, deviation=None, same=None):
        """A new activation; with the quantization of another one, or one that suits values of this deviation."""
        if same:
            scale, zero = same["scale"], same["zero"]
        else:
            scale = np.float32(deviation * self.random.uniform(0.02, 0.05))
            zero = int(self.random.integers(-64, 64))
        index = self.tensor(shape, scales=scale, zeros=zero)
        return {"index": index, "shape": [int(s) for s in shape], "scale": scale, "zero": zero}

    def operator(self, name, inputs, output, options=None):
        code = getattr(schema.BuiltinOperator, name)
        known = [c.builtinCode for c in self.model.operatorCodes]
        if code not in known:
            entry = schema.OperatorCodeT()
            entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = code, min(code, 127), 1
            self.model.operatorCodes.append(entry)
            known.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = known.index(code)
        operator.inputs, operator.outputs = inputs, [output["index"]]
        if options is not None:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
            operator.builtinOptions = options
        self.graph.operators.append(operator)
        self.names.append(name)
        return output

    def spread(self, value):
        """Standard deviation of the reals, roughly."""
        return float(value["scale"]) * 30

    def fused(self, options):
        """Sometimes an activation function with the operator."""
        kinds = schema.ActivationFunctionType
        options.fusedActivationFunction = int(self.random.choice([kinds.NONE, kinds.NONE, kinds.RELU, kinds.RELU6]))
        return options

    def window(self, options, extent, kernel):
        """Padding and stride of a window, and the output's extent."""
        options.strideH = options.strideW = stride = int(self.random.integers(1, 3))
        if self.random.random() < 0.5 and min(extent) >= kernel:
            options.padding = schema.Padding.VALID
            return [(e - kernel) // stride + 1 for e in extent]
        options.padding = schema.Padding.SAME
        return [-(-e // stride) for e in extent]

    # Operators, each from one activation to the next.

    def convolution(self, value):
        random = self.random
        _, height, width, channels = value["shape"]
        depthwise = random.random() < 0.4
        kernel = int(random.integers(1, 4))
        multiplier = int(random.integers(1, 3)) if depthwise else 1
        filters = channels * multiplier if depthwise else int(random.integers(1, 12))
        options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
        options.dilationHFactor = options.dilationWFactor = 1
        if depthwise:
            options.depthMultiplier = multiplier
        size = self.window(self.fused(options), [height, width], kernel)
        shape = [1, kernel, kernel, filters] if depthwise else [filters, kernel, kernel, channels]
        scales = random.uniform(0.002, 0.02, filters).astype(np.float32)
        weights = random.integers(-127, 128, shape)
        weight = self.tensor(shape, INT8, scales, 0, 3 if depthwise else 0, weights)
        bias = self.tensor([filters], INT32, value["scale"] * scales, 0, 0, random.integers(-2000, 2000, filters))
        terms = kernel * kernel * (1 if depthwise else channels)
        output = self.activation([1, *size, filters], self.spread(value) * 74 * float(np.mean(scales)) * np.sqrt(terms))
        name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
        return self.operator(name, [value["index"], weight, bias], output, options)

    def pool(self, value, name=None):
        _, height, width, channels = value["shape"]
        options = schema.Pool2DOptionsT()
        kernel = int(self.random.integers(1, 4))
        options.filterHeight = options.filterWidth = kernel
        size = self.window(self.fused(options), [height, width], kernel)
        output = self.activation([1, *size, channels], same=value)
        name = name or str(self.random.choice(["AVERAGE_POOL_2D", "MAX_POOL_2D"]))
        return self.operator(name, [value["index"]], output, options)

    def maximum_pool(self, value):
        return self.pool(value, "MAX_POOL_2D")

    def other(self, value):
        """Another activation of the same shape: this one in another quantization."""
        output = self.activation(value["shape"], self.spread(value))
        return self.operator("QUANTIZE", [value["index"]], output, schema.QuantizeOptionsT())

    def add(self, value):
        other = self.other(value)
        output = self.activation(value["shape"], 2 * self.spread(value))
        options = self.fused(schema.AddOptionsT())
        return self.operator("ADD", [value["index"], other["index"]], output, options)

    def subtract(self, value):
        other = self.other(value)
        output = self.activation(value["shape"], 0.3 * self.spread(value))
        options = self.fused(schema.SubOptionsT())
        return self.operator("SUB", [other["index"], value["index"]], output, options)

    def multiply(self, value):
        other = self.other(value)
        output = self.activation(value["shape"], self.spread(value) * self.spread(other))
        options = self.fused(schema.MulOptionsT())
        return self.operator("MUL", [value["index"], other["index"]], output, options)

    def square(self, value):
        output = self.activation(value["shape"], self.spread(value) ** 2)
        return self.operator("MUL", [value["index"]] * 2, output, self.fused(schema.MulOptionsT()))

    def leaky(self, value):
        options = schema.LeakyReluOptionsT()
        options.alpha = float(np.float32(self.random.uniform(0.01, 0.5)))
        output = self.activation(value["shape"], self.spread(value))
        return self.operator("LEAKY_RELU", [value["index"]], output, options)

    def logistic(self, value):
        output = self.activation(value["shape"], same={"scale": np.float32(1 / 256), "zero": -128})
        return self.operator("LOGISTIC", [value["index"]], output)

    def tanh(self, value):
        output = self.activation(value["shape"], same={"scale": np.float32(1 / 128), "zero": 0})
        return self.operator("TANH", [value["index"]], output)

    def pad(self, value):
        amounts = self.random.integers(0, 3, [4, 2])
        amounts[[0, 3]] = 0
        shape = np.array(value["shape"]) + amounts.sum(1)
        constant = self.tensor([4, 2], INT32, data=amounts)
        return self.operator(
            "PAD", [value["index"], constant], self.activation(shape, same=value), schema.PadOptionsT()
        )

    def mean(self, value):
        axes = self.tensor([2], INT32, data=np.array([1, 2]))
        options = schema.ReducerOptionsT()
        options.keepDims = True
        output = self.activation([1, 1, 1, value["shape"][3]], self.spread(value) / 3)
        return self.operator("MEAN", [value["index"], axes], output, options)

    def row_product(self, value):
        random = self.random
        size, columns = int(np.prod(value["shape"])), int(random.integers(1, 20))
        row = self.activation([1, size], same=value)
        reshape = schema.ReshapeOptionsT()
        reshape.newShape = [1, size]
        constant = self.tensor([2], INT32, data=np.array([1, size]))
        self.operator("RESHAPE", [value["index"], constant], row, reshape)
        scale = np.float32(random.uniform(0.002, 0.02))
        weight = self.tensor([columns, size], INT8, scale, 0, 0, random.integers(-127, 128, [columns, size]))
        bias = self.tensor([columns], INT32, value["scale"] * scale, 0, 0, random.integers(-2000, 2000, columns))
        output = self.activation([1, columns], self.spread(value) * 74 * float(scale) * np.sqrt(size))
        options = self.fused(schema.FullyConnectedOptionsT())
        return self.operator("FULLY_CONNECTED", [row["index"], weight, bias], output, options)

    def fully_connected(self, value):
        """A product with a matrix, sometimes with a softmax behind it."""
        output = self.row_product(value)
        if self.random.random() < 0.5:
            return output
        options = schema.SoftmaxOptionsT()
        options.beta = 1.0
        shares = self.activation(output["shape"], same={"scale": np.float32(1 / 256), "zero": -128})
        return self.operator("SOFTMAX", [output["index"]], shares, options)

    def packed(self, first, last):
        self.graph.inputs, self.graph.outputs = [first["index"]], [last["index"]]
        self.graph.name = "main"
        self.model.subgraphs = [self.graph]
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def build(random, steps, endings):
    """A model of some of these operators and perhaps an ending, its input's shape, and the operators in it."""
    builder = Builder(random)
    size = [1, int(random.integers(2, 14)), int(random.integers(2, 14)), int(random.integers(1, 9))]
    first = value = builder.activation(size, 1.0)
    for _ in range(int(random.integers(1, 6))):
        value = getattr(builder, steps[int(random.integers(len(steps)))])(value)
    if random.random() < 0.7:
        value = getattr(builder, endings[int(random.integers(len(endings)))])(value)
    return builder.packed(first, value), size, "int8: " + " ".join(builder.names)


def on_tflm(model, inputs):
    """The output codes of the reference kernels of TensorFlow Lite for Microcontrollers."""
    interpreter = runtime.Interpreter.from_bytes(model)
    outputs = []
    for codes in inputs:
        interpreter.set_input(codes, 0)
        interpreter.invoke()
        outputs.append(np.array(interpreter.get_output(0)))
    return outputs


def on_xnnpack(model, inputs):
    """The output codes of LiteRT as it runs by default: through XNNPACK."""
    interpreter = Interpreter(model_content=model)
    interpreter.allocate_tensors()
    outputs = []
    for codes in inputs:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], codes)
        interpreter.invoke()
        outputs.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    return outputs


def trial(random, samples, run, steps, endings, profile):
    model, size, description = build(random, steps, endings)
    inputs = [random.integers(-128, 128, size).astype(np.int8) for _ in range(samples)]
    return Trial(model, ".tflite", inputs, run(model, inputs), description, profile)


def tflm(random, samples):
    """A network of int8 operators."""
    steps = ["convolution"] * 2 + ["pool", "add", "subtract", "multiply", "leaky", "logistic", "tanh", "pad"]
    return trial(random, samples, on_tflm, steps, ["mean", "fully_connected", "fully_connected"], "tflm")


def xnnpack(random, samples):
    """A network of the operators whose arithmetic in XNNPACK is modelled, and of poolings, which are exact."""
    steps = ["convolution"] * 3 + ["square", "maximum_pool"]
    return trial(random, samples, on_xnnpack, steps, ["row_product"], "xnnpack")
