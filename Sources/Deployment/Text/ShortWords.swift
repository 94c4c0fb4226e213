/// Words of a plan in a short form, for tables on a terminal.
package enum ShortWords {
  private static let operators = [
    "convolution": "conv", "depthwiseConvolution": "dwconv", "fullyConnected": "fc", "addition": "add",
    "multiplication": "mul", "maximum": "max", "minimum": "min", "averagePool": "avgpool", "maxPool": "maxpool",
    "sumPool": "sumpool", "tableSoftmax": "softmax", "argumentMaximum": "argmax", "matrixProduct": "matmul",
    "movement": "move",
  ]

  private static let modes = [
    "weightsStreamed": "weights", "activationsStriped": "rows", "bothStreamed": "both",
  ]

  /// Of a planned layer's operator.
  package static func op(_ name: String) -> String { operators[name] ?? name }

  /// What of a layer passes through L2 in pieces: `full` for nothing.
  package static func mode(_ name: String) -> String { modes[name] ?? name }
}
