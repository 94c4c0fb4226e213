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

  /// ONNX Runtime's requantization by a float32 scale, in this machine's float32 arithmetic.
  static func multiply(_ a: Int, scale: Float, addend: Int) -> Int? {
    Int(exactly: (Float(a) * scale + Float(addend)).rounded(.toNearestOrEven))
  }

  /// What a kernel computes for a form, with each intermediate held to the form's width; nil where one leaves it.
  static func code(
    _ form: RequantizationForm, _ numbers: RequantizationCoefficients, of a: Int, clamp: ClosedRange<Int>
  ) -> Int? {
    guard hasOnlyNumbers(of: form, numbers) else { return nil }
    let value: Int?
    switch form {
    case .rq32: value = Int32(exactly: a).flatMap { narrow($0, numbers) }
    case .rq32c:
      guard let bounds = numbers.bounds else { return nil }
      value = narrow(Int32(clamping: min(max(a, Int(bounds.lowerBound)), Int(bounds.upperBound))), numbers)
    case .rqh:
      guard let word = Int32(exactly: a), let offset = Int32(exactly: numbers.offset), (0...31).contains(numbers.shift),
        (word << Int32(numbers.preshift)) >> Int32(numbers.preshift) == word
      else { return nil }
      let high = (word << Int32(numbers.preshift)).multipliedFullWidth(by: numbers.multiplier).high
      let sum = high.addingReportingOverflow(offset)
      value = sum.overflow ? nil : Int(sum.partialValue >> Int32(numbers.shift))
    case .rq64, .rq64s: value = wide(a, numbers)
    case .rq64x:
      let correction = numbers.exceptions.first { Int($0.accumulator) == a }?.correction ?? 0
      value = wide(a, numbers).map { $0 + Int(correction) }
    case .rq64t:
      // A product in float32: the integer product, rounded to 24 bits, times a power of two.
      let product = Int64(a).multipliedReportingOverflow(by: Int64(numbers.multiplier))
      guard !product.overflow, product.partialValue.magnitude < 1 << 62, numbers.shift <= 62 else { return nil }
      let scaled = Float(product.partialValue) * Float(sign: .plus, exponent: -numbers.shift, significand: 1)
      value = Int(scaled.rounded(.toNearestOrEven)) + Int(numbers.zeroPoint)
    case .thr:
      guard let product = Int32(exactly: a * Int(numbers.multiplier)), product < .max else { return nil }
      value = clamp.lowerBound + numbers.thresholds.count { $0 <= product }
    }
    return value.map { min(max($0, clamp.lowerBound), clamp.upperBound) }
  }

  private static func hasOnlyNumbers(of form: RequantizationForm, _ numbers: RequantizationCoefficients) -> Bool {
    var neutral = numbers
    neutral.multiplier = 0
    switch form {
    case .rq32, .rq64: (neutral.offset, neutral.shift) = (0, 0)
    case .rq32c: (neutral.offset, neutral.shift, neutral.bounds) = (0, 0, nil)
    case .rqh: (neutral.offset, neutral.shift, neutral.preshift) = (0, 0, 0)
    case .rq64s: (neutral.offset, neutral.shift, neutral.signTerm, neutral.zeroPoint) = (0, 0, 0, 0)
    case .rq64x: (neutral.offset, neutral.shift, neutral.exceptions) = (0, 0, [])
    case .rq64t: (neutral.shift, neutral.zeroPoint) = (0, 0)
    case .thr: neutral.thresholds = []
    }
    return neutral == RequantizationCoefficients(multiplier: 0, offset: 0, shift: 0) && numbers.signTerm >= 0
      && numbers.shift >= 0 && (0...31).contains(numbers.preshift)
      && (form != .thr || abs(Int(numbers.multiplier)) == 1 && numbers.thresholds == numbers.thresholds.sorted())
  }

  private static func narrow(_ a: Int32, _ numbers: RequantizationCoefficients) -> Int? {
    guard let b = Int32(exactly: numbers.offset), (0...31).contains(numbers.shift) else { return nil }
    let product = a.multipliedReportingOverflow(by: numbers.multiplier)
    let sum = product.partialValue.addingReportingOverflow(b)
    return product.overflow || sum.overflow ? nil : Int(sum.partialValue >> Int32(numbers.shift))
  }

  private static func wide(_ a: Int, _ numbers: RequantizationCoefficients) -> Int? {
    let product = Int64(a).multipliedReportingOverflow(by: Int64(numbers.multiplier))
    let sum = product.partialValue.addingReportingOverflow(numbers.offset)
    let signed = sum.partialValue.subtractingReportingOverflow(a < 0 ? numbers.signTerm : 0)
    guard !product.overflow, !sum.overflow, !signed.overflow, (0...62).contains(numbers.shift) else { return nil }
    let code = (signed.partialValue >> Int64(numbers.shift)).addingReportingOverflow(Int64(numbers.zeroPoint))
    return code.overflow ? nil : Int(code.partialValue)
  }
}
