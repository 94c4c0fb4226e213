import ModelBuilding
import NetworkIR

/// Operators with weights.
extension QuantizedRecipeWriter {
  /// Constants of an operator with weights, as the format orders them.
  struct Weights {
    /// Of the codes.
    var name: String
    var parameters: [String]
    var bias: String?
    var quantization: RecipeQuantization
  }

  mutating func weighted(
    _ node: RecipeNode, _ value: Value, _ shape: Shape, _ numbers: inout RecipeNumbers
  ) -> Value {
    let form = ONNXRecipeWeights(node.operation, value.shape, shape)
    let weights = weights(form, node, value, &numbers)
    switch node.operation {
    case .fullyConnected: return fullyConnected(form, value, weights, shape)
    case .transposedConvolution: return onReals(form, value, weights, shape)
    default:
      guard hasOperatorsOnCodes else { return onReals(form, value, weights, shape) }
      let result = declared(shape, weights.quantization)
      file.node(
        "QLinearConv",
        [value.name] + value.parameters + [weights.name] + weights.parameters + result.parameters
          + (weights.bias.map { [$0] } ?? []),
        [result.name], form.attributes)
      return result
    }
  }

  private mutating func weights(
    _ form: ONNXRecipeWeights, _ node: RecipeNode, _ value: Value, _ numbers: inout RecipeNumbers
  ) -> Weights {
    let channels = form.channels
    let isUnsigned = type == .uint8 && numbers.chance(2)
    let range = isUnsigned ? 0...255 : -128...127
    let zeroPoint = isUnsigned ? numbers.zeroPoint(in: range) : 0
    let codes = numbers.weights(node.weights, count: form.count, in: range, around: zeroPoint)
    let base = numbers.power(-9...(-3))
    let isPerChannel = !isUnsigned && numbers.chance(2)
    let scales = (0..<(isPerChannel ? channels : 1)).map { _ in Float(base * numbers.power(-1...1)) }
    let magnitude = form.magnitude(of: codes, zeroPoint: zeroPoint, input: magnitude(value)) * base
    let name = fresh("w")
    file.constant(name, form.dimensions, isUnsigned ? .uint8 : .int8, codes)
    let shape = scales.count == 1 ? [] : [channels]
    file.constant("\(name)_scale", shape, floats: scales)
    file.constant(
      "\(name)_zero", shape, isUnsigned ? .uint8 : .int8, [Int](repeating: zeroPoint, count: scales.count))
    var weights = Weights(
      name: name, parameters: ["\(name)_scale", "\(name)_zero"], bias: nil,
      quantization: quantization(&numbers, magnitude: magnitude))
    if !numbers.chance(5) {
      let largest = Int(min(max(magnitude / base / Double(value.quantization.scale), 1), 1e6))
      let bias = (0..<channels).map { _ in Int.random(in: -largest...largest, using: &numbers.random) }
      weights.bias = "\(name)_bias"
      file.constant("\(name)_bias", [channels], .int32, bias)
      file.constant("\(name)_bias_scale", shape, floats: scales.map { $0 * value.quantization.scale })
    }
    return weights
  }

  /// On real numbers between quantizers.
  private mutating func onReals(
    _ form: ONNXRecipeWeights, _ value: Value, _ weights: Weights, _ shape: Shape
  ) -> Value {
    let name = fresh("r")
    let axis = form.channelDimension
    file.node("DequantizeLinear", [weights.name] + weights.parameters, [name], ["axis": .int(axis)])
    var inputs = [real(value), name]
    if let bias = weights.bias {
      inputs.append(fresh("r"))
      file.node("DequantizeLinear", [bias, "\(bias)_scale"], [inputs[2]], ["axis": .int(0)])
    }
    return computed(form.op, inputs, shape, weights.quantization, form.attributes)
  }

  private mutating func fullyConnected(
    _ form: ONNXRecipeWeights, _ value: Value, _ weights: Weights, _ shape: Shape
  ) -> Value {
    let row = Shape(height: 1, width: 1, channels: value.shape.elements)
    let flat = moved("Flatten", value, [], row)
    var result: Value
    if hasOperatorsOnCodes {
      result = declared(shape, weights.quantization)
      let bias = weights.bias ?? ""
      file.node(
        "QGemm", [flat.name] + flat.parameters + [weights.name] + weights.parameters + [bias] + result.parameters,
        [result.name], domain: "com.microsoft")
    } else {
      result = onReals(form, flat, weights, shape)
    }
    result = moved("Reshape", result, [integers(shape.nchw)], shape)
    return result
  }
}

/// Pools, and operators element by element.
extension QuantizedRecipeWriter {
  mutating func averaged(
    _ operation: RecipeOperation, _ value: Value, _ shape: Shape, _ numbers: inout RecipeNumbers
  ) -> Value {
    var (op, linear) = ("GlobalAveragePool", "QLinearGlobalAveragePool")
    var attributes: [String: ONNXModelWriter.Attribute] = [:]
    if case .averagePool(let window) = operation {
      (op, linear) = ("AveragePool", "QLinearAveragePool")
      attributes = window.attributes(of: value.shape)
      attributes["count_include_pad"] = .int(numbers.chance(2) ? 1 : 0)
    }
    let quantization = numbers.chance(2) ? value.quantization : quantization(&numbers, magnitude: magnitude(value))
    guard hasOperatorsOnCodes else {
      if op == "GlobalAveragePool", numbers.chance(2) {
        (op, attributes) = ("ReduceMean", ["axes": .ints([2, 3]), "keepdims": .int(1)])
      }
      return computed(op, [real(value)], shape, quantization, attributes)
    }
    let result = declared(shape, quantization)
    file.node(
      linear, [value.name] + value.parameters + result.parameters, [result.name], attributes, domain: "com.microsoft")
    return result
  }

  mutating func joined(
    _ binary: RecipeBinary, _ first: Value, _ second: Value, _ shape: Shape, _ numbers: inout RecipeNumbers
  ) -> Value {
    let magnitudes = [magnitude(first), magnitude(second)]
    let magnitude = binary == .multiply ? magnitudes[0] * magnitudes[1] : magnitudes[0] + magnitudes[1]
    let quantization = quantization(&numbers, magnitude: magnitude)
    let op =
      switch binary {
      case .add: "Add"
      case .subtract: "Sub"
      case .multiply: "Mul"
      case .maximum: "Max"
      case .minimum: "Min"
      }
    guard hasOperatorsOnCodes, [.add, .multiply].contains(binary) else {
      return computed(op, [real(first), real(second)], shape, quantization)
    }
    let result = declared(shape, quantization)
    file.node(
      "QLinear\(op)", [first.name] + first.parameters + [second.name] + second.parameters + result.parameters,
      [result.name], domain: "com.microsoft")
    return result
  }

  mutating func applied(_ function: RecipeFunction, _ value: Value, _ numbers: inout RecipeNumbers) -> Value {
    let magnitude = [.sigmoid, .hyperbolicTangent].contains(function) ? 0.5 : magnitude(value)
    let quantization = quantization(&numbers, magnitude: magnitude)
    var inputs = [real(value)]
    var attributes: [String: ONNXModelWriter.Attribute] = [:]
    let op: String
    switch function {
    case .relu: op = "Relu"
    case .reluTo6:
      op = "Clip"
      inputs += [fresh("c"), fresh("c")]
      file.constant(inputs[1], [], floats: [0])
      file.constant(inputs[2], [], floats: [6])
    case .sigmoid: op = "Sigmoid"
    case .hyperbolicTangent: op = "Tanh"
    case .hardSwish: op = "HardSwish"
    case .leakyRelu: (op, attributes) = ("LeakyRelu", ["alpha": .float(Float(numbers.power(-4...0)))])
    case .elu: op = "Elu"
    case .absolute: op = "Abs"
    }
    return computed(op, inputs, value.shape, quantization, attributes)
  }

  /// Both matrices are made of transposed maps: rows and channels are the last dimensions, then the first ones again.
  mutating func product(_ operands: [Value], _ shape: Shape, _ numbers: inout RecipeNumbers) -> Value {
    let (first, second) = (operands[0], operands[1])
    let left = moved("Transpose", first, [], first.shape, ["perm": .ints([0, 2, 3, 1])])
    let right = moved("Transpose", second, [], second.shape, ["perm": .ints([0, 2, 1, 3])])
    let sum = Double(first.shape.channels).squareRoot() * magnitude(first) * magnitude(second)
    let quantization = quantization(&numbers, magnitude: sum)
    var result: Value
    if hasOperatorsOnCodes {
      result = declared(shape, quantization)
      file.node(
        "QLinearMatMul", [left.name] + left.parameters + [right.name] + right.parameters + result.parameters,
        [result.name])
    } else {
      result = computed("MatMul", [real(left), real(right)], shape, quantization)
    }
    result = moved("Transpose", result, [], shape, ["perm": .ints([0, 3, 1, 2])])
    return result
  }
}
