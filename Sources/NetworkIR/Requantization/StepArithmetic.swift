extension RequantizationStep {
  /// The exact result of one step: in 64 bits where they provably suffice, else in 128; nil as `RequantizationRule`
  /// says.
  func evaluate(_ value: Int) -> Int? {
    switch self {
    case .affine(let scale, let offset):
      let product = value.multipliedReportingOverflow(by: scale)
      let sum = product.partialValue.addingReportingOverflow(offset)
      guard product.overflow || sum.overflow else { return sum.partialValue }
      return Int(exactly: Int128(value) * Int128(scale) + Int128(offset))
    case .divide(let divisor, let rounding):
      guard divisor > 0 else { return nil }
      guard value.magnitude < 1 << 61, divisor < 1 << 61 else {
        return Int(exactly: quotient(Int128(value), Int128(divisor), rounding))
      }
      return quotient(value, divisor, rounding)
    case .doublingMultiply(let multiplier, let shift):
      guard (-62...31).contains(shift) else { return nil }
      guard value.magnitude < 1 << (31 - max(shift, 0)), shift > -60 else {
        return Int(exactly: doubledHigh(Int128(value), Int128(multiplier), shift))
      }
      return doubledHigh(value, Int(multiplier), shift)
    case .singlePrecision(let significand, let exponent, let addend):
      // Scales below 2^-90 or above 2^30 are no scales of a quantized network; 128 bits hold everything between.
      guard (-6...113).contains(exponent), 1 << 23 <= significand, significand < 1 << 24 else { return nil }
      guard value.magnitude < 1 << 37, (1...60).contains(exponent), addend == 0 else {
        return wideSinglePrecision(value, significand, exponent, addend)
      }
      let product = roundedToSingle(roundedToSingle(value) * significand)
      return quotientToEven(product, shift: exponent)
    case .thresholds(let lowest, let thresholds):
      let code = lowest.addingReportingOverflow(count(of: thresholds, notAbove: value))
      return code.overflow ? nil : code.partialValue
    case .clamp(let bounds): return min(max(value, bounds.lowerBound), bounds.upperBound)
    }
  }
}

/// `value / divisor`; twice their sum is in the type's range.
private func quotient<Word: FixedWidthInteger & SignedInteger>(
  _ value: Word, _ divisor: Word, _ rounding: RequantizationStep.Rounding
) -> Word {
  switch rounding {
  case .truncate: return value / divisor
  case .floor: return floor(value, divisor)
  case .halfUp: return floor(2 * value + divisor, 2 * divisor)
  case .halfAway:
    let magnitude = (2 * abs(value) + divisor) / (2 * divisor)
    return value < 0 ? -magnitude : magnitude
  case .halfEven:
    let rounded = floor(2 * value + divisor, 2 * divisor)
    // A tie was rounded up; where that gave an odd number the one below is meant.
    return 2 * (rounded * divisor - value) == divisor && rounded & 1 != 0 ? rounded - 1 : rounded
  }
}

private func floor<Word: FixedWidthInteger & SignedInteger>(_ value: Word, _ divisor: Word) -> Word {
  let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
  return remainder < 0 ? quotient - 1 : quotient
}

/// `value / 2^shift` to nearest, ties to the even neighbour.
private func quotientToEven<Word: FixedWidthInteger & SignedInteger>(_ value: Word, shift: Int) -> Word {
  guard shift > 0 else { return value }
  return (value + (1 << Word(shift - 1) - 1) + (value >> Word(shift) & 1)) >> Word(shift)
}

/// See `RequantizationStep.doublingMultiply`; `value * 2^shift * multiplier` is in the type's range.
private func doubledHigh<Word: FixedWidthInteger & SignedInteger>(
  _ value: Word, _ multiplier: Word, _ shift: Int
) -> Word {
  let high = ((value << Word(max(shift, 0))) * multiplier + (1 << 30)) >> 31
  return shift < 0 ? quotient(high, 1 << Word(-shift), .halfAway) : high
}

/// The nearest number with 24 significant bits, ties to even.
private func roundedToSingle<Word: FixedWidthInteger & SignedInteger>(_ value: Word) -> Word {
  let excess = Word.bitWidth - abs(value).leadingZeroBitCount - 24
  return excess > 0 ? quotientToEven(value, shift: excess) << Word(excess) : value
}

/// See `RequantizationStep.singlePrecision`; all in integers, in units of `2^-exponent`.
private func wideSinglePrecision(_ value: Int, _ significand: Int, _ exponent: Int, _ addend: Int) -> Int? {
  guard value.magnitude < 1 << 62, addend.magnitude <= 1 << 16 else { return nil }
  let product = roundedToSingle(roundedToSingle(Int128(value)) * Int128(significand))
  guard exponent > 0 else { return Int(exactly: roundedToSingle(product << Int128(-exponent) + Int128(addend))) }
  // An addend that is larger than 2^64 units leaves no bit of a product within 64 bits: only zero is kept exact.
  guard addend == 0 || exponent <= 100 else { return nil }
  return Int(exactly: quotientToEven(roundedToSingle(product + Int128(addend) << Int128(exponent)), shift: exponent))
}

/// How many of the sorted thresholds are `<= value`.
private func count(of thresholds: [Int], notAbove value: Int) -> Int {
  var low = 0
  var high = thresholds.count
  while low < high {
    let middle = (low + high) / 2
    if thresholds[middle] <= value { low = middle + 1 } else { high = middle }
  }
  return low
}
