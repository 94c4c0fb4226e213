import NetworkIR

/// Scale, zero point and type of codes: real = (code - zeroPoint) * scale.
struct QuantizedScale: Equatable, Sendable {
  var scale: Float
  var zeroPoint: Int
  var type: ElementType

  /// What QuantizeLinear makes of a number: `clip(round(real / scale) + zeroPoint)`, the quotient in float32, ties to
  /// the even neighbour. nil for a number that is none.
  func code(of real: Float) -> Int? {
    let steps = (real / scale).rounded(.toNearestOrEven)
    guard !steps.isNaN else { return nil }
    let codes = type.range
    // Clipped before it is an integer: a quotient may be infinite.
    let lowest = Float(codes.lowerBound - zeroPoint)
    let highest = Float(codes.upperBound - zeroPoint)
    return min(max(Int(min(max(steps, lowest), highest)) + zeroPoint, codes.lowerBound), codes.upperBound)
  }

  /// What DequantizeLinear makes of a code, in float32.
  func real(of code: Int) -> Float { Float(code - zeroPoint) * scale }
}

/// A tensor of the file whose codes are in a tensor of the network.
struct QuantizedView: Equatable, Sendable {
  var tensor: TensorID
  /// The file's dimensions, and where its elements lie.
  var layout: CodeLayout
  /// What the file says that the codes stand for, where it says so.
  var scale: QuantizedScale?

  var dimensions: [Int] { layout.dimensions }
}

/// Numbers that are known from one code each: what DequantizeLinear makes, and float functions of it.
struct QuantizedReal: Equatable, Sendable {
  var view: QuantizedView
  /// Of the codes.
  var scale: QuantizedScale
  /// nil: dequantized codes. Else the number that each code of the type stands for, from the least code on; one table, or
  /// one for each of `channels`.
  var tables: [[Float]]?
  /// The shape under which tables run along the channels; nil where there is one table or none.
  var shape: Shape?

  /// The table of a code's numbers: one, or one for each channel.
  var numbers: [[Float]] { tables ?? [scale.type.range.map { scale.real(of: $0) }] }
}

/// Integer constants behind a DequantizeLinear.
struct QuantizedConstant: Equatable, Sendable {
  var dimensions: [Int]
  var type: ElementType
  var codes: [Int]
  /// One, or one for each index along `axis`.
  var scales: [Float]
  /// As many as there are scales.
  var zeroPoints: [Int]
  /// What `scales` run along when there is more than one.
  var axis: Int

  /// The numbers that the codes stand for.
  var numbers: [Float] {
    guard scales.count > 1 else { return codes.map { Float($0 - zeroPoints[0]) * scales[0] } }
    let inner = dimensions[(axis + 1)...].reduce(1, *)
    return codes.enumerated().map { element, code in
      let channel = element / inner % scales.count
      return Float(code - zeroPoints[channel]) * scales[channel]
    }
  }
}

/// A layer that is known but for what its codes stand for: that, its last step, waits for a QuantizeLinear.
struct QuantizedPending: Sendable {
  /// What is computed, and what one unit of the accumulator stands for.
  enum Kind: Sendable {
    /// `scales[channel]` times the accumulator; one scale for all channels or one for each.
    case convolution(Convolution, Operand, scales: [Float], kind: String)
    /// The sum of the window's numbers in float32, as QLinearAveragePool adds them, by `count`; nil: by the number of
    /// positions inside the input.
    case average(Pooling, Operand, QuantizedScale, count: Int?)
    /// The sum of the window's codes times `scale / count`, as an exact fraction.
    case mean(Pooling, Operand, QuantizedScale, count: Int)
    /// As `mean`, the fraction rounded to float32 as QLinearGlobalAveragePool does.
    case globalAverage(Pooling, Operand, QuantizedScale, count: Int)
    case matrixProduct(MatrixProduct, Operand, Operand, scale: Float)
    case binary(QuantizedBinary, QuantizedReal, QuantizedReal)
    /// With a constant that has one code, or one for each channel of the pending shape.
    case constant(QuantizedBinary, QuantizedReal, QuantizedScale, codes: [Int], isFirst: Bool)
    case softmax(Operand, QuantizedScale)
    case concatenation([QuantizedReal], axis: Int)
  }

  var kind: Kind
  /// Of the tensor that will hold the codes.
  var shape: Shape
  /// The file's tensor over that one.
  var layout: CodeLayout
  /// The node that the layer stands for.
  var node: String
  /// The tensor of the file that holds the numbers.
  var name: String
  /// What a Relu or Clip since leaves.
  var lower = -Float.infinity
  var upper = Float.infinity
  /// Where the convolution computes the phases of a transposed one, which a movement brings to their positions.
  var transposed: TransposedConvolution?

  /// The same accumulators in units of `scale`.
  func scaled(by scale: Float, name: String) -> QuantizedPending {
    var result = self
    result.name = name
    switch kind {
    case .convolution(let convolution, let operand, let scales, let kind):
      result.kind = .convolution(convolution, operand, scales: scales.map { $0 * scale }, kind: kind)
    case .matrixProduct(let product, let first, let second, let unit):
      result.kind = .matrixProduct(product, first, second, scale: unit * scale)
    case .average, .mean, .globalAverage, .binary, .constant, .softmax, .concatenation: break
    }
    return result
  }
}

/// Element by element, two operands.
enum QuantizedBinary: Sendable { case add, subtract, multiply, maximum, minimum }

/// The user's floats before the first QuantizeLinear: where the network will begin.
struct QuantizedInput: Sendable {
  /// The input of the graph.
  var name: String
  var dimensions: [Int]
  /// Whether the elements still stand in the order of the input.
  var isReordered = false
}

/// What is known about a tensor of the file while its graph is lowered.
enum QuantizedValue: Sendable {
  case constant(ONNXConstant)
  case dequantizedConstant(QuantizedConstant)
  case input(QuantizedInput)
  case codes(QuantizedView)
  case real(QuantizedReal)
  case pending(QuantizedPending)
  /// Numbers that are only computed beyond the network, from codes or accumulators that it delivers.
  case tail
  /// A node before it was refused.
  case refused

  /// The dimensions of the tensor; nil where they are not known.
  var dimensions: [Int]? {
    switch self {
    case .constant(let constant): constant.dimensions
    case .dequantizedConstant(let constant): constant.dimensions
    case .input(let input): input.dimensions
    case .codes(let view): view.dimensions
    case .real(let real): real.view.dimensions
    case .pending(let pending): pending.layout.dimensions
    case .tail, .refused: nil
    }
  }
}
