/// Why the reference cannot give a value.
package enum ReferenceError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Not one vector of codes per network input.
  case inputCount(found: Int, expected: Int)
  /// An input with too few or too many elements.
  case elementCount(tensor: String, found: Int, expected: Int)
  /// A code that the tensor was proven never to hold; `index` counts in HWC order.
  case codeOutOfRange(tensor: String, index: Int, code: Int, range: ClosedRange<Int>)
  /// An accumulator that does not fit in 32 bits.
  case accumulatorOverflow(layer: String, position: Position, accumulator: Int)
  /// A rule of which some step leaves 64 bits.
  case ruleOverflow(layer: String, channel: Int, accumulator: Int)
  /// A pooling window that lies wholly outside the input, so that it has no maximum and no mean.
  case emptyWindow(layer: String, position: Position)
  /// A softmax whose output is neither int8 nor uint8.
  case softmaxOutput(layer: String, type: String)

  package var description: String {
    switch self {
    case .inputCount(let found, let expected):
      "the network has \(expected) inputs but \(found) were given"
    case .elementCount(let tensor, let found, let expected):
      "tensor '\(tensor)' has \(expected) elements but \(found) were given"
    case .codeOutOfRange(let tensor, let index, let code, let range):
      "element \(index) of tensor '\(tensor)' is \(code), outside \(range.lowerBound)...\(range.upperBound)"
    case .accumulatorOverflow(let layer, let position, let accumulator):
      "layer '\(layer)' accumulates \(accumulator) at \(position), which does not fit in 32 bits"
    case .ruleOverflow(let layer, let channel, let accumulator):
      "layer '\(layer)' channel \(channel) leaves 64 bits when it requantizes \(accumulator)"
    case .emptyWindow(let layer, let position):
      "layer '\(layer)' pools a window without any input element at \(position)"
    case .softmaxOutput(let layer, let type):
      "layer '\(layer)' is a softmax that writes \(type), which is neither int8 nor uint8"
    }
  }
}

/// One element of an activation, counted from zero.
package struct Position: Equatable, Hashable, Sendable, CustomStringConvertible {
  package var row: Int
  package var column: Int
  package var channel: Int

  package init(row: Int, column: Int, channel: Int) {
    self.row = row
    self.column = column
    self.channel = channel
  }

  package var description: String { "(h \(row), w \(column), c \(channel))" }
}
