/// How a layer's constants are stored per channel; `PlannedLayer` says in which order.
package enum ConstantLayout {
  /// Bytes of one output channel's parameters: 32-bit little-endian words.
  ///
  /// - without requantization: bias
  /// - rq32: bias, multiplier, offset, shift
  /// - rq32c: bias, multiplier, offset, shift, lower bound, upper bound
  /// - rqh: bias, multiplier, offset, shift + 256 * preshift
  /// - rq64, rq64s: bias, multiplier, offset low word, offset high word, shift
  /// - rq64x: as rq64, then `entries` pairs of accumulator and correction; unused pairs correct by 0
  /// - rq64t: bias, multiplier, shift, zero point
  /// - thr: bias, multiplier, then `entries` thresholds; unused ones are the greatest int32
  ///
  /// The bias has the input zero point folded in. Weights with zero points add one word after all these: the zero point.
  /// What is not stored must be as `holds` says. Outside the plain order rq32 and rq32c have no bias: their offset contains
  /// the bias times the multiplier modulo 2^32, and the bounds are those of the sum without the bias.
  ///
  /// - Parameters:
  ///   - form: of the layer's requantization; nil without one.
  ///   - entries: `Requantization.entriesPerChannel`.
  ///   - hasWeightZeroPoints: whether weights have zero points.
  ///   - order: of the constants.
  /// - Returns: the bytes, a multiple of 4.
  package static func parameterBytesPerChannel(
    _ form: RequantizationForm?, entries: Int = 0, hasWeightZeroPoints: Bool = false, order: ConstantOrder = .plain
  ) -> Int {
    let words =
      switch form {
      case nil: 1
      case .rq32: order.isGrouped ? 3 : 4
      case .rqh, .rq64t: 4
      case .rq32c: order.isGrouped ? 5 : 6
      case .rq64, .rq64s: 5
      case .rq64x: 5 + 2 * entries
      case .thr: 2 + entries
      }
    return 4 * (words + (hasWeightZeroPoints ? 1 : 0))
  }

  /// Whether the parameters of a channel give all its coefficients: the sign term is the one that the shift implies, and
  /// the offset holds the zero point.
  package static func holds(_ coefficients: RequantizationCoefficients, form: RequantizationForm) -> Bool {
    let implied = form == .rq64s ? RequantizationCoefficients.impliedSignTerm(shift: coefficients.shift) : 0
    return coefficients.signTerm == implied && (coefficients.zeroPoint == 0 || form == .rq64t)
  }

  /// Bytes of one channel's table where a lookup has one for each channel: entries of the output's type, packed, to a
  /// multiple of 4. They are the layer's parameters; there are no weights.
  package static func tableBytesPerChannel(input: ElementType, output: ElementType) -> Int {
    (max(output.bits / 8, 1) * input.range.count + 3) / 4 * 4
  }
}
