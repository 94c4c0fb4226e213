/// A dyadic rational, `±magnitude * 2^exponent`: what every float is, and every sum and product of floats, exactly.
///
/// The magnitude grows with every product; `bits` tells by how much.
struct ExactNumber: Sendable {
  private var isNegative: Bool
  /// Least significant limb first; the last one is not 0. Empty for 0.
  private var limbs: [UInt64]
  private var exponent: Int

  private init(isNegative: Bool, limbs: [UInt64], exponent: Int) {
    var limbs = limbs
    while limbs.last == 0 { limbs.removeLast() }
    // Whole limbs of zeros at the lower end are part of the exponent.
    let zeros = limbs.firstIndex { $0 != 0 } ?? 0
    limbs.removeFirst(zeros)
    self.isNegative = isNegative && !limbs.isEmpty
    self.limbs = limbs
    self.exponent = limbs.isEmpty ? 0 : exponent + 64 * zeros
  }

  init(_ integer: Int) {
    self.init(isNegative: integer < 0, limbs: [UInt64(integer.magnitude)], exponent: 0)
  }

  /// nil for infinities and what is no number.
  init?(_ number: Double) {
    guard number.isFinite else { return nil }
    guard number != 0 else {
      self.init(0)
      return
    }
    // The significand of 53 bits as an integer.
    let significand = UInt64(number.magnitude.significand * 0x1p52)
    self.init(isNegative: number < 0, limbs: [significand], exponent: Int(number.magnitude.exponent) - 52)
  }

  /// nil for infinities and what is no number.
  init?(_ number: Float) { self.init(Double(number)) }

  static let zero = ExactNumber(0)
  static let one = ExactNumber(1)
  static let half = ExactNumber(isNegative: false, limbs: [1], exponent: -1)

  /// -1, 0 or 1.
  var signum: Int { limbs.isEmpty ? 0 : isNegative ? -1 : 1 }

  /// Bits of the magnitude.
  var bits: Int { limbs.last.map { 64 * limbs.count - $0.leadingZeroBitCount } ?? 0 }

  /// How far the number reaches: the exponent of its highest bit.
  private var reach: Int { exponent + bits }

  /// The nearest double or one beside it; infinite, or zero, where it is out of range.
  var approximation: Double {
    let top = limbs.suffix(2).reversed().reduce(0.0) { $0 * 0x1p64 + Double($1) }
    let shift = exponent + 64 * max(limbs.count - 2, 0)
    guard top != 0 else { return 0 }
    guard shift > -2000, shift < 2000 else { return shift < 0 ? 0 : isNegative ? -.infinity : .infinity }
    let magnitude = Double(sign: .plus, exponent: shift / 2, significand: top)
    return Double(sign: isNegative ? .minus : .plus, exponent: shift - shift / 2, significand: magnitude)
  }

  static prefix func - (number: ExactNumber) -> ExactNumber {
    ExactNumber(isNegative: !number.isNegative, limbs: number.limbs, exponent: number.exponent)
  }

  static func * (left: ExactNumber, right: ExactNumber) -> ExactNumber {
    var limbs = [UInt64](repeating: 0, count: left.limbs.count + right.limbs.count)
    for (i, a) in left.limbs.enumerated() {
      var carry: UInt64 = 0
      for (j, b) in right.limbs.enumerated() {
        let (high, low) = a.multipliedFullWidth(by: b)
        let (first, overflow) = limbs[i + j].addingReportingOverflow(low)
        let (second, again) = first.addingReportingOverflow(carry)
        limbs[i + j] = second
        // Fits: high is at most 2^64 - 2, and the two overflows exclude the greatest products.
        carry = high + (overflow ? 1 : 0) + (again ? 1 : 0)
      }
      limbs[i + right.limbs.count] = carry
    }
    return ExactNumber(
      isNegative: left.isNegative != right.isNegative, limbs: limbs, exponent: left.exponent + right.exponent)
  }

  static func + (left: ExactNumber, right: ExactNumber) -> ExactNumber {
    guard !left.limbs.isEmpty else { return right }
    guard !right.limbs.isEmpty else { return left }
    let exponent = min(left.exponent, right.exponent)
    let (a, b) = (left.shifted(to: exponent), right.shifted(to: exponent))
    if left.isNegative == right.isNegative {
      return ExactNumber(isNegative: left.isNegative, limbs: sum(a, b), exponent: exponent)
    }
    let isLess = precedes(a, b)
    return ExactNumber(
      isNegative: isLess ? right.isNegative : left.isNegative, limbs: isLess ? difference(b, a) : difference(a, b),
      exponent: exponent)
  }

  static func - (left: ExactNumber, right: ExactNumber) -> ExactNumber { left + -right }

  /// The limbs of the magnitude in units of `2^exponent`, which is not above the number's own.
  private func shifted(to exponent: Int) -> [UInt64] {
    let (whole, rest) = (self.exponent - exponent).quotientAndRemainder(dividingBy: 64)
    var result = [UInt64](repeating: 0, count: whole)
    guard rest > 0 else { return result + limbs }
    var carry: UInt64 = 0
    for limb in limbs {
      result.append(limb << UInt64(rest) | carry)
      carry = limb >> UInt64(64 - rest)
    }
    result.append(carry)
    return result
  }

  private static func sum(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    var result: [UInt64] = []
    var carry: UInt64 = 0
    for index in 0..<max(a.count, b.count) {
      let (first, overflow) = (index < a.count ? a[index] : 0).addingReportingOverflow(index < b.count ? b[index] : 0)
      let (second, again) = first.addingReportingOverflow(carry)
      result.append(second)
      carry = overflow || again ? 1 : 0
    }
    return result + [carry]
  }

  /// `a - b` where that is not negative.
  private static func difference(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
    var result: [UInt64] = []
    var borrow: UInt64 = 0
    for index in a.indices {
      let (first, overflow) = a[index].subtractingReportingOverflow(index < b.count ? b[index] : 0)
      let (second, again) = first.subtractingReportingOverflow(borrow)
      result.append(second)
      borrow = overflow || again ? 1 : 0
    }
    return result
  }

  private static func precedes(_ a: [UInt64], _ b: [UInt64]) -> Bool {
    for index in (0..<max(a.count, b.count)).reversed() {
      let (one, other) = (index < a.count ? a[index] : 0, index < b.count ? b[index] : 0)
      if one != other { return one < other }
    }
    return false
  }

  /// Whole numbers `p` and `q` of at most `bits` bits, without a common factor, that are in the ratio of two positive
  /// numbers, and what one of them stands for; nil where there are none.
  static func ratio(
    _ first: ExactNumber, _ second: ExactNumber, bits: Int
  ) -> (first: Int, second: Int, unit: ExactNumber)? {
    let exponent = min(first.exponent, second.exponent)
    guard first.reach - exponent <= 62 + 64, second.reach - exponent <= 62 + 64 else { return nil }
    // Factors of two first, so that floats of one magnitude fit.
    let (a, b) = (first.shifted(to: exponent), second.shifted(to: exponent))
    let zeros = min(trailingZeros(a), trailingZeros(b))
    guard let p = integer(a, without: zeros), let q = integer(b, without: zeros), p > 0, q > 0 else { return nil }
    var (divisor, rest) = (p, q)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    let (one, other) = (p / divisor, q / divisor)
    guard one < 1 << bits, other < 1 << bits else { return nil }
    let unit = ExactNumber(isNegative: false, limbs: [UInt64(divisor)], exponent: exponent + zeros)
    return (one, other, unit)
  }

  private static func trailingZeros(_ limbs: [UInt64]) -> Int {
    guard let index = limbs.firstIndex(where: { $0 != 0 }) else { return 0 }
    return 64 * index + limbs[index].trailingZeroBitCount
  }

  /// The number without its lowest bits; nil past 62 bits.
  private static func integer(_ limbs: [UInt64], without zeros: Int) -> Int? {
    let number = ExactNumber(isNegative: false, limbs: limbs, exponent: 0)
    guard number.reach - zeros <= 62 else { return nil }
    let (whole, rest) = zeros.quotientAndRemainder(dividingBy: 64)
    let low = whole < limbs.count ? limbs[whole] >> UInt64(rest) : 0
    let high = rest > 0 && whole + 1 < limbs.count ? limbs[whole + 1] << UInt64(64 - rest) : 0
    return Int(low | high)
  }
}
