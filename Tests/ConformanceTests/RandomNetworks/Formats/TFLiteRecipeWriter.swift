import ModelBuilding
import NetworkIR

/// What a node computes with, in real numbers.
struct RecipeArithmetic {
  /// As the format orders them.
  var weights: [Double] = []
  /// Of each output channel; empty where there is none.
  var bias: [Double] = []
  /// The schema's number of the activation: 0 none, 1 ReLU, 2 between -1 and 1, 3 ReLU6.
  var fused: Int8 = 0
  /// One, or one for each channel.
  var constants: [Double] = []
  var isConstantFirst = false
  /// Of negative numbers.
  var slope = 0.0
}

/// Says a recipe as a TensorFlow Lite model.
struct TFLiteRecipeWriter {
  let format: RecipeFormat
  var model = TFLiteTestModel(tensors: [], operators: [], inputs: [], outputs: [])
  /// Of each value of the recipe: where its tensor stands, its shape and what its codes stand for.
  private(set) var values: [Value] = []

  struct Value {
    var place: Int32
    var shape: Shape
    var quantization: RecipeQuantization
    /// The tensor with the same codes as a row, of fully connected layers.
    var row: Int32?
    /// Whether it has codes, and no indices.
    var isCode = true
  }

  /// Of each node.
  private(set) var arithmetic: [RecipeArithmetic] = []
  /// Of the node that is written now.
  var current = RecipeArithmetic()

  /// The file.
  static func bytes(_ recipe: Recipe) -> [UInt8] { written(recipe).model.bytes }

  /// The model, and what it was made of.
  static func written(_ recipe: Recipe) -> TFLiteRecipeWriter {
    var writer = TFLiteRecipeWriter(format: recipe.format)
    var numbers = RecipeNumbers(seed: recipe.seed)
    for shape in recipe.inputs {
      let quantization = writer.quantization(&numbers, magnitude: Double(numbers.power(-2...3)))
      writer.values.append(writer.activation(shape, quantization))
    }
    writer.model.inputs = writer.values.map(\.place)
    for node in recipe.nodes {
      let operands = node.inputs.map { writer.values[$0] }
      guard let shape = node.operation.output(of: operands.map(\.shape)) else { break }
      writer.current = RecipeArithmetic()
      writer.values.append(writer.append(node, operands, shape))
      writer.arithmetic.append(writer.current)
    }
    writer.model.outputs = recipe.allOutputs.map { writer.values[$0].place }
    return writer
  }

  private init(format: RecipeFormat) { self.format = format }

  // MARK: Tensors

  /// The schema's number of the type of activations.
  private var type: Int8 {
    switch format {
    case .tfliteUInt8: 3
    case .tfliteInt16: 7
    default: 9
    }
  }

  /// Codes of activations.
  var codes: ClosedRange<Int> {
    switch format {
    case .tfliteUInt8: 0...255
    case .tfliteInt16: -32768...32767
    default: -128...127
    }
  }

  func quantization(_ numbers: inout RecipeNumbers, magnitude: Double) -> RecipeQuantization {
    numbers.quantization(magnitude: magnitude, codes: codes, isSymmetric: format == .tfliteInt16)
  }

  private mutating func add(_ tensor: TFLiteTestModel.Tensor) -> Int32 {
    var tensor = tensor
    tensor.name = "t\(model.tensors.count)"
    model.tensors.append(tensor)
    return Int32(model.tensors.count - 1)
  }

  /// A map; `dimensions` where the file has others than those of the shape.
  mutating func activation(
    _ shape: Shape, _ quantization: RecipeQuantization, dimensions: [Int]? = nil
  ) -> Value {
    let dimensions = dimensions ?? [1, shape.height, shape.width, shape.channels]
    let place = add(
      .init(
        name: "", dimensions: dimensions.map(Int32.init), type: type, scales: [quantization.scale],
        zeroPoints: [Int64(quantization.zeroPoint)]))
    return Value(place: place, shape: shape, quantization: quantization)
  }

  /// Constant codes of the type of activations.
  mutating func constant(
    _ dimensions: [Int], _ codes: [Int], _ quantization: RecipeQuantization
  ) -> Int32 {
    let bytes = format == .tfliteInt16 ? 2 : 1
    return add(
      .init(
        name: "", dimensions: dimensions.map(Int32.init), type: type,
        data: codes.flatMap { code in (0..<bytes).map { UInt8(truncatingIfNeeded: code >> (8 * $0)) } },
        scales: [quantization.scale], zeroPoints: [Int64(quantization.zeroPoint)]))
  }

  /// Constant int32 numbers: sizes, axes and the like.
  mutating func integers(_ values: [Int], _ dimensions: [Int]? = nil) -> Int32 {
    add(
      .init(
        name: "", dimensions: (dimensions ?? [values.count]).map(Int32.init), type: 2,
        data: values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }, scales: [],
        zeroPoints: []))
  }

  /// Weights, with scales along one dimension where there are several.
  mutating func weights(
    _ dimensions: [Int], _ codes: [Int], scales: [Float], zeroPoint: Int, along dimension: Int, isNibble: Bool
  ) -> Int32 {
    let bytes = codes.map { UInt8(truncatingIfNeeded: $0) }
    let packed = stride(from: 0, to: bytes.count, by: 2).map { index in
      bytes[index] & 15 | (index + 1 < bytes.count ? bytes[index + 1] << 4 : 0)
    }
    return add(
      .init(
        name: "", dimensions: dimensions.map(Int32.init), type: isNibble ? 17 : format == .tfliteUInt8 ? 3 : 9,
        data: isNibble ? packed : bytes, scales: scales,
        zeroPoints: [Int64](repeating: Int64(zeroPoint), count: scales.count), dimension: Int32(dimension)))
  }

  /// A bias in units of the accumulator: int64 under int16 activations, as the converter writes it.
  mutating func bias(_ values: [Int], scales: [Float]) -> Int32 {
    let bytes = format == .tfliteInt16 ? 8 : 4
    return add(
      .init(
        name: "", dimensions: [Int32(values.count)], type: format == .tfliteInt16 ? 4 : 2,
        data: values.flatMap { value in (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } },
        scales: scales, zeroPoints: [Int64](repeating: 0, count: scales.count)))
  }

  // MARK: Operators

  mutating func emit(
    _ code: Int32, _ inputs: [Int32], _ outputs: [Int32], _ union: Int8 = 0, _ fields: [Int: TFLiteField] = [:]
  ) {
    model.operators.append(.init(code: code, inputs: inputs, outputs: outputs, options: (union, fields)))
  }

  /// The value in another quantization: itself where it has that one.
  mutating func requantized(_ value: Value, _ quantization: RecipeQuantization) -> Value {
    guard value.quantization != quantization else { return value }
    let result = activation(value.shape, quantization)
    emit(114, [value.place], [result.place])
    return result
  }

  /// The value between rows and columns of its zero point.
  mutating func padded(_ value: Value, _ sides: Padding) -> Value {
    guard sides != .zero else { return value }
    var shape = value.shape
    shape.height += sides.top + sides.bottom
    shape.width += sides.left + sides.right
    let result = activation(shape, value.quantization)
    let table = integers([0, 0, sides.top, sides.bottom, sides.left, sides.right, 0, 0], [4, 2])
    emit(34, [value.place, table], [result.place], 22)
    return result
  }

  /// Appends what a node becomes.
  private mutating func append(_ node: RecipeNode, _ operands: [Value], _ shape: Shape) -> Value {
    var numbers = RecipeNumbers(seed: node.seed)
    switch node.operation {
    case .convolution, .depthwise, .transposedConvolution, .fullyConnected:
      return weighted(node, operands[0], shape, &numbers)
    case .maximumPool(let window): return pool(17, window, operands[0], shape)
    case .averagePool(let window): return pool(1, window, operands[0], shape)
    case .reduction(let reduction): return reduced(reduction, operands[0], shape, &numbers)
    case .binary(let binary): return joined(binary, operands, shape, &numbers)
    case .constant(let binary, let isPerChannel):
      return joined(binary, with: isPerChannel ? shape.channels : 1, operands[0], shape, &numbers)
    case .function(let function): return applied(function, operands[0], &numbers)
    case .requantization:
      let magnitude = operands[0].quantization.magnitude(of: codes)
      return requantized(operands[0], quantization(&numbers, magnitude: magnitude))
    case .softmax:
      let result = activation(shape, RecipeQuantization(scale: 0x1p-8, zeroPoint: codes.lowerBound))
      emit(25, [operands[0].place], [result.place], 9, [0: .float(1)])
      return result
    case .matrixProduct:
      let magnitude =
        operands.reduce(Double(operands[0].shape.channels).squareRoot()) {
          $0 * $1.quantization.magnitude(of: codes)
        }
      let result = activation(shape, quantization(&numbers, magnitude: magnitude))
      emit(126, operands.map(\.place), [result.place], 101, [1: .byte(1)])
      return result
    case .argumentMaximum:
      let place = add(
        .init(name: "", dimensions: [1, Int32(shape.height), Int32(shape.width)], type: 2, scales: [], zeroPoints: []))
      emit(56, [operands[0].place, integers([-1], [])], [place], 40, [0: .byte(2)])
      return Value(
        place: place, shape: shape, quantization: RecipeQuantization(scale: 1, zeroPoint: 0), isCode: false)
    default: return moved(node.operation, operands, shape)
    }
  }
}
