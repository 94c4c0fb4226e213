import NetworkIR

/// Why an ONNX file is refused before anything is lowered; each case is one sentence of `docs/diagnostics.md`.
enum ONNXProblem: Error, Equatable, Sendable {
  case empty
  case malformed(String)
  case noGraph
  case nothingToCompute(nodes: Int, outputs: Int)
  case duplicate(tensor: String, first: String)
  case missing(tensor: String)
  case cycle(nodes: [String])
  case externalData(tensor: String, location: String)
  case size(tensor: String, expected: Int, found: Int)
  case dimensions(tensor: String, dimensions: [Int64])
  case type(tensor: String, number: Int)

  /// Stable code, DG0150 to DG0160.
  var code: String {
    switch self {
    case .empty: "DG0150"
    case .malformed: "DG0151"
    case .noGraph: "DG0152"
    case .nothingToCompute: "DG0153"
    case .duplicate: "DG0154"
    case .missing: "DG0155"
    case .cycle: "DG0156"
    case .externalData: "DG0157"
    case .size: "DG0158"
    case .dimensions: "DG0159"
    case .type: "DG0160"
    }
  }

  /// Lower case, no full stop, with the numbers on both sides.
  var message: String {
    switch self {
    case .empty: "the file has 0 bytes; an ONNX model was expected"
    case .malformed(let place): "not a readable ONNX model: \(place)"
    case .noGraph: "the model has no graph: field 7 of the ONNX model is missing"
    case .nothingToCompute(let nodes, let outputs):
      "the graph has \(nodes) nodes and \(outputs) outputs; at least one of each is needed"
    case .duplicate(let tensor, let first): "tensor '\(tensor)' is defined twice, first by \(first)"
    case .missing(let tensor): "tensor '\(tensor)' is read but nothing in the file defines it"
    case .cycle(let nodes):
      "\(nodes.count) nodes wait for each other in a cycle: " + nodes.prefix(8).joined(separator: ", ")
        + (nodes.count > 8 ? ", ..." : "")
    case .externalData(let tensor, let location): "the data of tensor '\(tensor)' lies in another file, '\(location)'"
    case .size(let tensor, let expected, let found):
      "tensor '\(tensor)' has \(found) bytes of data where its dimensions ask for \(expected)"
    case .dimensions(let tensor, let dimensions):
      "tensor '\(tensor)' has impossible dimensions [\(dimensions.map(String.init).joined(separator: ", "))]"
    case .type(let tensor, let number): "constant '\(tensor)' has ONNX element type \(number), which is not read"
    }
  }

  /// What to do about it; nil where only a new file helps.
  var hint: String? {
    switch self {
    case .empty, .malformed, .noGraph: "check that the download or export is complete, or export the model again"
    case .externalData: "save the model as one file (onnx.save with save_as_external_data=False)"
    case .duplicate, .missing, .cycle, .size, .dimensions: "check the model with onnx.checker.check_model"
    case .type: "export constants as float32 or integers"
    case .nothingToCompute: nil
    }
  }

  /// The problem as the user sees it.
  func diagnostic(node: String? = nil, op: String? = nil) -> Diagnostic {
    Diagnostic(code: code, node: node, op: op, message: message, hint: hint)
  }
}
