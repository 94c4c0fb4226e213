import ModelBuilding
import NetworkIR

/// Says a recipe as an integer ONNX model, in the words of NEMO, Quantlab or Deeploy: floats that hold integers.
struct IntegerRecipeWriter {
  let format: RecipeFormat
  var file = ONNXModelWriter()
  private(set) var values: [Value] = []
  private var names = 0

  struct Value {
    var name: String
    var shape: Shape
    /// Codes that can occur, about.
    var codes: ClosedRange<Int>

    /// The root of the mean of the squares.
    var magnitude: Double { RecipeQuantization(scale: 1, zeroPoint: 0).magnitude(of: codes) }
  }

  /// The file.
  static func bytes(_ recipe: Recipe) -> [UInt8] {
    var writer = IntegerRecipeWriter(format: recipe.format)
    for (index, shape) in recipe.inputs.enumerated() {
      writer.file.input("x\(index)", shape.nchw)
      writer.values.append(Value(name: "x\(index)", shape: shape, codes: 0...255))
    }
    for node in recipe.nodes {
      let operands = node.inputs.map { writer.values[$0] }
      guard let shape = node.operation.output(of: operands.map(\.shape)) else { break }
      writer.values.append(writer.append(node, operands, shape))
    }
    for output in recipe.allOutputs { writer.file.output(writer.values[output].name) }
    return writer.file.bytes
  }

  private init(format: RecipeFormat) { self.format = format }

  // MARK: Tensors

  mutating func fresh(_ stem: String) -> String {
    names += 1
    return "\(stem)\(names)"
  }

  private mutating func constant(_ dimensions: [Int], _ values: [Int]) -> String {
    let name = fresh("c")
    file.constant(name, dimensions, floats: values.map(Float.init))
    return name
  }

  mutating func integers(_ values: [Int]) -> String {
    let name = fresh("i")
    file.constant(name, [values.count], .int64, values)
    return name
  }

  mutating func result(
    _ op: String, _ inputs: [String], _ attributes: [String: ONNXModelWriter.Attribute] = [:]
  ) -> String {
    let name = fresh("v")
    file.node(op, inputs, [name], attributes)
    return name
  }

  // MARK: Requantization

  /// Codes made of accumulators of a magnitude: factors, addends, a divisor, and a clip to `bits` bits. Constants have one
  /// number for each channel, along `dimensions`, or where these are nil one alone.
  private mutating func requantized(
    _ name: String, _ shape: Shape, magnitude: Double, dimensions: [Int]?, bits: Int, _ numbers: inout RecipeNumbers
  ) -> Value {
    let isSigned = format == .requantShift && numbers.chance(2)
    let codes = isSigned ? -(1 << (bits - 1))...(1 << (bits - 1)) - 1 : 0...(1 << bits) - 1
    let factor = numbers.gain() * Double(codes.count) / 4 / max(magnitude, 1)
    // As many bits of the divisor as make the factor an integer of about 8 bits.
    let shift = min(max(8 - Int(factor.exponent), 0), 24)
    let divisor = 1 << shift
    let count = dimensions == nil ? 1 : shape.channels
    let factors = (0..<count).map { _ in
      max(Int(factor * Double(divisor) * numbers.power(-0.5...0.5)), 1) * (numbers.chance(8) ? -1 : 1)
    }
    let addends = (0..<count).map { _ in
      Int.random(in: -codes.count / 2 * divisor...codes.count / 2 * divisor, using: &numbers.random)
    }
    let lists = [factors, addends].map { constant(dimensions ?? [], $0) }
    if format == .requantShift {
      let output = result(
        "RequantShift", [name] + lists,
        ["div": .float(Float(divisor)), "n_levels": .float(Float(codes.count)), "signed": .float(isSigned ? 1 : 0)])
      return Value(name: output, shape: shape, codes: codes)
    }
    let isQuantlab = format == .quantlab
    var output = result("Mul", [name, lists[0]], isQuantlab ? ["mult_bits": .int(32)] : [:])
    output = result("Add", [output, lists[1]])
    output = result("Div", [output, constant([], [divisor])])
    if isQuantlab, numbers.chance(2) {
      let half = fresh("c")
      file.constant(half, [], floats: [0.5])
      output = result("Add", [output, half])
    }
    output = result("Floor", [output])
    return Value(name: clipped(output, codes), shape: shape, codes: codes)
  }

  private mutating func clipped(_ name: String, _ codes: ClosedRange<Int>) -> String {
    var attributes: [String: ONNXModelWriter.Attribute] = [
      "min": .float(Float(codes.lowerBound)), "max": .float(Float(codes.upperBound)),
    ]
    if format == .quantlab {
      attributes["out_bits"] = .int(codes.upperBound.bitWidth - codes.upperBound.leadingZeroBitCount)
    }
    return result("Clip", [name], attributes)
  }

  /// Of constants with one number for each channel of a map, or one alone.
  private func perChannel(_ shape: Shape, _ numbers: inout RecipeNumbers) -> [Int]? {
    numbers.chance(3) ? nil : [1, shape.channels, 1, 1]
  }

  // MARK: Nodes

  private mutating func append(_ node: RecipeNode, _ operands: [Value], _ shape: Shape) -> Value {
    var numbers = RecipeNumbers(seed: node.seed)
    let value = operands[0]
    let bits = format.hasNarrowCodes ? node.bits : 8
    switch node.operation {
    case .convolution, .depthwise, .transposedConvolution, .fullyConnected:
      return weighted(node, value, shape, bits: bits, &numbers)
    case .maximumPool(let window):
      let name = result("MaxPool", [value.name], window.attributes(of: value.shape))
      return Value(name: name, shape: shape, codes: value.codes)
    case .reduction(.greatest):
      return Value(name: result("GlobalMaxPool", [value.name]), shape: shape, codes: value.codes)
    case .averagePool(let window):
      let attributes = window.attributes(of: value.shape).merging(["count_include_pad": .int(1)]) { $1 }
      let name = result("AveragePool", [value.name], attributes)
      return requantized(name, shape, magnitude: value.magnitude, dimensions: nil, bits: bits, &numbers)
    case .reduction:
      let name = result("GlobalAveragePool", [value.name])
      return requantized(name, shape, magnitude: value.magnitude, dimensions: nil, bits: bits, &numbers)
    case .binary(.multiply):
      let name = result("Mul", operands.map(\.name))
      let magnitude = operands[0].magnitude * operands[1].magnitude
      return requantized(name, shape, magnitude: magnitude, dimensions: nil, bits: bits, &numbers)
    case .binary(let binary): return added(binary, operands, shape, bits: bits, &numbers)
    case .requantization:
      let dimensions = perChannel(shape, &numbers)
      return requantized(
        value.name, shape, magnitude: value.magnitude, dimensions: dimensions, bits: bits, &numbers)
    default: return moved(node.operation, operands, shape)
    }
  }

  private mutating func weighted(
    _ node: RecipeNode, _ value: Value, _ shape: Shape, bits: Int, _ numbers: inout RecipeNumbers
  ) -> Value {
    let width = node.weights == .nibbles ? 4 : node.weights == .crumbs ? 2 : 8
    let range = -(1 << (width - 1))...(1 << (width - 1)) - 1
    let form = ONNXRecipeWeights(node.operation, value.shape, shape)
    var attributes = form.attributes
    let input = form.op == "Gemm" ? result("Flatten", [value.name]) : value.name
    if format == .quantlab { attributes["weight_bits"] = .int(width) }
    let codes = numbers.weights(node.weights, count: form.count, in: range)
    let magnitude = form.magnitude(of: codes, input: value.magnitude)
    var inputs = [input, constant(form.dimensions, codes)]
    if numbers.chance(2) {
      let largest = Int(min(magnitude, 1e6)) + 1
      inputs.append(
        constant(
          [shape.channels],
          (0..<shape.channels).map { _ in Int.random(in: -largest...largest, using: &numbers.random) }))
    }
    let name = result(form.op, inputs, attributes)
    let isRow = form.op == "Gemm"
    let lists = isRow ? [1, shape.channels] : perChannel(shape, &numbers)
    var output = requantized(name, shape, magnitude: magnitude, dimensions: lists, bits: bits, &numbers)
    if isRow { output.name = result("Reshape", [output.name, integers(shape.nchw)]) }
    return output
  }

  private mutating func added(
    _ binary: RecipeBinary, _ operands: [Value], _ shape: Shape, bits: Int, _ numbers: inout RecipeNumbers
  ) -> Value {
    let codes = 0...(1 << bits) - 1
    let sign = binary == .subtract ? -1 : 1
    let shift = Int.random(in: 4...10, using: &numbers.random)
    let factors = zip(operands, [1, sign]).map { operand, sign in
      let factor = Double(codes.count) / 3 / operand.magnitude * Double(1 << shift) * numbers.power(-1.5...0.5)
      return max(Int(factor), 1) * sign
    }
    if format == .requantShift {
      var attributes: [String: ONNXModelWriter.Attribute] = [:]
      for (prefix, factor, shift) in [
        ("rqs1_", factors[0], shift), ("rqs2_", factors[1], shift), ("rqsOut_", 3, 1),
      ] {
        attributes[prefix + "mul"] = .int(factor)
        attributes[prefix + "add"] = .int(Int.random(in: -9...9, using: &numbers.random))
        attributes[prefix + "div"] = .int(1 << shift)
        attributes[prefix + "n_levels"] = .int(prefix == "rqsOut_" ? codes.count : 256)
        attributes[prefix + "signed"] = .int(prefix == "rqsOut_" ? 0 : 1)
      }
      return Value(name: result("RequantizedAdd", operands.map(\.name), attributes), shape: shape, codes: codes)
    }
    let scaled = zip(operands, factors).map { result("Mul", [$0.name, constant([], [abs($1)])]) }
    var name = result(binary == .subtract ? "Sub" : "Add", scaled)
    name = result("Div", [name, constant([], [1 << shift])])
    return Value(name: clipped(result("Floor", [name]), codes), shape: shape, codes: codes)
  }
}
