import NetworkIR

extension RequantizationRule {
  /// The code of an accumulator, step by step as the model file prescribes.
  ///
  /// Written from the published definitions and independent of `evaluate`, which the proofs use: the two check
  /// each other.
  ///
  /// - Returns: nil where the result of a step leaves 64 bits, a divisor is not positive, a shift is outside -62...31,
  ///   or a float32 scale is outside 2^-90...2^30.
  func code(of accumulator: Int) -> Int? {
    var value = accumulator
    for step in steps {
      let result: Int128
      switch step {
      case .affine(let scale, let offset): result = Int128(value) * Int128(scale) + Int128(offset)
      case .divide(let divisor, let rounding):
        guard divisor > 0 else { return nil }
        result = Int128(quotient(value, divisor, rounding))
      case .doublingMultiply(let multiplier, let shift):
        guard let product = multiplyByQuantizedMultiplier(value, multiplier, shift) else { return nil }
        result = product
      case .singlePrecision(let significand, let exponent, let addend):
        guard let product = singlePrecision(value, significand, exponent, addend) else { return nil }
        result = product
      case .thresholds(let lowest, let thresholds): result = Int128(lowest + thresholds.count { $0 <= value })
      case .clamp(let bounds): result = Int128(min(max(value, bounds.lowerBound), bounds.upperBound))
      }
      guard let narrow = Int(exactly: result) else { return nil }
      value = narrow
    }
    return value
  }
}

/// `value / divisor` in the given rounding, from the truncated quotient and its remainder.
private func quotient(_ value: Int, _ divisor: Int, _ rounding: RequantizationStep.Rounding) -> Int {
  let (truncated, signedRemainder) = value.quotientAndRemainder(dividingBy: divisor)
  let floor = signedRemainder < 0 ? truncated - 1 : truncated
  let remainder = signedRemainder < 0 ? signedRemainder + divisor : signedRemainder
  switch rounding {
  case .truncate: return truncated
  case .floor: return floor
  // remainder / divisor >= 1/2, without doubling the remainder
  case .halfUp: return remainder >= divisor - remainder ? floor + 1 : floor
  case .halfAway:
    return remainder > divisor - remainder || (remainder == divisor - remainder && value > 0) ? floor + 1 : floor
  case .halfEven:
    return remainder > divisor - remainder || (remainder == divisor - remainder && floor & 1 != 0) ? floor + 1 : floor
  }
}

/// ONNX Runtime's requantization, in the float32 arithmetic of this machine: IEEE 754 leaves no choice.
private func singlePrecision(_ value: Int, _ significand: Int, _ exponent: Int, _ addend: Int) -> Int128? {
  guard (-6...113).contains(exponent), 1 << 23 <= significand, significand < 1 << 24 else { return nil }
  let scale = Float(significand) * Float(sign: .plus, exponent: -exponent, significand: 1)
  return Int128(exactly: (Float(value) * scale + Float(addend)).rounded(.toNearestOrEven))
}

/// TensorFlow Lite's MultiplyByQuantizedMultiplier with two roundings (tensorflow/lite/kernels/internal/common.cc).
private func multiplyByQuantizedMultiplier(_ value: Int, _ multiplier: Int32, _ shift: Int) -> Int128? {
  guard (-62...31).contains(shift) else { return nil }
  let product = (Int128(value) << Int128(max(shift, 0))) * Int128(multiplier)
  // SaturatingRoundingDoublingHighMul: a nudge of half a unit towards the sign, then a division as C does it.
  let nudge: Int128 = product >= 0 ? 1 << 30 : 1 - (1 << 30)
  let high = (product + nudge) / (1 << 31)
  guard shift < 0 else { return high }
  // RoundingDivideByPOT: the remainder decides; a negative number needs more than half.
  let mask = Int128(1) << Int128(-shift) - 1
  let threshold = mask >> 1 + (high < 0 ? 1 : 0)
  return high >> Int128(-shift) + (high & mask > threshold ? 1 : 0)
}
