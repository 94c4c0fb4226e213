extension Addition {
  /// Whether its operands and its output are scaled in 32 bits without a shift before the sum, so that it is an affine
  /// form as it stands.
  package var isAffine: Bool {
    [first, second].allSatisfy { $0.form == .rq32 && $0.coefficients(channel: 0).shift == 0 }
      && (output.form == .rq32 || output.form == .rq64)
  }

  /// The affine form of both codes that gives the code of this addition for every pair that can occur.
  ///
  /// Sums with two roundings, as TensorFlow Lite prescribes them, nearly always have one, which kernels compute many times
  /// faster. It is compared with the addition on every pair, at most 65,536 of them.
  ///
  /// - Returns: nil where operands have more than 8 bits, or where no form near the addition's slopes is right everywhere.
  package func affineForm() -> Pairwise? {
    guard let firstRange = first.accumulators.first, let secondRange = second.accumulators.first else { return nil }
    let firstCodes = firstRange.lowerBound + firstZeroPoint...firstRange.upperBound + firstZeroPoint
    let secondCodes = secondRange.lowerBound + secondZeroPoint...secondRange.upperBound + secondZeroPoint
    let bytes = -256...256
    guard bytes.contains(firstCodes), bytes.contains(secondCodes), firstCodes.count <= 256, secondCodes.count <= 256,
      let firstLine = first.line, let secondLine = second.line, let outputLine = output.line,
      let codes = codes(firstRange, secondRange)
    else { return nil }
    let slopes = PairwiseSlopes(
      first: firstLine.slope * outputLine.slope, second: secondLine.slope * outputLine.slope,
      offset: (firstLine(-firstZeroPoint) + secondLine(-secondZeroPoint)) * outputLine.slope + outputLine.offset)
    return Pairwise.fitted(
      first: firstCodes, second: secondCodes, clamp: output.clamp, codes: codes, slopes: slopes, mostExceptions: 0)
  }

  /// The code of every pair of accumulators, the second one varying fastest; nil where one leaves its form's width.
  private func codes(_ firstRange: ClosedRange<Int>, _ secondRange: ClosedRange<Int>) -> [Int16]? {
    let firstTerms = firstRange.compactMap { first.result($0) }
    let secondTerms = secondRange.compactMap { second.result($0) }
    guard firstTerms.count == firstRange.count, secondTerms.count == secondRange.count else { return nil }
    var codes: [Int16] = []
    codes.reserveCapacity(firstTerms.count * secondTerms.count)
    for a in firstTerms {
      for b in secondTerms {
        guard let code = output.result(a + b), let narrow = Int16(exactly: code) else { return nil }
        codes.append(narrow)
      }
    }
    return codes
  }
}

/// What a form's result is about before it is rounded: `x * slope + offset`.
private struct ScalingLine {
  var slope: Double
  var offset: Double

  func callAsFunction(_ x: Int) -> Double { Double(x) * slope + offset }
}

extension Requantization {
  /// What the only rule's form computes of an accumulator.
  fileprivate func result(_ accumulator: Int) -> Int? {
    RequantizationFit(form: form, coefficients: coefficients(channel: 0)).evaluate(accumulator, clamp: clamp)
  }

  /// nil for forms that are not nearly affine.
  fileprivate var line: ScalingLine? {
    let numbers = coefficients(channel: 0)
    func power(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }
    let multiplier = Double(numbers.multiplier)
    /// A shift rounds downwards, half a unit on average.
    let half = numbers.shift > 0 ? 0.5 : 0
    switch form {
    case .rq32, .rq64, .rq64s, .rq64x:
      return ScalingLine(
        slope: multiplier * power(-numbers.shift),
        offset: Double(numbers.offset) * power(-numbers.shift) + Double(numbers.zeroPoint) - half)
    case .rqh:
      return ScalingLine(
        slope: multiplier * power(numbers.preshift - 32 - numbers.shift),
        offset: (Double(numbers.offset) - 0.5) * power(-numbers.shift) - half)
    case .rq64t: return ScalingLine(slope: multiplier * power(-numbers.shift), offset: Double(numbers.zeroPoint))
    case .rq32c, .thr: return nil
    }
  }
}
