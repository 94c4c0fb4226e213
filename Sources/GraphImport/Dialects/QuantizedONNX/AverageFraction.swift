import NetworkIR

/// `input scale / (divisor * output scale)`, exactly: what one unit of a window's sum is in units of the output.
struct AverageFraction {
  private let numerator: Int
  private let denominator: Int
  /// Whether the terms fit their integers: scales at most 2^17 apart, divisors up to 2^22.
  let isSmall: Bool
  private let input: QuantizedScale
  private let output: QuantizedScale
  private let divisor: Int

  init(_ input: QuantizedScale, _ output: QuantizedScale, divisor: Int) {
    // Both scales are significand * 2^exponent, with 24 bits of significand.
    let shift = Int(input.scale.exponent) - Int(output.scale.exponent)
    isSmall = abs(shift) <= 16 && divisor <= 1 << 22
    numerator = isSmall ? input.scale.fraction << max(shift, 0) : 1
    denominator = isSmall ? (output.scale.fraction << max(-shift, 0)) * divisor : 1
    (self.input, self.output, self.divisor) = (input, output, divisor)
  }

  var reducedDenominator: Int { denominator / Rearrangement.greatestCommonDivisor(numerator, denominator) }

  /// `clip(RNE(sum * fraction) + zeroPoint)`, or `clip(RNE(sum * fraction + zeroPoint))`, which differs at ties where
  /// the zero point is odd and its multiple fits 64 bits.
  func rule(_ clamp: ClosedRange<Int>, tiesToEvenCode: Bool = false) -> RequantizationRule {
    let (offset, overflow) = output.zeroPoint.multipliedReportingOverflow(by: denominator)
    if tiesToEvenCode, !output.zeroPoint.isMultiple(of: 2), !overflow {
      return RequantizationRule([
        .affine(scale: numerator, offset: offset), .divide(by: denominator, rounding: .halfEven), .clamp(clamp),
      ])
    }
    return RequantizationRule([
      .affine(scale: numerator, offset: 0), .divide(by: denominator, rounding: .halfEven),
      .affine(scale: 1, offset: output.zeroPoint), .clamp(clamp),
    ])
  }

  /// Most sums that are looked at one by one.
  private static let mostSums = 1 << 18

  /// Whether the exact rule gives the code of `SinglePrecisionAverage` for every window.
  ///
  /// Of N positions with codes q, each product rounded once and each addition once, the float32 sum is off by at most
  /// `((1 + u)^N - 1) * scale * sum of |q|`, u = 2^-24, whatever the order (Higham, Accuracy and Stability of Numerical
  /// Algorithms, 4.2); two divisions and the addition of the zero point raise the exponent to N + 3, and that addition
  /// is off by `u` of the code besides. For `(N + 3)(N + 4) <= 2^24` the factor is at most `(N + 4) * u`, so a quotient
  /// farther than `u * ((N + 4) * N * largest * fraction + |code| + 1)` from every tie is rounded alike.
  /// Where no product and no sum is rounded at all, the code depends on the sum alone and is computed for each.
  ///
  /// - Parameters:
  ///   - sums: what the sum of a window's codes can be.
  ///   - positions: the most that a window has inside the input.
  ///   - largest: the magnitude of a code.
  ///   - clamp: of the rule: ties between two codes beyond one end of it do not count.
  ///   - rule: what `rule` returned.
  /// - Returns: false also where there are too many sums to look at.
  func isProven(
    sums: ClosedRange<Int>, positions: Int, largest: Int, clamp: ClosedRange<Int>, rule: RequantizationRule
  ) -> Bool {
    guard isSmall, [input.scale.bitPattern, output.scale.bitPattern].allSatisfy(SinglePrecisionAverage.isScale)
    else { return false }
    guard sums.count <= Self.mostSums, (positions + 3) * (positions + 4) <= 1 << 24 else { return false }
    let odd = input.scale.fraction >> input.scale.fraction.trailingZeroBitCount
    if positions * largest <= (1 << 24) / odd {
      return sums.allSatisfy { singlePrecisionCode($0, clamp) == rule.evaluate($0) }
    }
    // In units of 1 / (2 * denominator).
    let sumError = Int128(2 * (positions + 4)) * Int128(positions * largest) * Int128(numerator)
    return sums.allSatisfy { sum in
      let (whole, rest) = floored(sum)
      let code = whole + Int128(output.zeroPoint)
      let isClamped = code >= Int128(clamp.upperBound) || code < Int128(clamp.lowerBound)
      let error = sumError + 2 * Int128(denominator) * (Int128(code.magnitude) + 1)
      return isClamped || (rest - Int128(denominator)).magnitude << 24 > error.magnitude
    }
  }

  /// The quotient of a sum rounded down, and twice the remainder.
  private func floored(_ sum: Int) -> (whole: Int128, rest: Int128) {
    let product = Int128(sum) * Int128(numerator)
    var (whole, rest) = product.quotientAndRemainder(dividingBy: Int128(denominator))
    if rest < 0 { (whole, rest) = (whole - 1, rest + Int128(denominator)) }
    return (whole, 2 * rest)
  }

  /// The code of a sum that float32 holds.
  private func singlePrecisionCode(_ sum: Int, _ clamp: ClosedRange<Int>) -> Int? {
    let mean = Float(sum) * input.scale / Float(divisor)
    let nearest = (mean / output.scale + Float(output.zeroPoint)).rounded(.toNearestOrEven)
    guard !nearest.isNaN else { return nil }
    return Int(min(max(nearest, Float(clamp.lowerBound)), Float(clamp.upperBound)))
  }
}

extension Float {
  /// The 24 bits of a normal number's significand as an integer.
  fileprivate var fraction: Int { Int(significandBitPattern) + 1 << Float.significandBitCount }
}
