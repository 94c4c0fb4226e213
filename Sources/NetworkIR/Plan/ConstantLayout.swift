/// How a layer's constants are stored per channel; `PlannedLayer` says in which order.
package enum ConstantLayout {
  /// Bytes of one output channel's parameters: 32-bit little-endian words.
  ///
  /// - without requantization: bias
  /// - rq32: bias, multiplier, offset, shift
  /// - rq64, rq64s: bias, multiplier, offset low word, offset high word, shift
  ///
  /// The bias has the input zero point folded in.
  package static func parameterBytesPerChannel(_ form: RequantizationForm?) -> Int {
    switch form {
    case nil: 4
    case .rq32: 16
    case .rq64, .rq64s: 20
    }
  }
}
