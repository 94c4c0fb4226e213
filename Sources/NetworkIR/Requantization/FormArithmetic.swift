extension RequantizationFit {
  /// The code the form computes, exactly; nil where an intermediate leaves the form's width, where the shift is none that
  /// a register of this width allows, or where some number is not one of the form's.
  package func evaluate(_ accumulator: Int, clamp: ClosedRange<Int>) -> Int? {
    guard isWellFormed else { return nil }
    return code(of: accumulator, clamp: clamp)
  }

  /// Whether shifts are in their registers' width and every number that the form does not name is neutral.
  var isWellFormed: Bool {
    let numbers = coefficients
    let widest =
      switch form {
      case .rq32, .rq32c, .rqh: 31
      case .rq64, .rq64s, .rq64x, .rq64t: 62
      case .thr: 0
      }
    return (0...widest).contains(numbers.shift)
      && (form == .rq64s ? numbers.signTerm >= 0 : numbers.signTerm == 0)
      && (numbers.zeroPoint == 0 || form == .rq64s || form == .rq64t)
      && (numbers.offset == 0 || form != .rq64t && form != .thr)
      && (numbers.bounds != nil) == (form == .rq32c)
      && (form == .rqh ? (0...31).contains(numbers.preshift) : numbers.preshift == 0)
      && (numbers.exceptions.isEmpty || form == .rq64x)
      && (numbers.thresholds.isEmpty || form == .thr)
      && (form != .thr || abs(Int(numbers.multiplier)) == 1)
  }

  /// `evaluate` of coefficients that are well formed.
  func code(of accumulator: Int, clamp: ClosedRange<Int>) -> Int? {
    let numbers = coefficients
    let code: Int?
    switch form {
    case .rq32: code = narrow(accumulator)
    case .rq32c:
      guard let bounds = numbers.bounds else { return nil }
      code = narrow(min(max(accumulator, Int(bounds.lowerBound)), Int(bounds.upperBound)))
    case .rqh:
      let shifted = accumulator.multipliedReportingOverflow(by: 1 << numbers.preshift)
      guard !shifted.overflow, let left = Int32(exactly: shifted.partialValue) else { return nil }
      let high = (Int(left) * Int(numbers.multiplier)) >> 32
      code = Self.shiftedSum(high, numbers.offset, numbers.shift)
    case .rq64, .rq64s: code = wide(accumulator)
    case .rq64x:
      let correction = numbers.exceptions.reduce(0) {
        Int($1.accumulator) == accumulator ? $0 + Int($1.correction) : $0
      }
      code = wide(accumulator).map { $0 &+ correction }
    case .rq64t: code = singlePrecision(accumulator)
    case .thr:
      // The greatest int32 stands for a threshold that no accumulator reaches.
      let value = accumulator.multipliedReportingOverflow(by: Int(numbers.multiplier))
      guard !value.overflow, let product = Int32(exactly: value.partialValue), product < .max else { return nil }
      code = clamp.lowerBound + Self.count(of: numbers.thresholds, notAbove: product)
    }
    return code.map { min(max($0, clamp.lowerBound), clamp.upperBound) }
  }

  /// `(a * m + b) >> d` in 32 bits.
  private func narrow(_ accumulator: Int) -> Int? {
    let product = accumulator.multipliedReportingOverflow(by: Int(coefficients.multiplier))
    guard !product.overflow, Int32(exactly: accumulator) != nil, Int32(exactly: product.partialValue) != nil else {
      return nil
    }
    return Self.shiftedSum(product.partialValue, coefficients.offset, coefficients.shift)
  }

  /// `(value + offset) >> shift` in 32 bits.
  private static func shiftedSum(_ value: Int, _ offset: Int64, _ shift: Int) -> Int? {
    guard let addend = Int32(exactly: offset), let sum = Int32(exactly: value + Int(addend)) else { return nil }
    return Int(sum) >> shift
  }

  /// `((a * m + b - (a < 0 ? t : 0)) >> d) + z` in 64 bits.
  private func wide(_ accumulator: Int) -> Int? {
    let product = accumulator.multipliedReportingOverflow(by: Int(coefficients.multiplier))
    let sum = product.partialValue.addingReportingOverflow(Int(coefficients.offset))
    let signed = sum.partialValue.subtractingReportingOverflow(accumulator < 0 ? Int(coefficients.signTerm) : 0)
    let code = (signed.partialValue >> coefficients.shift).addingReportingOverflow(Int(coefficients.zeroPoint))
    return product.overflow || sum.overflow || signed.overflow || code.overflow ? nil : code.partialValue
  }

  /// `round(round24(a * m) / 2^d) + z`; a product below 2^62 leaves room for both roundings in 64 bits.
  private func singlePrecision(_ accumulator: Int) -> Int? {
    let product = accumulator.multipliedReportingOverflow(by: Int(coefficients.multiplier))
    guard !product.overflow, product.partialValue.magnitude < 1 << 62 else { return nil }
    let excess = max(Int.bitWidth - product.partialValue.magnitude.leadingZeroBitCount - 24, 0)
    let rounded = Self.divideHalfEven(product.partialValue, shift: excess)
    let left = coefficients.shift - excess
    let code = left < 0 ? rounded << -left : Self.divideHalfEven(rounded, shift: left)
    return code + Int(coefficients.zeroPoint)
  }

  /// `value / 2^shift`, ties to even, for a magnitude of at most 2^62.
  private static func divideHalfEven(_ value: Int, shift: Int) -> Int {
    guard shift > 0 else { return value }
    return (value + (1 << (shift - 1) - 1) + (value >> shift & 1)) >> shift
  }

  /// How many of the sorted thresholds are `<= value`, by bisection.
  private static func count(of thresholds: [Int32], notAbove value: Int32) -> Int {
    var low = 0
    var high = thresholds.count
    while low < high {
      let middle = (low + high) / 2
      if thresholds[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
