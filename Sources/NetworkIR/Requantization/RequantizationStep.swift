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
  /// The nearest value within the bounds.
  case clamp(ClosedRange<Int>)

  package enum Rounding: String, Hashable, Sendable {
    /// Towards minus infinity.
    case floor
    /// Towards zero, as C divides.
    case truncate
    /// To nearest, ties towards plus infinity: `floor(a / d + 1/2)`.
    case halfUp
  }
}

/// The exact rule for one channel: steps in order.
package struct RequantizationRule: Equatable, Hashable, Sendable {
  package var steps: [RequantizationStep]

  package init(_ steps: [RequantizationStep]) { self.steps = steps }

  /// Evaluates the rule in wide integers; the definition that proofs are made against.
  ///
  /// - Returns: nil where the result of a step leaves 64 bits, a divisor is not positive or a shift is outside
  ///   -62...31, all of which import treats as a refusal.
  package func evaluate(_ accumulator: Int) -> Int? {
    var value = Int128(accumulator)
    for step in steps {
      switch step {
      case .affine(let scale, let offset): value = value * Int128(scale) + Int128(offset)
      case .divide(let divisor, let rounding):
        guard divisor > 0 else { return nil }
        value = Self.divide(value, by: Int128(divisor), rounding)
      case .doublingMultiply(let multiplier, let shift):
        guard (-62...31).contains(shift) else { return nil }
        value = Self.doublingMultiply(value, multiplier, shift)
      case .clamp(let bounds): value = min(max(value, Int128(bounds.lowerBound)), Int128(bounds.upperBound))
      }
      guard Int128(Int.min)...Int128(Int.max) ~= value else { return nil }
    }
    return Int(value)
  }

  private static func divide(_ value: Int128, by divisor: Int128, _ rounding: RequantizationStep.Rounding) -> Int128 {
    switch rounding {
    case .truncate: return value / divisor
    case .floor: return floorDivide(value, divisor)
    case .halfUp: return floorDivide(2 * value + divisor, 2 * divisor)
    }
  }

  private static func floorDivide(_ value: Int128, _ divisor: Int128) -> Int128 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }

  private static func doublingMultiply(_ value: Int128, _ multiplier: Int32, _ shift: Int) -> Int128 {
    let high = floorDivide((value << Int128(max(shift, 0))) * Int128(multiplier) + (1 << 30), 1 << 31)
    guard shift < 0 else { return high }
    let divisor = Int128(1) << Int128(-shift)
    // Half away from zero.
    return high >= 0 ? (high + divisor / 2) / divisor : -((-high + divisor / 2) / divisor)
  }
}
