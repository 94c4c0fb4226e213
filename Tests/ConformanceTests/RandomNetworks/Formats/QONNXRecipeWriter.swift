import ModelBuilding
import NetworkIR

/// Says a recipe as a QONNX model: floats, with a quantizer of any width behind every operator.
struct QONNXRecipeWriter {
  private var file = ONNXModelWriter()
  private var values: [Value] = []
  private var names = 0

  private struct Value {
    var name: String
    var shape: Shape
    var magnitude: Double
  }

  /// The file.
  static func bytes(_ recipe: Recipe) -> [UInt8] {
    var writer = QONNXRecipeWriter()
    var numbers = RecipeNumbers(seed: recipe.seed)
    for (index, shape) in recipe.inputs.enumerated() {
      writer.file.input("x\(index)", shape.nchw)
      let magnitude = numbers.power(-2...3)
      writer.values.append(
        writer.quantized("x\(index)", shape, magnitude: magnitude, bits: 8, isLayer: false, &numbers))
    }
    for node in recipe.nodes {
      let operands = node.inputs.map { writer.values[$0] }
      guard let shape = node.operation.output(of: operands.map(\.shape)) else { break }
      writer.values.append(writer.append(node, operands, shape))
    }
    for output in recipe.allOutputs { writer.file.output(writer.values[output].name) }
    return writer.file.bytes
  }

  private mutating func fresh(_ stem: String) -> String {
    names += 1
    return "\(stem)\(names)"
  }

  private mutating func constant(_ dimensions: [Int], _ values: [Float]) -> String {
    let name = fresh("c")
    file.constant(name, dimensions, floats: values)
    return name
  }

  private mutating func integers(_ values: [Int]) -> String {
    let name = fresh("i")
    file.constant(name, [values.count], .int64, values)
    return name
  }

  private mutating func result(
    _ op: String, _ inputs: [String], _ attributes: [String: ONNXModelWriter.Attribute] = [:]
  ) -> String {
    let name = fresh("v")
    file.node(op, inputs, [name], attributes, domain: op == "Quant" ? "qonnx.custom_op.general" : "")
    return name
  }

  /// A quantizer for numbers of a magnitude; behind a ReLU, where it has no codes below zero and a layer takes the ReLU over.
  private mutating func quantized(
    _ name: String, _ shape: Shape, magnitude: Double, bits: Int, isLayer: Bool = true, _ numbers: inout RecipeNumbers
  ) -> Value {
    let isSigned = numbers.chance(2)
    let input = !isSigned && isLayer ? result("Relu", [name]) : name
    let ideal = magnitude / Double(1 << bits) * 5 / numbers.gain()
    let scale = numbers.chance(2) ? Double(sign: .plus, exponent: Int(ideal.exponent), significand: 1) : ideal
    let parameters = [[Float(scale)], [0], [Float(bits)]].map { constant([], $0) }
    let attributes: [String: ONNXModelWriter.Attribute] = [
      "signed": .int(isSigned ? 1 : 0), "narrow": .int(isSigned && numbers.chance(3) ? 1 : 0),
      "rounding_mode": .string("ROUND"),
    ]
    let codes = isSigned ? -(1 << (bits - 1))...(1 << (bits - 1)) - 1 : 0...(1 << bits) - 1
    return Value(
      name: result("Quant", [input] + parameters, attributes), shape: shape,
      magnitude: RecipeQuantization(scale: Float(scale), zeroPoint: 0).magnitude(of: codes))
  }

  private mutating func append(_ node: RecipeNode, _ operands: [Value], _ shape: Shape) -> Value {
    var numbers = RecipeNumbers(seed: node.seed)
    let value = operands[0]
    var magnitude = value.magnitude
    let name: String
    switch node.operation {
    case .convolution, .depthwise, .transposedConvolution, .fullyConnected:
      (name, magnitude) = weighted(node, value, shape, &numbers)
    case .maximumPool(let window):
      return Value(
        name: result("MaxPool", [value.name], window.attributes(of: value.shape)), shape: shape, magnitude: magnitude)
    case .averagePool(let window):
      let attributes = window.attributes(of: value.shape).merging(["count_include_pad": .int(1)]) { $1 }
      name = result("AveragePool", [value.name], attributes)
    case .reduction: name = result("GlobalAveragePool", [value.name])
    case .binary(let binary):
      name = joined(binary, value.name, operands[1].name)
      magnitude = binary == .multiply ? magnitude * operands[1].magnitude : magnitude + operands[1].magnitude
    case .constant(let binary, let isPerChannel):
      let count = isPerChannel ? shape.channels : 1
      let range = Float(magnitude)
      let addends = (0..<count).map { _ in Float.random(in: -range...range, using: &numbers.random) }
      name = joined(binary, value.name, constant(isPerChannel ? [1, count, 1, 1] : [], addends))
      magnitude = binary == .multiply ? magnitude * magnitude : magnitude * 2
    case .function(let function): name = applied(function, value.name)
    case .requantization: name = value.name
    case .concatenation(let axis):
      name = result("Concat", operands.map(\.name), ["axis": .int(axis.nchw)])
    default: return Value(name: moved(node.operation, value, shape), shape: shape, magnitude: magnitude)
    }
    let isLayer = node.operation.kind != .concatenation
    var output = quantized(name, shape, magnitude: magnitude, bits: node.bits, isLayer: isLayer, &numbers)
    if case .fullyConnected = node.operation { output.name = result("Reshape", [output.name, integers(shape.nchw)]) }
    return output
  }

  private mutating func joined(_ binary: RecipeBinary, _ first: String, _ second: String) -> String {
    switch binary {
    case .add: result("Add", [first, second])
    case .subtract: result("Sub", [first, second])
    case .multiply: result("Mul", [first, second])
    case .maximum: result("Max", [first, second])
    case .minimum: result("Min", [first, second])
    }
  }

  private mutating func applied(_ function: RecipeFunction, _ name: String) -> String {
    switch function {
    case .leakyRelu: result("LeakyRelu", [name], ["alpha": .float(0.125)])
    case .sigmoid: result("Sigmoid", [name])
    case .hyperbolicTangent: result("Tanh", [name])
    case .hardSwish: result("HardSwish", [name])
    case .elu: result("Elu", [name])
    case .absolute: result("Abs", [name])
    case .relu, .reluTo6: result("Relu", [name])
    }
  }

  /// The sums, and their magnitude.
  private mutating func weighted(
    _ node: RecipeNode, _ value: Value, _ shape: Shape, _ numbers: inout RecipeNumbers
  ) -> (String, Double) {
    let bits = node.weights == .nibbles ? 4 : node.weights == .crumbs ? 2 : 8
    let range = -(1 << (bits - 1))...(1 << (bits - 1)) - 1
    let form = ONNXRecipeWeights(node.operation, value.shape, shape)
    let input = form.op == "Gemm" ? result("Flatten", [value.name]) : value.name
    let codes = numbers.weights(node.weights, count: form.count, in: range)
    let base = numbers.power(-9...(-3))
    let isPerChannel = form.op == "Conv" && numbers.chance(2)
    let scales = (0..<(isPerChannel ? form.channels : 1)).map { _ in Float(base * numbers.power(-1...1)) }
    let inner = form.count / form.channels
    let reals = codes.enumerated().map { Float($1) * scales[isPerChannel ? $0 / inner : 0] }
    let weights = result(
      "Quant",
      [
        constant(form.dimensions, reals), constant(isPerChannel ? [form.channels, 1, 1, 1] : [], scales),
        constant([], [0]), constant([], [Float(bits)]),
      ], ["signed": .int(1), "narrow": .int(0), "rounding_mode": .string("ROUND")])
    let magnitude = form.magnitude(of: codes, input: value.magnitude) * base
    return (result(form.op, [input, weights], form.attributes), magnitude)
  }

  private mutating func moved(_ operation: RecipeOperation, _ value: Value, _ shape: Shape) -> String {
    switch operation {
    case .slice(let axis, let from, let count, let step):
      return result(
        "Slice",
        [value.name]
          + [[from], [from + (count - 1) * step + 1], [axis.nchw], [step]].map { integers($0) })
    case .split(let axis, let parts, let part):
      let names = (0..<parts).map { _ in fresh("p") }
      let sizes = integers([Int](repeating: shape[axis], count: parts))
      file.node("Split", [value.name, sizes], names, ["axis": .int(axis.nchw)])
      return names[part]
    case .transpose(let axes): return result("Transpose", [value.name], ["perm": .ints(axes.permutation)])
    case .depthToSpace(let block):
      return result("DepthToSpace", [value.name], ["blocksize": .int(block), "mode": .string("DCR")])
    case .pad(let sides, let isReflected):
      let table = integers([0, 0, sides.top, sides.left, 0, 0, sides.bottom, sides.right])
      return result("Pad", [value.name, table], ["mode": .string(isReflected ? "reflect" : "constant")])
    case .resize(let factors):
      let scales = constant([4], [1, 1, Float(factors.height), Float(factors.width)])
      return result(
        "Resize", [value.name, "", scales],
        [
          "mode": .string("nearest"), "nearest_mode": .string("floor"),
          "coordinate_transformation_mode": .string("asymmetric"),
        ])
    default: return result("Reshape", [value.name, integers(shape.nchw)])
    }
  }
}
