/// Gemmlowp's fixed-point functions on raw Int32 values, as TensorFlow Lite for Microcontrollers calls them.
///
/// `Qn` is a number with n integer bits: raw / 2^(31 - n). Source: gemmlowp/fixedpoint/fixedpoint.h.
enum TFLiteFixedPoint {
  /// The greatest raw value, which stands for 1 in Q0.
  private static let one = Int(Int32.max)

  /// The rounded high half of twice a product.
  static func multiply(_ a: Int, _ b: Int) -> Int {
    if a == b, a == Int(Int32.min) { return one }
    let product = a * b
    return (product + (product >= 0 ? 1 << 30 : 1 - 1 << 30)) / (1 << 31)
  }

  /// Division by a power of two, half away from zero.
  static func shiftRight(_ value: Int, _ exponent: Int) -> Int {
    guard exponent > 0 else { return value }
    let rest = value & (1 << exponent - 1)
    let threshold = (1 << exponent - 1) >> 1 + (value < 0 ? 1 : 0)
    return value >> exponent + (rest > threshold ? 1 : 0)
  }

  /// `MultiplyByQuantizedMultiplier` of a number that the left shift keeps within 32 bits.
  static func scale(_ value: Int, _ factor: TFLiteMultiplier) -> Int {
    shiftRight(multiply(value << max(factor.shift, 0), Int(factor.multiplier)), max(-factor.shift, 0))
  }

  private static func saturated(_ value: Int) -> Int { Int(Int32(clamping: value)) }

  /// Another number of integer bits.
  private static func rescale(_ value: Int, from integerBits: Int, to other: Int) -> Int {
    let exponent = integerBits - other
    return exponent >= 0 ? saturated(value << exponent) : shiftRight(value, -exponent)
  }

  /// `exp(a)` in Q0 of `a <= 0` with `integerBits`, at most 5.
  static func exponential(_ a: Int, integerBits: Int) -> Int {
    guard a != 0 else { return one }
    let fractionBits = 31 - integerBits
    let quarter = 1 << (fractionBits - 2)
    let fraction = a & (quarter - 1) - quarter
    let rest = fraction - a
    var result = exponentialOfQuarter(rescale(fraction, from: integerBits, to: 0))
    // exp(-2^exponent) in Q0 for each bit of what is left.
    let factors = [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242]
    for (position, factor) in factors.enumerated() where integerBits > position - 2 {
      let exponent = position - 2
      if rest >> (fractionBits + exponent) & 1 != 0 { result = multiply(result, factor) }
    }
    return result
  }

  /// `exp(a)` for `-1/4 <= a < 0`, both in Q0: a Taylor series around -1/8.
  private static func exponentialOfQuarter(_ a: Int) -> Int {
    let constant = 1_895_147_668
    let third = 715_827_883
    let x = a + 1 << 28
    let x2 = multiply(x, x)
    let x3 = multiply(x2, x)
    let x4 = multiply(x2, x2)
    let tail = shiftRight(multiply(shiftRight(x4, 2) + x3, third) + x2, 1)
    return constant + multiply(constant, x + tail)
  }

  /// `2 / (1 + x)` in Q2 of `x` in Q0: three Newton-Raphson steps from 48/17 - 32/17 d.
  private static func twiceReciprocal(_ x: Int) -> Int {
    let sum = x + one
    let half = sum >= 0 ? (sum + 1) / 2 : -((1 - sum) / 2)
    var result = 1_515_870_810 + multiply(half, -1_010_580_540)
    for _ in 0..<3 {
      let error = 1 << 29 - multiply(half, result)
      result += rescale(multiply(result, error), from: 4, to: 2)
    }
    return result
  }

  /// The logistic function, Q0 of Q4.
  static func logistic(_ a: Int) -> Int {
    guard a != 0 else { return 1 << 30 }
    let positive = saturated(twiceReciprocal(exponential(-abs(a), integerBits: 4)) << 1)
    return a > 0 ? positive : one - positive
  }

  /// The hyperbolic tangent, Q0 of Q4.
  static func tanh(_ a: Int) -> Int {
    guard a != 0 else { return 0 }
    // Doubling Q4 is reading it as Q5.
    let positive = saturated((twiceReciprocal(exponential(-abs(a), integerBits: 5)) - 1 << 29) << 2)
    return a > 0 ? positive : -positive
  }

  /// `1 / sqrt(value)` as a factor, by five Newton-Raphson steps in Q3. Source: GetInvSqrtQuantizedMultiplierExp of
  /// tensorflow/lite/kernels/internal/common.h, called with reverse shift -1.
  static func inverseSquareRoot(_ value: Int) -> TFLiteMultiplier {
    guard value > 1 else { return TFLiteMultiplier(multiplier: Int32.max, shift: 0) }
    var shift = 11
    var input = value
    while input >= 1 << 29 {
      input /= 4
      shift += 1
    }
    let pairs = (UInt32(input).leadingZeroBitCount - 1) / 2 - 1
    shift -= pairs
    let half = shiftRight((input << (2 * pairs)) >> 1, 1)
    var x = 1 << 28
    for _ in 0..<5 {
      let cube = rescale(multiply(multiply(x, x), x), from: 9, to: 3)
      x = rescale(multiply(1 << 28 + 1 << 27, x) - multiply(half, cube), from: 6, to: 3)
    }
    x = multiply(x, 1_518_500_250)
    if shift < 0 {
      x <<= -shift
      shift = 0
    }
    return TFLiteMultiplier(multiplier: Int32(clamping: x), shift: -shift)
  }
}

/// The same in 16 bits, as HARD_SWISH needs it.
enum TFLiteFixedPoint16 {
  private static func saturated(_ value: Int) -> Int { Int(Int16(clamping: value)) }

  /// A multiplier's upper half, rounded. Source: DownScaleInt32ToInt16Multiplier.
  static func multiplier(_ multiplier: Int32) -> Int {
    Int(multiplier) >= Int(Int32.max) - 1 << 15 ? Int(Int16.max) : (Int(multiplier) + 1 << 15) >> 16
  }

  /// The rounded high half of twice a product.
  static func multiply(_ a: Int, _ b: Int) -> Int {
    let product = a * b
    return saturated((product + (product >= 0 ? 1 << 14 : 1 - 1 << 14)) / (1 << 15))
  }

  /// The high half of twice a product, cut off towards zero.
  static func multiplyTruncating(_ a: Int, _ b: Int) -> Int { saturated(a * b / (1 << 15)) }

  static func shiftLeft(_ value: Int, _ exponent: Int) -> Int { saturated(value << min(exponent, 40)) }
}
