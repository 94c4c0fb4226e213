import Foundation
import NetworkIR

extension TFLiteSupport {
  /// Functions of one code: tables of all codes.
  static let unary = [
    table("LOGISTIC", limits: [.tableInput, .functionScale]) { $0.logistic($1, $2) },
    table("TANH", limits: [.tableInput, .functionScale]) { $0.hyperbolicTangent($1, $2) },
    table("HARD_SWISH", limits: [.tableInput, .functionScale]) { $0.hardSwish($1, $2) },
    table("LEAKY_RELU") { $0.leakyRelu($1, $2) },
    table("RELU_N1_TO_1") { $0.bounded($1, $2, to: "RELU_N1_TO_1") },
    table("RELU_0_TO_1") { $0.bounded($1, $2, to: "RELU_0_TO_1") },
    table("ABS") { $0.absolute($1, $2) },
    table("RSQRT") { $0.inverseSquareRoot($1, $2) },
    real("ELU") { $0 < 0 ? Double(Float(exp($0))) - 1 : $0 },
    real("EXP") { exp($0) },
    real("LOG") { log($0) },
    real("SQRT") { $0.squareRoot() },
    real("SQUARE") { $0 * $0 },
    real("NEG") { -$0 },
    real("SIGN") { $0 == 0 ? 0 : $0 < 0 ? -1 : 1 },
    real("SIN") { sin($0) },
    real("COS") { cos($0) },
    real("FLOOR") { $0.rounded(.down) },
    real("CEIL") { $0.rounded(.up) },
    real("ROUND") { $0.rounded(.toNearestOrEven) },
    table("GELU") { $0.gelu($1, $2) },
  ]

  private static func table(
    _ name: String, limits: [TFLiteLimit] = [.tableInput],
    codes: @escaping @Sendable (inout TFLiteOperator, TFLiteActivation, TFLiteActivation) -> [Int]?
  ) -> TFLiteSupport {
    TFLiteSupport(name, "table of all codes", limits: limits) { op in
      guard let (input, output, shape) = op.elementwise(), op.hasTable(input), let codes = codes(&op, input, output),
        op.problems.isEmpty
      else { return }
      op.emit(op.lookup(input, shape, [codes], to: output))
    }
  }

  private static func real(_ name: String, _ function: @escaping @Sendable (Double) -> Double) -> TFLiteSupport {
    table(name) { _, input, output in TFLiteOperator.rounded(input, output, function) }
  }
}

extension TFLiteOperator {
  /// Whether a table of all codes of the activation is small: 8 bits.
  mutating func hasTable(_ activation: TFLiteActivation) -> Bool {
    guard activation.type.bits > 8 else { return true }
    refuse(.tableInput, "tensor '\(activation.name)' is \(activation.type.rawValue), but int8 or uint8 is needed")
    return false
  }

  /// A table, or one for each channel of `shape`, clamped to the output's type.
  func lookup(
    _ input: TFLiteActivation, _ shape: Shape, _ tables: [[Int]], to output: TFLiteActivation, outputShape: Shape? = nil
  ) -> TFLiteLayer {
    let range = output.type.range
    let clamped = tables.map { $0.map { Int32(min(max($0, range.lowerBound), range.upperBound)) } }
    let least = input.type.range.lowerBound
    let reached = clamped.flatMap { table in codes(of: input).map { Int(table[$0 - least]) } }
    return TFLiteLayer(
      operation: .lookup(Lookup(tables: clamped)), kind: "lookup", inputs: [(input.name, shape)], output: output,
      outputShape: outputShape, values: (reached.min() ?? range.lowerBound)...(reached.max() ?? range.upperBound))
  }

  /// A real function through float32: `round(f(scale * (x - zeroPoint)) * (1 / scale)) + zeroPoint`, half away from zero.
  ///
  /// The function itself is evaluated in float64 and rounded to float32. Source: PopulateLookupTable of
  /// tensorflow/lite/micro/kernels/elu.cc, and LUTPopulate of tensorflow/lite/kernels/internal/common.h.
  static func rounded(
    _ input: TFLiteActivation, _ output: TFLiteActivation, _ function: (Double) -> Double
  ) -> [Int] {
    let inverse = 1 / output.scale
    return input.type.range.map { code in
      let real = input.scale * Float(code - input.zeroPoint)
      let steps = (Float(function(Double(real))) * inverse).rounded(.toNearestOrAwayFromZero)
      // A number that is none, as the logarithm of a negative one, has the least code.
      return Int(steps.isNaN ? -1024 : min(max(steps, -1024), 1024)) + output.zeroPoint
    }
  }

  /// LOGISTIC; on uint8 through float32, as TensorFlow Lite does there. Source:
  /// tensorflow/lite/kernels/internal/reference/integer_ops/logistic.h.
  fileprivate mutating func logistic(_ input: TFLiteActivation, _ output: TFLiteActivation) -> [Int]? {
    guard input.type == .int8 else { return Self.rounded(input, output) { 1 / (1 + exp(-$0)) } }
    return saturating(input, low: -128, high: 127, output) {
      TFLiteFixedPoint.logistic($0)
    } map: {
      TFLiteFixedPoint.shiftRight($0, 23) - 128
    }
  }

  /// TANH. Source: tensorflow/lite/kernels/internal/reference/integer_ops/tanh.h.
  fileprivate mutating func hyperbolicTangent(_ input: TFLiteActivation, _ output: TFLiteActivation) -> [Int]? {
    guard input.type == .int8 else { return Self.rounded(input, output) { tanh($0) } }
    return saturating(input, low: -128, high: 127, output) {
      TFLiteFixedPoint.tanh($0)
    } map: {
      TFLiteFixedPoint.shiftRight($0, 24)
    }
  }

  /// A function in Q4 between the inputs where it has reached its ends; the output's scale and zero point are its own.
  private mutating func saturating(
    _ input: TFLiteActivation, low: Int, high: Int, _ output: TFLiteActivation, function: (Int) -> Int,
    map: (Int) -> Int
  ) -> [Int]? {
    let factor = TFLiteMultiplier(Double(input.scale) * 0x1p27)
    guard 0...31 ~= factor.shift else {
      refuse(.functionScale, "the input scale \(input.scale) is outside 2^-27 to 16")
      return nil
    }
    let radius = Int((15 * 0x1p27 / Double(1 << factor.shift)).rounded(.down))
    return input.type.range.map { code in
      let difference = code - input.zeroPoint
      if difference <= -radius { return low }
      if difference >= radius { return high }
      return min(max(map(function(TFLiteFixedPoint.scale(difference, factor))), low), high)
    }
  }

  /// HARD_SWISH in 16 bits; on uint8 alike. Sources: HardSwishPrepare of
  /// tensorflow/lite/micro/kernels/hard_swish_common.cc, HardSwish of .../internal/reference/hard_swish.h.
  fileprivate mutating func hardSwish(_ input: TFLiteActivation, _ output: TFLiteActivation) -> [Int]? {
    let fine = (1 / 128 as Float) * input.scale
    let result = TFLiteMultiplier(Double(fine / output.scale))
    let gate = TFLiteMultiplier(Double(fine / (3 / 32768 as Float)))
    guard -31...0 ~= result.shift, abs(gate.shift) <= 31 else {
      refuse(.functionScale, "the scales \(input.scale) and \(output.scale) need a shift by \(result.shift)")
      return nil
    }
    let (resultFactor, gateFactor) = (
      TFLiteFixedPoint16.multiplier(result.multiplier), TFLiteFixedPoint16.multiplier(gate.multiplier)
    )
    return input.type.range.map { code in
      let value = (code - input.zeroPoint) << 7
      var open = gate.shift > 0 ? TFLiteFixedPoint16.shiftLeft(value, gate.shift - 1) : value
      open = TFLiteFixedPoint16.multiply(open, gateFactor)
      if gate.shift > 0 { open = TFLiteFixedPoint16.shiftLeft(open, 1) }
      open = TFLiteFixedPoint.shiftRight(open, max(-gate.shift, 0))
      open = (open + 1 << 15) >> 1
      let product = TFLiteFixedPoint16.multiplyTruncating(open, TFLiteFixedPoint16.multiply(value, resultFactor))
      return TFLiteFixedPoint.shiftRight(product, -result.shift) + output.zeroPoint
    }
  }

  /// LEAKY_RELU: one factor on each side of zero, both computed in float64 as measured on all codes. Source:
  /// tensorflow/lite/micro/kernels/leaky_relu_common.cc.
  fileprivate mutating func leakyRelu(_ input: TFLiteActivation, _ output: TFLiteActivation) -> [Int]? {
    guard let alpha = float("alpha") else { return nil }
    guard alpha.isFinite else {
      refuse(.quantizationRange, "alpha is \(alpha)")
      return nil
    }
    let negative = TFLiteMultiplier(
      abs(Double(input.scale) * Double(alpha) / Double(output.scale)))
    guard isSafe(negative) else { return nil }
    let sign = alpha < 0 ? -1 : 1
    return scaled(input, output, by: Double(input.scale) / Double(output.scale)) {
      sign * TFLiteFixedPoint.scale($0, negative)
    }
  }

  /// RELU_N1_TO_1 and RELU_0_TO_1: another scale, and bounds. Source: QuantizedReluX of
  /// tensorflow/lite/kernels/activations.cc.
  fileprivate mutating func bounded(
    _ input: TFLiteActivation, _ output: TFLiteActivation, to name: String
  ) -> [Int]? {
    guard var clamp = activationRange("RELU_N1_TO_1", output) else { return nil }
    if name == "RELU_0_TO_1" { clamp = max(clamp.lowerBound, output.zeroPoint)...clamp.upperBound }
    let factor = TFLiteMultiplier(Double(input.scale / output.scale))
    return scaled(input, output, by: Double(input.scale / output.scale)) { TFLiteFixedPoint.scale($0, factor) }
      .map { $0.map { min(max($0, clamp.lowerBound), clamp.upperBound) } }
  }

  /// ABS. Source: AbsEvalQuantized of tensorflow/lite/micro/kernels/elementwise.cc.
  fileprivate mutating func absolute(_ input: TFLiteActivation, _ output: TFLiteActivation) -> [Int]? {
    let factor = TFLiteMultiplier(Double(input.scale / output.scale))
    let isPlain = input.scale == output.scale
    return scaled(input, output, by: Double(input.scale / output.scale)) { TFLiteFixedPoint.scale(-$0, factor) }
      .map { codes in isPlain ? input.type.range.map { abs($0 - input.zeroPoint) + output.zeroPoint } : codes }
  }

  /// Codes not below the zero point by one factor, those below it by `negative` of their difference to it.
  private mutating func scaled(
    _ input: TFLiteActivation, _ output: TFLiteActivation, by real: Double, negative: (Int) -> Int
  ) -> [Int]? {
    let factor = TFLiteMultiplier(real)
    guard isSafe(factor) else { return nil }
    return input.type.range.map { code in
      let difference = code - input.zeroPoint
      return (difference >= 0 ? TFLiteFixedPoint.scale(difference, factor) : negative(difference)) + output.zeroPoint
    }
  }

  /// Whether a difference of two codes of 8 bits can be shifted left without leaving 32 bits.
  mutating func isSafe(_ factor: TFLiteMultiplier) -> Bool {
    guard factor.shift <= 22 else {
      refuse(.leftShift, "codes shifted left by \(factor.shift) leave the 32 bits")
      return false
    }
    return true
  }

  /// RSQRT. Source: RsqrtEvalQuantized of tensorflow/lite/micro/kernels/elementwise.cc; codes below the zero point are
  /// an error there and have the greatest code here.
  fileprivate mutating func inverseSquareRoot(_ input: TFLiteActivation, _ output: TFLiteActivation) -> [Int]? {
    let factor = TFLiteMultiplier(1 / Double(input.scale.squareRoot() * output.scale))
    guard factor.shift <= 30 else {
      refuse(.leftShift, "the factor is shifted left by \(factor.shift)")
      return nil
    }
    return input.type.range.map { code in
      let difference = code - input.zeroPoint
      guard difference > 0 else { return output.type.range.upperBound }
      var root = TFLiteFixedPoint.inverseSquareRoot(difference)
      root.shift += 20
      let data = TFLiteFixedPoint.scale(1, root)
      let shifted = TFLiteMultiplier(multiplier: factor.multiplier, shift: factor.shift - 20)
      return TFLiteFixedPoint.scale(data, shifted) + output.zeroPoint
    }
  }

  /// GELU, exact or by its approximation with tanh, through float32. Source: tensorflow/lite/kernels/gelu.cc.
  fileprivate mutating func gelu(_ input: TFLiteActivation, _ output: TFLiteActivation) -> [Int]? {
    guard let isApproximate = int("approximate") else { return nil }
    return Self.rounded(input, output) { x in
      let inner =
        isApproximate != 0
        ? tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)) : erf(x * 0.5.squareRoot())
      return 0.5 * x * (1 + inner)
    }
  }
}
