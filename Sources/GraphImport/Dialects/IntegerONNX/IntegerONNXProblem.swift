import NetworkIR

/// Why a node of an integer ONNX graph cannot be deployed, with the particulars.
enum IntegerONNXProblem: Error, Equatable, Sendable {
  case unsupported
  case floatNetwork(weights: Int)
  case notConstant(tensor: String)
  case notInteger(tensor: String, value: Double, element: Int)
  case outOfRange(tensor: String, value: Double, element: Int, allowed: ClosedRange<Int>)
  case attribute(name: String, found: String, allowed: String)
  case shape(String)
  case notPerChannel(tensor: String, dimensions: [Int], channels: Int)
  case accumulator(bound: Int)
  case factors
  case noExactForm(channel: Int, accumulators: ClosedRange<Int>)
  case fraction(divisor: Int)
  case valueRange(ClosedRange<Int>, allowed: ClosedRange<Int>)
  case padding(String)
  case input(String)
  case noIntegerOutput(output: String)
  case outputIsInput(output: String, input: String)

  /// The problem as the user sees it; without a node where the whole file is concerned.
  func diagnostic(_ node: GraphNode?) -> Diagnostic {
    let (kind, particulars) = parts
    return kind.reason.diagnostic(particulars, node: node?.name, op: node?.op)
  }

  /// The kind, and what stands for the words in angle brackets of its sentence.
  private var parts: (IntegerONNXReason, [any CustomStringConvertible]) {
    switch self {
    case .unsupported: (.unsupported, [])
    case .floatNetwork(let weights): (.floatNetwork, [weights])
    case .notConstant(let tensor): (.notConstant, [tensor])
    case .notInteger(let tensor, let value, let element): (.notInteger, [tensor, element, value])
    case .outOfRange(let tensor, let value, let element, let allowed):
      (.outOfRange, [element, tensor, value.formatted, allowed.words])
    case .attribute(let name, let found, let allowed): (.attribute, [name, found, allowed])
    case .shape(let sentence): (.shape, [sentence])
    case .notPerChannel(let tensor, let dimensions, let channels): (.notPerChannel, [tensor, dimensions, channels])
    case .accumulator(let bound): (.accumulator, [bound])
    case .factors: (.factors, [])
    case .noExactForm(let channel, let accumulators): (.noExactForm, [channel, accumulators.words])
    case .fraction(let divisor): (.fraction, [divisor])
    case .valueRange(let values, let allowed): (.valueRange, [values.words, allowed.words])
    case .padding(let sentence): (.padding, [sentence])
    case .input(let sentence): (.input, [sentence])
    case .noIntegerOutput(let output): (.noIntegerOutput, [output])
    case .outputIsInput(let output, let input): (.outputIsInput, [output, input])
    }
  }
}

extension ClosedRange<Int> {
  /// `-128...127`
  fileprivate var words: String { "\(lowerBound)...\(upperBound)" }
}

extension Double {
  /// Without `.0` where the number is an integer.
  fileprivate var formatted: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}
