package import NetworkIR

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
  /// A window without any element, so that it has no maximum, no mean and no distribution.
  case emptyWindow(layer: String, position: Position)
  /// A softmax whose output is neither int8 nor uint8.
  case softmaxOutput(layer: String, type: String)
  /// An operand that a layer lacks, or whose shape it can't work on.
  case operandShape(layer: String, operand: Int, found: Shape?, expected: Shape)
  /// A code outside those that a table covers.
  case codeOutsideTable(layer: String, position: Position, code: Int, range: ClosedRange<Int>)
  /// A table that is too short for the codes it is said to cover.
  case missingEntry(layer: String, position: Position, index: Int, count: Int)
  /// A movement that leaves its operands or its output, or writes an element twice.
  case movement(layer: String, reason: String)

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
      "layer '\(layer)' reads a window without any input element at \(position)"
    case .softmaxOutput(let layer, let type):
      "layer '\(layer)' is a softmax that writes \(type), which is neither int8 nor uint8"
    case .operandShape(let layer, let operand, let found?, let expected):
      "layer '\(layer)' reads operand \(operand) as \(found), which should be \(expected)"
    case .operandShape(let layer, let operand, nil, let expected):
      "layer '\(layer)' has no operand \(operand), which should be \(expected)"
    case .codeOutsideTable(let layer, let position, let code, let range):
      "layer '\(layer)' looks up \(code) at \(position), outside \(range.lowerBound)...\(range.upperBound)"
    case .missingEntry(let layer, let position, let index, let count):
      "layer '\(layer)' looks up entry \(index) at \(position) of a table with \(count) entries"
    case .movement(let layer, let reason):
      "layer '\(layer)' cannot move its codes: \(reason)"
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
