import NetworkIR

extension RequantizationRule {
  /// ONNX Runtime's and XNNPACK's requantization by a float32 scale: `clip(RNE(fl(fl(a) * scale)) + zeroPoint)`.
  ///
  /// - Parameters:
  ///   - scale: what accumulators are multiplied by.
  ///   - addendBeforeRounding: a zero point that is added in float32 before the rounding, as QLinearMul does.
  ///   - zeroPoint: a zero point that is added after the rounding.
  ///   - clamp: the codes that can result.
  /// - Returns: nil for a scale that is not a positive normal number.
  static func singlePrecision(
    scale: Float, addendBeforeRounding: Int = 0, zeroPoint: Int, clamp: ClosedRange<Int>
  ) -> RequantizationRule? {
    guard scale.isNormal, scale > 0 else { return nil }
    let significand = Int(scale.significandBitPattern) + 1 << 23
    let exponent = 23 - Int(scale.exponent)
    return RequantizationRule([
      .singlePrecision(significand: significand, exponent: exponent, addend: addendBeforeRounding),
      .affine(scale: 1, offset: zeroPoint), .clamp(clamp),
    ])
  }
}
