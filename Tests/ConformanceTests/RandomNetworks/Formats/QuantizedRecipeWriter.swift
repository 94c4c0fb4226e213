import ModelBuilding
import NetworkIR

/// Says a recipe as an ONNX model for ONNX Runtime: floats between quantizers, or operators on codes with their scales.
struct QuantizedRecipeWriter {
  let format: RecipeFormat
  var file = ONNXModelWriter()
  private(set) var values: [Value] = []
  private var names = 0

  struct Value {
    /// Of the codes.
    var name: String
    var shape: Shape
    var quantization: RecipeQuantization

    /// Names of scale and zero point.
    var parameters: [String] { ["\(name)_scale", "\(name)_zero"] }
  }

  /// The file.
  static func bytes(_ recipe: Recipe) -> [UInt8] {
    var writer = QuantizedRecipeWriter(format: recipe.format)
    var numbers = RecipeNumbers(seed: recipe.seed)
    for (index, shape) in recipe.inputs.enumerated() {
      writer.file.input("x\(index)", shape.nchw)
      let quantization = writer.quantization(&numbers, magnitude: numbers.power(-2...3))
      writer.values.append(writer.quantized("x\(index)", shape, quantization))
    }
    for node in recipe.nodes {
      let operands = node.inputs.map { writer.values[$0] }
      guard let shape = node.operation.output(of: operands.map(\.shape)) else { break }
      writer.values.append(writer.append(node, operands, shape))
    }
    for output in recipe.allOutputs {
      writer.file.output(numbers.chance(2) ? writer.values[output].name : writer.real(writer.values[output]))
    }
    return writer.file.bytes
  }

  private init(format: RecipeFormat) { self.format = format }

  /// Whether operators on codes are used where there are any.
  var hasOperatorsOnCodes: Bool { [.qoperatorInt8, .qoperatorUInt8].contains(format) }

  /// Of activations.
  var type: ONNXModelWriter.ElementType { [.qdqUInt8, .qoperatorUInt8].contains(format) ? .uint8 : .int8 }
  var codes: ClosedRange<Int> { type == .uint8 ? 0...255 : -128...127 }

  func quantization(_ numbers: inout RecipeNumbers, magnitude: Double) -> RecipeQuantization {
    numbers.quantization(magnitude: magnitude, codes: codes)
  }

  func magnitude(_ value: Value) -> Double { value.quantization.magnitude(of: codes) }

  // MARK: Tensors

  /// A name that nothing has yet.
  mutating func fresh(_ stem: String = "v") -> String {
    names += 1
    return "\(stem)\(names)"
  }

  /// Constants of a quantization.
  mutating func declare(_ value: Value) {
    file.constant(value.parameters[0], [], floats: [value.quantization.scale])
    file.constant(value.parameters[1], [], type, [value.quantization.zeroPoint])
  }

  /// A new value, not yet computed.
  mutating func declared(_ shape: Shape, _ quantization: RecipeQuantization) -> Value {
    let value = Value(name: fresh(), shape: shape, quantization: quantization)
    declare(value)
    return value
  }

  /// Codes of real numbers.
  mutating func quantized(_ real: String, _ shape: Shape, _ quantization: RecipeQuantization) -> Value {
    let value = declared(shape, quantization)
    file.node("QuantizeLinear", [real] + value.parameters, [value.name])
    return value
  }

  /// The real numbers of codes.
  mutating func real(_ value: Value) -> String {
    let name = fresh("r")
    file.node("DequantizeLinear", [value.name] + value.parameters, [name])
    return name
  }

  /// The result of an operator on real numbers.
  mutating func computed(
    _ op: String, _ inputs: [String], _ shape: Shape, _ quantization: RecipeQuantization,
    _ attributes: [String: ONNXModelWriter.Attribute] = [:]
  ) -> Value {
    let name = fresh("f")
    file.node(op, inputs, [name], attributes)
    return quantized(name, shape, quantization)
  }

  /// The result of an operator that moves codes: on codes, or on real numbers between quantizers that agree.
  mutating func moved(
    _ op: String, _ value: Value, _ rest: [String], _ shape: Shape,
    _ attributes: [String: ONNXModelWriter.Attribute] = [:]
  ) -> Value {
    guard hasOperatorsOnCodes else {
      return computed(op, [real(value)] + rest, shape, value.quantization, attributes)
    }
    let result = declared(shape, value.quantization)
    file.node(op, [value.name] + rest, [result.name], attributes)
    return result
  }

  /// A constant of int64 numbers.
  mutating func integers(_ values: [Int]) -> String {
    let name = fresh("i")
    file.constant(name, [values.count], .int64, values)
    return name
  }

  // MARK: Nodes

  private mutating func append(_ node: RecipeNode, _ operands: [Value], _ shape: Shape) -> Value {
    var numbers = RecipeNumbers(seed: node.seed)
    let value = operands[0]
    switch node.operation {
    case .convolution, .depthwise, .transposedConvolution, .fullyConnected:
      return weighted(node, value, shape, &numbers)
    case .maximumPool(let window): return moved("MaxPool", value, [], shape, window.attributes(of: value.shape))
    case .averagePool, .reduction: return averaged(node.operation, value, shape, &numbers)
    case .binary(let binary):
      return joined(binary, operands[0], operands[1], shape, &numbers)
    case .constant(let binary, let isPerChannel):
      let count = isPerChannel ? shape.channels : 1
      let quantization = quantization(&numbers, magnitude: magnitude(value))
      let constant = Value(
        name: fresh(), shape: Shape(height: 1, width: 1, channels: count), quantization: quantization)
      declare(constant)
      file.constant(constant.name, [1, count, 1, 1], type, numbers.weights(.any, count: count, in: codes))
      return joined(binary, value, constant, shape, &numbers)
    case .function(let function): return applied(function, value, &numbers)
    case .requantization:
      return quantized(real(value), shape, quantization(&numbers, magnitude: magnitude(value)))
    case .softmax:
      let quantization = RecipeQuantization(scale: 0x1p-8, zeroPoint: codes.lowerBound)
      return computed("Softmax", [real(value)], shape, quantization, ["axis": .int(1)])
    case .matrixProduct: return product(operands, shape, &numbers)
    case .concatenation(let axis): return concatenated(operands, axis, shape, &numbers)
    default: return rearranged(node.operation, value, shape)
    }
  }
}
