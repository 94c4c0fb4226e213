/// How a layer's constants are stored per channel; `PlannedLayer` says in which order.
package enum ConstantLayout {
  /// Bytes of one output channel's parameters: 32-bit little-endian words.
  ///
  /// - without requantization: bias
  /// - rq32: bias, multiplier, offset, shift
  /// - rq64, rq64s: bias, multiplier, offset low word, offset high word, shift
  ///
  /// The bias has the input zero point folded in. What is not stored must be as `holds` says.
  package static func parameterBytesPerChannel(_ form: RequantizationForm?) -> Int {
    switch form {
    case nil: 4
    case .rq32: 16
    case .rq64, .rq64s: 20
    }
  }

  /// Whether the parameters of a channel give all its coefficients: the sign term is the one that the shift implies, and
  /// the offset holds the zero point.
  package static func holds(_ coefficients: RequantizationCoefficients, form: RequantizationForm) -> Bool {
    let implied = form == .rq64s ? RequantizationCoefficients.impliedSignTerm(shift: coefficients.shift) : 0
    return coefficients.signTerm == implied && coefficients.zeroPoint == 0
  }
}
