import ModelBuilding
import NetworkIR

/// Operators with weights.
extension TFLiteRecipeWriter {
  /// Convolutions and fully connected layers.
  mutating func weighted(
    _ node: RecipeNode, _ value: Value, _ shape: Shape, _ numbers: inout RecipeNumbers
  ) -> Value {
    let isNibble = node.weights == .nibbles && node.operation.kind != .transposedConvolution
    let isUnsigned = format == .tfliteUInt8
    let range = isNibble ? -8...7 : isUnsigned ? 0...255 : -128...127
    let zeroPoint = isUnsigned ? numbers.zeroPoint(in: range) : 0
    let dimensions = weightDimensions(node.operation, value.shape, shape)
    let channels = dimensions.sizes[dimensions.channel]
    let count = dimensions.sizes.reduce(1, *)
    let codes = numbers.weights(node.weights, count: count, in: range, around: zeroPoint)
    let base = Float(numbers.power(-9...(-3)))
    let isPerChannel = !isUnsigned && !numbers.chance(4)
    let scales = (0..<(isPerChannel ? channels : 1)).map { _ in base * Float(numbers.power(-1...1)) }
    // Products that an output sums up, of weights of this size.
    let squares = codes.reduce(0.0) { $0 + Double(($1 - zeroPoint) * ($1 - zeroPoint)) } / Double(count)
    let products = Double(count / channels) * max(squares, 0.1)
    let magnitude = value.quantization.magnitude(of: self.codes) * products.squareRoot() * Double(base)
    let quantization = quantization(&numbers, magnitude: magnitude)
    let weights = weights(
      dimensions.sizes, codes, scales: scales, zeroPoint: zeroPoint, along: dimensions.channel, isNibble: isNibble)
    let unit = magnitude / Double(base) / Double(value.quantization.scale)
    let largest = Int(min(max(unit, 1), 1e6))
    let bias = (0..<channels).map { _ in Int.random(in: -largest...largest, using: &numbers.random) }
    let biasPlace = numbers.chance(6) ? -1 : self.bias(bias, scales: scales.map { $0 * value.quantization.scale })
    let fused = [Int8](arrayLiteral: 0, 0, 0, 1, 2, 3)[Int.random(in: 0..<6, using: &numbers.random)]
    // Channels are the slowest dimension of the weights, or the fastest.
    let inner = dimensions.channel == 0 ? count / channels : 1
    let units = (0..<channels).map { Double(scales[isPerChannel ? $0 : 0]) }
    current.weights = codes.enumerated().map { Double($1 - zeroPoint) * units[$0 / inner % channels] }
    let hasBias = biasPlace >= 0
    current.bias = hasBias ? bias.enumerated().map { Double($1) * units[$0] * Double(value.quantization.scale) } : []
    current.fused = fused
    return emit(node.operation, value, shape, quantization, weights: weights, bias: biasPlace, fused: fused)
  }

  /// Sizes of the weights as the format orders them, and the dimension of the output channels.
  private func weightDimensions(
    _ operation: RecipeOperation, _ input: Shape, _ output: Shape
  ) -> (sizes: [Int], channel: Int) {
    switch operation {
    case .convolution(let window, let channels, let groups):
      ([channels, window.kernel.height, window.kernel.width, input.channels / groups], 0)
    case .depthwise(let window, _): ([1, window.kernel.height, window.kernel.width, output.channels], 3)
    case .transposedConvolution(let kernel, _, _, let channels):
      ([channels, kernel.height, kernel.width, input.channels], 0)
    default: ([output.channels, input.elements], 0)
    }
  }

  private mutating func emit(
    _ operation: RecipeOperation, _ value: Value, _ shape: Shape, _ quantization: RecipeQuantization, weights: Int32,
    bias: Int32, fused: Int8
  ) -> Value {
    switch operation {
    case .convolution(let window, _, _), .depthwise(let window, _):
      let (source, padding) = bordered(value, window)
      let result = activation(shape, quantization)
      var fields: [Int: TFLiteField] = [
        0: .byte(padding), 1: .int32(Int32(window.stride.width)), 2: .int32(Int32(window.stride.height)),
      ]
      let rest: [TFLiteField] = [
        .byte(fused), .int32(Int32(window.dilation.width)), .int32(Int32(window.dilation.height)),
      ]
      var place = 3
      var union: Int8 = 1
      if case .depthwise(_, let multiplier) = operation {
        fields[3] = .int32(Int32(multiplier))
        (place, union) = (4, 2)
      }
      for (index, field) in rest.enumerated() { fields[place + index] = field }
      emit(union == 1 ? 3 : 4, [source.place, weights, bias], [result.place], union, fields)
      return result
    case .transposedConvolution(_, let stride, let isSame, _):
      let result = activation(shape, quantization)
      let target = integers([1, shape.height, shape.width, shape.channels])
      let inputs = [target, weights, value.place] + (bias < 0 ? [] : [bias])
      emit(
        67, inputs, [result.place], 49,
        [
          0: .byte(isSame ? 0 : 1), 1: .int32(Int32(stride.width)), 2: .int32(Int32(stride.height)), 3: .byte(fused),
        ])
      return result
    default:
      let row = activation(shape, quantization, dimensions: [1, shape.channels])
      emit(9, [value.place, weights, bias], [row.place], 8, [0: .byte(fused)])
      var result = activation(shape, quantization)
      result.row = row.place
      emit(22, [row.place, integers([1, 1, 1, shape.channels])], [result.place], 17)
      return result
    }
  }

  /// The map with what of its border the operator has no name for, and the schema's number of the rest: 0 SAME, 1 VALID.
  private mutating func bordered(_ value: Value, _ window: Window) -> (Value, Int8) {
    switch window.border {
    case .none: (value, 1)
    case .same: (value, 0)
    case .sides(let sides): (padded(value, sides), 1)
    }
  }

  /// Pools leave the quantization as it is.
  mutating func pool(_ code: Int32, _ window: Window, _ value: Value, _ shape: Shape) -> Value {
    let (source, padding) = bordered(value, window)
    let result = activation(shape, value.quantization)
    emit(
      code, [source.place], [result.place], 5,
      [
        0: .byte(padding), 1: .int32(Int32(window.stride.width)), 2: .int32(Int32(window.stride.height)),
        3: .int32(Int32(window.kernel.width)), 4: .int32(Int32(window.kernel.height)), 5: .byte(0),
      ])
    return result
  }
}

/// Operators element by element, and reductions.
extension TFLiteRecipeWriter {
  mutating func reduced(
    _ reduction: RecipeReduction, _ value: Value, _ shape: Shape, _ numbers: inout RecipeNumbers
  ) -> Value {
    let positions = Double(value.shape.extent.area)
    let magnitude = value.quantization.magnitude(of: codes)
    let quantization: RecipeQuantization =
      switch reduction {
      case .mean: quantization(&numbers, magnitude: magnitude)
      case .sum: quantization(&numbers, magnitude: magnitude * positions.squareRoot())
      case .greatest, .least: value.quantization
      }
    let result = activation(shape, quantization)
    let code: Int32 =
      switch reduction {
      case .mean: 40
      case .sum: 74
      case .greatest: 82
      case .least: 89
      }
    emit(code, [value.place, integers([1, 2])], [result.place], 27, [0: .byte(1)])
    return result
  }

  /// The schema's number of an operator and of its options, and their fields.
  private func schema(_ binary: RecipeBinary, fused: Int8) -> (Int32, Int8, [Int: TFLiteField]) {
    switch binary {
    // Field 1: scales that are no powers of two.
    case .add: (0, 11, [0: .byte(fused), 1: .byte(0)])
    case .subtract: (41, 28, [0: .byte(fused), 1: .byte(0)])
    case .multiply: (18, 21, [0: .byte(fused)])
    case .maximum: (55, 39, [:])
    case .minimum: (57, 39, [:])
    }
  }

  private func magnitude(_ binary: RecipeBinary, _ first: RecipeQuantization, _ second: RecipeQuantization) -> Double {
    let magnitudes = [first, second].map { $0.magnitude(of: codes) }
    return binary == .multiply ? magnitudes[0] * magnitudes[1] : magnitudes[0] + magnitudes[1]
  }

  mutating func joined(
    _ binary: RecipeBinary, _ operands: [Value], _ shape: Shape, _ numbers: inout RecipeNumbers
  ) -> Value {
    let isExtremum = [.maximum, .minimum].contains(binary)
    let second = isExtremum ? requantized(operands[1], operands[0].quantization) : operands[1]
    let magnitude = magnitude(binary, operands[0].quantization, second.quantization)
    let quantization = isExtremum ? operands[0].quantization : quantization(&numbers, magnitude: magnitude)
    let result = activation(shape, quantization)
    let fused: Int8 = numbers.chance(4) ? 1 : 0
    let (code, union, fields) = schema(binary, fused: fused)
    current.fused = [.maximum, .minimum].contains(binary) ? 0 : fused
    emit(code, [operands[0].place, second.place], [result.place], union, fields)
    return result
  }

  /// With a constant of so many numbers, on either side.
  mutating func joined(
    _ binary: RecipeBinary, with count: Int, _ value: Value, _ shape: Shape, _ numbers: inout RecipeNumbers
  ) -> Value {
    let isExtremum = [.maximum, .minimum].contains(binary)
    let magnitude = value.quantization.magnitude(of: codes)
    let other = isExtremum ? value.quantization : quantization(&numbers, magnitude: magnitude)
    let constants = numbers.weights(.any, count: count, in: codes)
    let constant = constant([count], constants, other)
    current.constants = constants.map { Double($0 - other.zeroPoint) * Double(other.scale) }
    let sum = self.magnitude(binary, value.quantization, other)
    let result = activation(shape, isExtremum ? value.quantization : quantization(&numbers, magnitude: sum))
    let (code, union, fields) = schema(binary, fused: 0)
    current.isConstantFirst = numbers.chance(3)
    let inputs = current.isConstantFirst ? [constant, value.place] : [value.place, constant]
    emit(code, inputs, [result.place], union, fields)
    return result
  }

  mutating func applied(_ function: RecipeFunction, _ value: Value, _ numbers: inout RecipeNumbers) -> Value {
    let isUnsigned = format == .tfliteUInt8
    let like = quantization(&numbers, magnitude: value.quantization.magnitude(of: codes))
    var (code, quantization, union, fields): (Int32, RecipeQuantization, Int8, [Int: TFLiteField]) =
      (19, like, 0, [:])
    // 16-bit activations have no tables.
    switch format == .tfliteInt16 ? .relu : function {
    case .relu: break
    case .reluTo6: (code, quantization) = (21, value.quantization)
    case .sigmoid: (code, quantization) = (14, RecipeQuantization(scale: 0x1p-8, zeroPoint: isUnsigned ? 0 : -128))
    case .hyperbolicTangent:
      (code, quantization) = (28, RecipeQuantization(scale: 0x1p-7, zeroPoint: isUnsigned ? 128 : 0))
    case .hardSwish: code = 117
    case .leakyRelu:
      let slope = Float(numbers.power(-4...0))
      current.slope = Double(slope)
      (code, union, fields) = (98, 75, [0: .float(slope)])
    case .elu: code = 111
    case .absolute: code = 101
    }
    let result = activation(value.shape, quantization)
    emit(code, [value.place], [result.place], union, fields)
    return result
  }
}
