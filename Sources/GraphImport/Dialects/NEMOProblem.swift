import NetworkIR

/// Why a node of an integer ONNX graph cannot be deployed; each case is one sentence of `docs/diagnostics.md`.
enum NEMOProblem: Error, Equatable, Sendable {
  case unsupported
  case otherDialect(name: String)
  case floatNetwork(weights: Int, integer: Int)
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

  /// Stable code, DG0301 to DG0317.
  var code: String {
    switch self {
    case .unsupported: "DG0301"
    case .otherDialect: "DG0302"
    case .floatNetwork: "DG0303"
    case .notConstant: "DG0304"
    case .notInteger: "DG0305"
    case .outOfRange: "DG0306"
    case .attribute: "DG0307"
    case .shape: "DG0308"
    case .notPerChannel: "DG0309"
    case .accumulator: "DG0310"
    case .factors: "DG0311"
    case .noExactForm: "DG0312"
    case .fraction: "DG0313"
    case .valueRange: "DG0314"
    case .padding: "DG0315"
    case .input: "DG0316"
    case .noIntegerOutput: "DG0317"
    }
  }

  /// Lower case, no full stop, with the numbers on both sides.
  var message: String {
    switch self {
    case .unsupported: "the operator is not supported in an integer network at this place"
    case .otherDialect(let name):
      "the model is written in the dialect \(name), which is recognised but not yet supported"
    case .floatNetwork(let weights, let integer):
      "the model is a float network: \(integer) of its \(weights) weight tensors hold integers"
    case .notConstant(let tensor): "tensor '\(tensor)' must be a constant"
    case .notInteger(let tensor, let value, let element):
      "constant '\(tensor)' must hold integers but element \(element) is \(value)"
    case .outOfRange(let tensor, let value, let element, let allowed):
      "element \(element) of constant '\(tensor)' is \(value.formatted) but \(allowed.words) is allowed"
    case .attribute(let name, let found, let allowed): "attribute '\(name)' is \(found) but \(allowed) is supported"
    case .shape(let sentence), .padding(let sentence), .input(let sentence): sentence
    case .notPerChannel(let tensor, let dimensions, let channels):
      "constant '\(tensor)' of dimensions \(dimensions) must hold one number, or one for each of \(channels) channels"
    case .accumulator(let bound):
      "an accumulator can reach a magnitude of \(bound) but only \(Int32.max) fits 32 bits"
    case .factors: "the factors and addends of one output pass 62 bits when multiplied"
    case .noExactForm(let channel, let accumulators):
      "no integer multiplier and shift equals the scaling of channel \(channel) on all accumulators in "
        + accumulators.words
    case .fraction(let divisor): "the result is a fraction with divisor \(divisor) where an integer is needed"
    case .valueRange(let values, let allowed): "values in \(values.words) can occur but \(allowed.words) is allowed"
    case .noIntegerOutput(let output): "output '\(output)' does not come from an integer tensor of the network"
    }
  }

  /// What to do about it; nil where the message says it.
  var hint: String? {
    switch self {
    case .unsupported: "rewrite the model with the operators listed in docs/supported-operators.md"
    case .otherDialect, .floatNetwork: "export the network as a NEMO integer-deployable ONNX, or as a quantized TFLite"
    case .notConstant: "fold constants before the export"
    case .notInteger, .outOfRange: "export the integer-deployable form of the network, with 8-bit weights"
    case .accumulator, .factors: "use fewer inputs per output, or smaller weights and factors"
    case .noExactForm: "let the export use a power of two as divisor"
    case .fraction: "put a Floor, or a Cast to an integer, behind the division"
    case .valueRange: "put a Clip behind the operator"
    case .padding: "let a Conv or an AveragePool follow the Pad directly"
    case .input: "export with a fixed batch of one"
    case .attribute, .shape, .notPerChannel, .noIntegerOutput: nil
    }
  }

  /// The problem as the user sees it; without a node where the whole file is concerned.
  func diagnostic(_ node: GraphNode?) -> Diagnostic {
    Diagnostic(code: code, node: node?.name, op: node?.op, message: message, hint: hint)
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
