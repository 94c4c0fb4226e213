/// ONNX Runtime's average of a window, which adds numbers of float32 one after another instead of codes.
///
///     t = 0; for each position inside the input, row by row: t = fl(t + fl(fl(q - inputZeroPoint) * inputScale))
///     y = clamp(RNE(fl(fl(fl(t / n) / outputScale) + outputZeroPoint)))
///
/// `q` is the code at the position, `n` the divisor, `fl` rounds to float32 (IEEE 754 binary32, ties to even) and `RNE`
/// to the nearest integer, ties to even. The order of the positions and the rounding of the last addition are part of
/// the definition: averages that are exactly between two codes depend on them. Source: onnxruntime/contrib_ops/cpu/quantization/qlinear_pool.cc, measured bit-exact.
package struct SinglePrecisionAverage: Equatable, Sendable {
  /// Bit pattern of a float32 number whose binary exponent is in `exponents`.
  package var inputScale: UInt32
  package var inputZeroPoint: Int
  /// As `inputScale`.
  package var outputScale: UInt32
  package var outputZeroPoint: Int
  /// nil: the number of positions inside the input.
  package var divisor: Int?
  package var clamp: ClosedRange<Int>

  package init(
    inputScale: UInt32, inputZeroPoint: Int, outputScale: UInt32, outputZeroPoint: Int, divisor: Int?,
    clamp: ClosedRange<Int>
  ) {
    self.inputScale = inputScale
    self.inputZeroPoint = inputZeroPoint
    self.outputScale = outputScale
    self.outputZeroPoint = outputZeroPoint
    self.divisor = divisor
    self.clamp = clamp
  }

  /// The binary exponents of scales. Every number before the last division is 0 or normal and finite: codes have 17 bits
  /// with their zero point, windows fewer than 2^31 positions, and sums are multiples of 2^(-60 - 23).
  package static let exponents = -60...60

  /// Bounds of divisors, which float32 holds exactly.
  package static let divisors = 1...1 << 24

  /// Whether a bit pattern is that of a positive number with an exponent in `exponents`.
  package static func isScale(_ bits: UInt32) -> Bool {
    bits >> 31 == 0 && exponents.contains(exponent(bits))
  }

  /// The binary exponent of a normal number, as IEEE 754 stores it: biased by 127 above 23 bits of fraction.
  package static func exponent(_ bits: UInt32) -> Int { Int(bits >> 23 & 0xFF) - 127 }

  /// The 24 bits of a normal number's significand, the number being this times `2^(exponent - 23)`.
  package static func significand(_ bits: UInt32) -> Int { Int(bits & 0x7F_FFFF | 0x80_0000) }
}
