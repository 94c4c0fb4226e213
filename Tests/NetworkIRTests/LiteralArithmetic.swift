import NetworkIR

/// The published definitions, written out in the words of their sources and apart from the module under test.
enum LiteralArithmetic {
  /// gemmlowp's SaturatingRoundingDoublingHighMul.
  static func doublingHighMul(_ a: Int32, _ b: Int32) -> Int32 {
    if a == b && a == .min { return .max }
    let product = Int64(a) * Int64(b)
    let nudge: Int64 = product >= 0 ? 1 << 30 : 1 - (1 << 30)
    return Int32((product + nudge) / (1 << 31))
  }

  /// gemmlowp's RoundingDivideByPOT.
  static func divideByPOT(_ x: Int32, _ exponent: Int) -> Int32 {
    let mask = Int32(truncatingIfNeeded: (Int64(1) << Int64(exponent)) - 1)
    let remainder = x & mask
    let threshold = (mask >> 1) + (x < 0 ? 1 : 0)
    return (x >> Int32(exponent)) + (remainder > threshold ? 1 : 0)
  }

  /// TensorFlow Lite's MultiplyByQuantizedMultiplier with double rounding; nil where the left shift leaves 32 bits.
  static func multiply(_ a: Int32, _ multiplier: Int32, _ shift: Int) -> Int32? {
    guard let shifted = Int32(exactly: Int64(a) << Int64(max(shift, 0))) else { return nil }
    return divideByPOT(doublingHighMul(shifted, multiplier), max(-shift, 0))
  }

  /// What a kernel computes for a form, with each intermediate held to the form's width; nil where one leaves it.
  static func code(
    _ form: RequantizationForm, _ numbers: RequantizationCoefficients, of a: Int, clamp: ClosedRange<Int>
  ) -> Int? {
    guard form == .rq64s || (numbers.signTerm == 0 && numbers.zeroPoint == 0), numbers.signTerm >= 0 else { return nil }
    switch form {
    case .rq32:
      guard let a = Int32(exactly: a), let b = Int32(exactly: numbers.offset) else { return nil }
      let product = a.multipliedReportingOverflow(by: numbers.multiplier)
      let sum = product.partialValue.addingReportingOverflow(b)
      guard !product.overflow, !sum.overflow, (0...31).contains(numbers.shift) else { return nil }
      return min(max(Int(sum.partialValue >> Int32(numbers.shift)), clamp.lowerBound), clamp.upperBound)
    case .rq64, .rq64s:
      let product = Int64(a).multipliedReportingOverflow(by: Int64(numbers.multiplier))
      let sum = product.partialValue.addingReportingOverflow(numbers.offset)
      let signed = sum.partialValue.subtractingReportingOverflow(a < 0 ? numbers.signTerm : 0)
      guard !product.overflow, !sum.overflow, !signed.overflow, (0...62).contains(numbers.shift) else { return nil }
      let code = (signed.partialValue >> Int64(numbers.shift)).addingReportingOverflow(Int64(numbers.zeroPoint))
      guard !code.overflow else { return nil }
      return min(max(Int(code.partialValue), clamp.lowerBound), clamp.upperBound)
    }
  }
}
