import NetworkIR

/// Why an ONNX file is refused before anything is lowered, with the particulars.
enum ONNXProblem: Error, Equatable, Sendable {
  case empty
  case malformed(String)
  case noGraph
  case nothingToCompute(nodes: Int, outputs: Int)
  case duplicate(tensor: String, first: String)
  case missing(tensor: String)
  case cycle(nodes: [String])
  case externalData(tensor: String, location: String, count: Int = 1)
  case size(tensor: String, expected: Int, found: Int)
  case dimensions(tensor: String, dimensions: [Int64])
  case type(tensor: String, number: Int)

  /// The problem as the user sees it; without a node where the whole file is concerned.
  func diagnostic(node: String? = nil, op: String? = nil) -> Diagnostic {
    let (kind, particulars) = parts
    return kind.reason.diagnostic(particulars, node: node, op: op)
  }

  /// The kind, and what stands for the words in angle brackets of its sentence.
  private var parts: (ONNXReason, [any CustomStringConvertible]) {
    switch self {
    case .empty: (.empty, [])
    case .malformed(let place): (.malformed, [place])
    case .noGraph: (.noGraph, [])
    case .nothingToCompute(let nodes, let outputs): (.nothingToCompute, [nodes, outputs])
    case .duplicate(let tensor, let first): (.duplicate, [tensor, first])
    case .missing(let tensor): (.missing, [tensor])
    case .cycle(let nodes):
      (.cycle, [nodes.count, nodes.prefix(8).joined(separator: ", ") + (nodes.count > 8 ? ", ..." : "")])
    case .externalData(let tensor, let location, let count): (.externalData, [count, location, tensor])
    case .size(let tensor, let expected, let found): (.size, [tensor, found, expected])
    case .dimensions(let tensor, let dimensions): (.dimensions, [tensor, dimensions])
    case .type(let tensor, let number): (.type, [tensor, number])
    }
  }
}

/// The kinds of `ONNXProblem`.
enum ONNXReason: ReasonList {
  case empty, malformed, noGraph, nothingToCompute, duplicate, missing, cycle, externalData, size, dimensions, type

  /// The message of each, with what to do.
  var reason: Reason {
    switch self {
    case .empty: Reason("DG0150", "the file has 0 bytes; an ONNX model was expected", hint: Self.exportAgain)
    case .malformed: Reason("DG0151", "not a readable ONNX model: <what is wrong>", hint: Self.exportAgain)
    case .noGraph:
      Reason("DG0152", "the model has no graph: field 7 of the ONNX model is missing", hint: Self.exportAgain)
    case .nothingToCompute:
      Reason(
        "DG0153", "the graph has <count> nodes and <count> outputs; at least one of each is needed",
        hint: "export a network with its outputs")
    case .duplicate: Reason("DG0154", "tensor '<tensor>' is defined twice, first by <name>", hint: Self.check)
    case .missing:
      Reason("DG0155", "tensor '<tensor>' is read but nothing in the file defines it", hint: Self.check)
    case .cycle: Reason("DG0156", "<count> nodes wait for each other in a cycle: <names>", hint: Self.check)
    case .externalData:
      Reason(
        "DG0157", "the data of <count> tensors lie in another file, '<name>'; the first is '<tensor>'",
        hint: "save the model as one file (onnx.save with save_as_external_data=False)")
    case .size:
      Reason(
        "DG0158", "tensor '<tensor>' has <count> bytes of data where its dimensions ask for <count>",
        hint: Self.check)
    case .dimensions:
      Reason("DG0159", "tensor '<tensor>' has impossible dimensions <dimensions>", hint: Self.check)
    case .type:
      Reason(
        "DG0160", "constant '<tensor>' has ONNX element type <number>, which is not read",
        hint: "export constants as float32 or integers")
    }
  }

  private static let exportAgain = "check that the download or export is complete, or export the model again"
  private static let check = "check the model with onnx.checker.check_model"
}
