/// The 32-bit fixed-point arithmetic that TensorFlow Lite's integer softmax is made of.
///
/// A number of type `Qi.f` stands for `raw / 2^f`, with `i` integer bits, `f = 31 - i` fraction bits and a sign. All
/// constants and operations are those of gemmlowp (fixedpoint/fixedpoint.h); raw values are kept in `Int`, inside 32
/// bits.
enum FixedPoint {
  static let one = Int(Int32.max)

  /// Rounded high half of the doubled product: the product of `Qi` and `Qj` as `Q(i+j)`.
  static func multiply(_ left: Int, _ right: Int) -> Int {
    if left == Int(Int32.min) && right == Int(Int32.min) { return Int(Int32.max) }
    let product = left * right
    return (product + (product >= 0 ? 1 << 30 : 1 - 1 << 30)) / (1 << 31)
  }

  /// `value / 2^exponent`, rounded half away from zero.
  static func divideByPowerOfTwo(_ value: Int, _ exponent: Int) -> Int {
    let magnitude = (abs(value) + (1 << exponent) >> 1) >> exponent
    return value < 0 ? -magnitude : magnitude
  }

  /// `value * 2^exponent`, held inside 32 bits.
  static func saturatingShift(_ value: Int, _ exponent: Int) -> Int {
    min(max(value << exponent, Int(Int32.min)), Int(Int32.max))
  }

  /// `e^x` as Q0.31, for x <= 0 as Q5.26.
  ///
  /// The fraction of x below 1/4 goes through a polynomial, each further bit of it multiplies by a constant
  /// `e^-(2^k)`, k = -2...4, in Q0.31.
  static func exponential(ofNegative x: Int) -> Int {
    if x == 0 { return one }
    let quarter = 1 << 24
    let fraction = x & (quarter - 1) - quarter
    let remainder = fraction - x
    var result = exponential(onQuarter: saturatingShift(fraction, 5))
    let powers = [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242]
    for (bit, power) in powers.enumerated() where remainder & (quarter << bit) != 0 {
      result = multiply(result, power)
    }
    return result
  }

  /// `e^x` as Q0.31, for x in [-1/4, 0) as Q0.31: the Taylor polynomial of degree 4 around -1/8.
  private static func exponential(onQuarter x: Int) -> Int {
    let atMinusEighth = 1_895_147_668
    let third = 715_827_883
    let x1 = x + 1 << 28
    let x2 = multiply(x1, x1)
    let x3 = multiply(x2, x1)
    let x4 = multiply(x2, x2)
    let tail = divideByPowerOfTwo(multiply(divideByPowerOfTwo(x4, 2) + x3, third) + x2, 1)
    return atMinusEighth + multiply(atMinusEighth, x1 + tail)
  }

  /// `1 / (1 + x)` as Q0.31, for x in [0, 1) as Q0.31: three Newton-Raphson steps from `48/17 - 32/17 d`.
  static func reciprocalOfOnePlus(_ x: Int) -> Int {
    let halfDenominator = (x + one + 1) / 2
    // Q2.29
    let start = 1_515_870_810
    let slope = -1_010_580_540
    let unit = 1 << 29
    var estimate = start + multiply(halfDenominator, slope)
    for _ in 0..<3 {
      let error = unit - multiply(halfDenominator, estimate)
      estimate += saturatingShift(multiply(estimate, error), 2)
    }
    // The estimate is that of 1 / halfDenominator: half of it, as Q1.30 without a change of bits, then as Q0.31.
    return saturatingShift(estimate, 1)
  }
}
