/// One exact operation on integers, as a model file prescribes it. Every step is monotone non-decreasing or
/// non-increasing, so that a chain of them is a step function of its input.
package enum RequantizationStep: Equatable, Hashable, Sendable {
  /// `a * scale + offset`
  case affine(scale: Int, offset: Int)
  /// `a / divisor`, rounded; the divisor is positive.
  case divide(by: Int, rounding: Rounding)
  /// TensorFlow Lite's MultiplyByQuantizedMultiplier in its double-rounding form, as the TFLM reference kernels compute
  /// it: `RoundingDivideByPOT(SaturatingRoundingDoublingHighMul(a << max(shift, 0), multiplier), max(-shift, 0))`.
  case doublingMultiply(multiplier: Int32, shift: Int)
  /// A multiplication by the float32 number `significand * 2^-exponent` as IEEE hardware does it, an addition and a
  /// rounding: `RNE(fl(fl(fl(a) * scale) + addend))`, where `fl` rounds to float32 and `RNE` to the nearest integer, ties
  /// to even. The significand is in 2^23 ..< 2^24. This is ONNX Runtime's requantization.
  case singlePrecision(significand: Int, exponent: Int, addend: Int)
  /// `lowest` plus the number of thresholds that are `<= a`; they do not decrease.
  case thresholds(lowest: Int, [Int])
  /// The nearest value within the bounds.
  case clamp(ClosedRange<Int>)

  package enum Rounding: String, Hashable, Sendable {
    /// Towards minus infinity.
    case floor
    /// Towards zero, as C divides.
    case truncate
    /// To nearest, ties towards plus infinity: `floor(a / d + 1/2)`.
    case halfUp
    /// To nearest, ties to the even neighbour.
    case halfEven
    /// To nearest, ties away from zero.
    case halfAway
  }
}

/// The exact rule for one channel: steps in order.
package struct RequantizationRule: Equatable, Hashable, Sendable {
  package var steps: [RequantizationStep]

  package init(_ steps: [RequantizationStep]) { self.steps = steps }

  /// Evaluates the rule exactly; the definition that proofs are made against.
  ///
  /// - Returns: nil where the result of a step leaves 64 bits, a divisor is not positive, a shift is outside -62...31, or
  ///   a float32 scale is outside 2^-90...2^30; import treats all of these as a refusal.
  package func evaluate(_ accumulator: Int) -> Int? {
    var value = accumulator
    for step in steps {
      guard let result = step.evaluate(value) else { return nil }
      value = result
    }
    return value
  }
}
