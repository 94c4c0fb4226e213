"""Random networks of quantized ONNX operators, run by ONNX Runtime."""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from trial import Trial

TYPES = {"uint8": (np.uint8, TensorProto.UINT8, 0, 255), "int8": (np.int8, TensorProto.INT8, -128, 127)}


class Builder:
    """Nodes and constants of a graph, and the quantized value that the next operator reads."""

    def __init__(self, random, activations, is_qdq):
        self.random = random
        self.activations = activations
        self.is_qdq = is_qdq
        self.nodes, self.constants, self.names = [], [], []
        self.count = 0
        self.bits = TYPES[activations]

    def name(self, stem="t"):
        self.count += 1
        return f"{stem}{self.count}"

    def constant(self, array):
        name = self.name("c")
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(self, op, inputs, domain="", **attributes):
        output = self.name()
        self.nodes.append(helper.make_node(op, inputs, [output], name=self.name("n"), domain=domain, **attributes))
        self.names.append(op)
        return output

    def quantization(self, deviation):
        """A scale by which values of this standard deviation fill most of the codes, and a zero point."""
        scale = np.float32(deviation * self.random.uniform(0.02, 0.05))
        low, high = self.bits[2], self.bits[3]
        zero = int(self.random.integers(low + 64, high - 64)) if self.random.random() < 0.7 else (low + high + 1) // 2
        return scale, self.bits[0](zero)

    def quantized(self, name, shape, scale, zero):
        """A quantized value: its codes, and in QDQ graphs its reals as well."""
        value = {"codes": name, "shape": shape, "scale": scale, "zero": zero}
        value["pair"] = [self.constant(scale), self.constant(zero)]
        return value

    def real(self, value):
        return self.node("DequantizeLinear", [value["codes"], *value["pair"]])

    def codes(self, real, shape, deviation, same=None):
        scale, zero = (same["scale"], same["zero"]) if same else self.quantization(deviation)
        value = self.quantized("", shape, scale, zero)
        value["codes"] = self.node("QuantizeLinear", [real, *value["pair"]])
        return value

    def operator(self, op, operands, shape, deviation, domain="com.microsoft", **attributes):
        """An operator with one output: a QLinear one, or the float one between dequantization and quantization."""
        if self.is_qdq:
            return self.codes(self.node(op, [self.real(o) for o in operands], **attributes), shape, deviation)
        scale, zero = self.quantization(deviation)
        value = self.quantized("", shape, scale, zero)
        inputs = [i for o in operands for i in (o["codes"], *o["pair"])]
        value["codes"] = self.node("QLinear" + op, inputs + value["pair"], domain=domain, **attributes)
        return value

    def spread(self, value):
        """Standard deviation of the reals, roughly."""
        return float(value["scale"]) * 30

    # Operators, each from one value to the next.

    def convolution(self, value):
        random = self.random
        _, channels, height, width = value["shape"]
        depthwise = random.random() < 0.3
        kernel = int(random.integers(1, 4))
        kernel = min(kernel, height, width)
        stride = int(random.integers(1, 3))
        pad = [int(p) for p in random.integers(0, kernel, 4)]
        filters = channels if depthwise else int(random.integers(1, 12))
        depth = 1 if depthwise else channels
        size = [(height + pad[0] + pad[2] - kernel) // stride + 1, (width + pad[1] + pad[3] - kernel) // stride + 1]
        attributes = {
            "kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": pad, "group": channels if depthwise else 1,
        }
        shape = [1, filters, *size]
        per_channel = random.random() < 0.6
        scales = random.uniform(0.002, 0.02, filters if per_channel else 1).astype(np.float32)
        scales = scales if per_channel else scales[0]
        weights = random.integers(-127, 128, [filters, depth, kernel, kernel]).astype(np.int8)
        zeros = np.zeros_like(scales, dtype=np.int8)
        bias_scale = value["scale"] * scales
        bias = random.integers(-2000, 2000, filters).astype(np.int32)
        deviation = float(value["scale"] * np.mean(scales)) * 74 * 30 * np.sqrt(depth * kernel * kernel)
        pair = [self.constant(scales), self.constant(zeros)]
        if self.is_qdq:
            axis = {"axis": 0} if per_channel else {}
            real = self.node("DequantizeLinear", [self.constant(weights), *pair], **axis)
            offset = self.node(
                "DequantizeLinear",
                [self.constant(bias), self.constant(bias_scale), self.constant(np.zeros_like(scales, dtype=np.int32))],
                **axis,
            )
            return self.codes(self.node("Conv", [self.real(value), real, offset], **attributes), shape, deviation)
        scale, zero = self.quantization(deviation)
        result = self.quantized("", shape, scale, zero)
        inputs = [value["codes"], *value["pair"], self.constant(weights), *pair, *result["pair"], self.constant(bias)]
        result["codes"] = self.node("QLinearConv", inputs, **attributes)
        return result

    def transposed(self, value):
        """A transposed convolution, which ONNX Runtime has in float32 only: scales are powers of two, so that its sums
        are exact and do not depend on their order."""
        if max(value["shape"][1:]) > 16:
            return value
        random = self.random
        power = np.float32(2.0 ** np.round(np.log2(value["scale"])))
        # A quantization right behind a dequantization would be optimised away.
        value = self.exact(self.node("LeakyRelu", [self.real(value)], alpha=0.5), value["shape"], power)
        channels = value["shape"][1]
        groups = int(random.choice([g for g in range(1, channels + 1) if channels % g == 0]))
        inner = int(random.integers(1, 5))
        attributes, sizes = self.transposed_window(value["shape"][2:])
        per_channel = random.random() < 0.5
        scales = np.float32(2.0) ** random.integers(-8, -5, inner if per_channel else 1).astype(np.float32)
        scales = scales if per_channel else scales[0]
        weights = random.integers(-127, 128, [channels, inner, *attributes["kernel_shape"]]).astype(np.int8)
        pair = [self.constant(scales), self.constant(np.zeros_like(scales, dtype=np.int8))]
        real = self.node("DequantizeLinear", [self.constant(weights), *pair], **({"axis": 1} if per_channel else {}))
        inputs = [self.real(value), real]
        if random.random() < 0.5:
            bias = random.integers(-2000, 2000, inner * groups).astype(np.int32)
            steps = np.tile(power * np.broadcast_to(scales, inner), groups)
            constants = [self.constant(bias), self.constant(steps), self.constant(bias * 0)]
            inputs.append(self.node("DequantizeLinear", constants, axis=0))
        result = self.node("ConvTranspose", inputs, group=groups, **attributes)
        deviation = float(power * np.mean(scales)) * 74 * 30 * np.sqrt(channels / groups * 2)
        scale = np.float32(2.0 ** np.round(np.log2(deviation / 30)))
        return self.exact(result, [1, groups * inner, *sizes], scale)

    def transposed_window(self, input_sizes):
        """Attributes of a transposed convolution, and the sizes of its output."""
        random = self.random
        kernel, stride, dilation = ([int(n) for n in random.integers(1, most, 2)] for most in (5, 4, 3))
        attributes = {"kernel_shape": kernel, "strides": stride, "dilations": dilation}
        whole = [(n - 1) * s + (k - 1) * d + 1 for n, k, s, d in zip(input_sizes, kernel, stride, dilation)]
        way = random.random()
        if way < 0.4:
            extra = [int(random.integers(0, s)) for s in stride]
            begins = [int(random.integers(0, min(w, 4))) for w in whole]
            ends = [int(random.integers(0, min(w - p, 4))) for w, p in zip(whole, begins)]
            attributes |= {"output_padding": extra, "pads": begins + ends}
            return attributes, [w + e - b - c for w, e, b, c in zip(whole, extra, begins, ends)]
        if way > 0.6:
            attributes["auto_pad"] = str(random.choice(["SAME_UPPER", "SAME_LOWER"]))
        if way > 0.8:
            return attributes, [min(w, n * s) for w, n, s in zip(whole, input_sizes, stride)]
        # ONNX's inference of shapes takes no output that is smaller than the input.
        sizes = [int(random.integers(max(w - 4, n), w + s)) for w, n, s in zip(whole, input_sizes, stride)]
        return attributes | {"output_shape": sizes}, sizes

    def exact(self, real, shape, scale):
        """Codes whose scale is given."""
        value = self.quantized("", shape, scale, self.quantization(1.0)[1])
        value["codes"] = self.node("QuantizeLinear", [real, *value["pair"]])
        return value

    def maximum_pool(self, value):
        _, channels, height, width = value["shape"]
        if min(height, width) < 2:
            return value
        shape = [1, channels, (height - 2) // 2 + 1, (width - 2) // 2 + 1]
        attributes = {"kernel_shape": [2, 2], "strides": [2, 2]}
        if self.is_qdq:
            return self.codes(self.node("MaxPool", [self.real(value)], **attributes), shape, 0, same=value)
        return value | {"codes": self.node("MaxPool", [value["codes"]], **attributes), "shape": shape}

    def add(self, value):
        other = self.other(value)
        return self.operator("Add", [value, other], value["shape"], self.spread(value) + self.spread(other))

    def multiply(self, value):
        other = self.other(value)
        return self.operator("Mul", [value, other], value["shape"], self.spread(value) * self.spread(other))

    def other(self, value):
        """Another value of the same shape: a convolution of this one that keeps its shape."""
        _, channels, *_ = value["shape"]
        scale = np.float32(self.random.uniform(0.002, 0.02))
        weights = self.random.integers(-127, 128, [channels, channels, 1, 1]).astype(np.int8)
        deviation = float(value["scale"] * scale) * 74 * 30 * np.sqrt(channels)
        pair = [self.constant(scale), self.constant(np.int8(0))]
        if self.is_qdq:
            real = self.node("DequantizeLinear", [self.constant(weights), *pair])
            return self.codes(self.node("Conv", [self.real(value), real]), value["shape"], deviation)
        result_scale, zero = self.quantization(deviation)
        result = self.quantized("", value["shape"], result_scale, zero)
        inputs = [value["codes"], *value["pair"], self.constant(weights), *pair, *result["pair"]]
        result["codes"] = self.node("QLinearConv", inputs)
        return result

    def leaky(self, value):
        return self.operator(
            "LeakyRelu", [value], value["shape"], self.spread(value), alpha=float(np.float32(self.random.uniform(0, 0.4)))
        )

    def global_average(self, value):
        shape = [*value["shape"][:2], 1, 1]
        return self.operator("GlobalAveragePool", [value], shape, self.spread(value) / 3, **(
            {} if self.is_qdq else {"channels_last": 0}
        ))

    def product(self, value):
        """A product with a matrix of constants, behind a change of shape to a row."""
        size = int(np.prod(value["shape"]))
        columns = int(self.random.integers(1, 20))
        shape = self.constant(np.array([1, size], np.int64))
        row = value | {"codes": self.node("Reshape", [value["codes"], shape]), "shape": [1, size]}
        scale = np.float32(self.random.uniform(0.002, 0.02))
        weights = self.random.integers(-127, 128, [size, columns]).astype(np.int8)
        constant = {"codes": self.constant(weights), "pair": [self.constant(scale), self.constant(np.int8(0))]}
        deviation = float(value["scale"] * scale) * 74 * 30 * np.sqrt(size)
        return self.operator("MatMul", [row, constant], [1, columns], deviation, domain="")


def build(random, is_qdq):
    """A model, its input shape, and the operators in it."""
    # ONNX Runtime fuses a quantized group in QDQ form into its integer operator for unsigned activations only.
    activations = "uint8" if is_qdq or random.random() < 0.5 else "int8"
    builder = Builder(random, activations, is_qdq)
    shape = [1, int(random.integers(1, 9)), int(random.integers(3, 14)), int(random.integers(3, 14))]
    value = builder.codes("input", shape, 1.0)
    steps = [
        builder.convolution, builder.convolution, builder.maximum_pool, builder.add, builder.multiply, builder.leaky,
    ]
    if is_qdq:
        steps.append(builder.transposed)
    for _ in range(int(random.integers(1, 5))):
        value = steps[int(random.integers(len(steps)))](value)
    ending = random.random()
    if ending < 0.3:
        value = builder.global_average(value)
    elif ending < 0.7:
        value = builder.product(value)
    output = builder.real(value)
    graph = helper.make_graph(
        builder.nodes, "random", [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, value["shape"])], builder.constants,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    return model, shape, value, builder


def run(model, value, builder, inputs):
    """The codes that ONNX Runtime computes before the last dequantization."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    level = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_EXTENDED if builder.is_qdq else level.ORT_DISABLE_ALL
    traced = type(model)()
    traced.CopyFrom(model)
    traced.graph.output.append(helper.make_tensor_value_info(value["codes"], builder.bits[1], value["shape"]))
    session = onnxruntime.InferenceSession(
        traced.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return [session.run([value["codes"]], {"input": x})[0] for x in inputs]


def trial(random, samples, is_qdq):
    model, shape, value, builder = build(random, is_qdq)
    inputs = [random.normal(0, 1, shape).astype(np.float32) for _ in range(samples)]
    outputs = run(model, value, builder, inputs)
    operators = " ".join(n for n in builder.names if n not in ("QuantizeLinear", "DequantizeLinear"))
    description = f"{builder.activations}: {operators}"
    return Trial(model.SerializeToString(), ".onnx", inputs, outputs, description, "ort-x86")


def qoperator(random, samples):
    """A network of QLinear operators."""
    return trial(random, samples, is_qdq=False)


def qdq(random, samples):
    """A network of float operators between dequantizations and quantizations."""
    return trial(random, samples, is_qdq=True)
