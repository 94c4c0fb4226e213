extension TFLiteSupport {
  /// Operators that are refused for a reason of their own.
  static let refused: [String: String] = [
    "LSTM": recurrence, "UNIDIRECTIONAL_SEQUENCE_LSTM": recurrence, "BIDIRECTIONAL_SEQUENCE_LSTM": recurrence,
    "RNN": recurrence, "UNIDIRECTIONAL_SEQUENCE_RNN": recurrence, "BIDIRECTIONAL_SEQUENCE_RNN": recurrence,
    "SVDF": recurrence, "ASSIGN_VARIABLE": recurrence, "READ_VARIABLE": recurrence, "WHILE": control, "IF": control,
    "CALL_ONCE": control, "DIV": division, "FLOOR_DIV": division, "FLOOR_MOD": division, "L2_POOL_2D": root,
    "L2_NORMALIZATION": root, "RESIZE_BILINEAR": interpolation,
  ]

  private static let recurrence = "it keeps a state from one step to the next, and a network here has none"
  private static let control = "what runs would depend on data"
  private static let division = "no form of requantization stands for a quotient of two activations"
  private static let root = "it takes the root of a sum of squares, which is no requantization"
  private static let interpolation = "it weighs neighbours with fractions; only nearest neighbours are supported"
}
