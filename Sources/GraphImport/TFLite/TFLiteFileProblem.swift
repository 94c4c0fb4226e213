import NetworkIR

/// Why a TFLite file is refused before anything is lowered; each case is one entry of the diagnostics page.
enum TFLiteFileProblem: Error, Equatable, Sendable {
  case pastEnd(what: String, offset: Int, bytes: Int, fileBytes: Int)
  case malformed(what: String, offset: Int, reason: String)
  case repeated(what: String, fileBytes: Int)
  case version(UInt32)
  case index(what: String, value: Int, count: Int)
  case noSubgraph
  case entryPoint(signature: String, subgraph: Int)
  case constantBytes(tensor: String, expected: Int, found: Int)
  case tooLarge(tensor: String, dimensions: [Int])
  case sparse(tensor: String)
  case producedTwice(tensor: String, first: String, second: String)

  /// Stable code, DG0110 to DG0120.
  var code: String {
    switch self {
    case .pastEnd: "DG0110"
    case .malformed: "DG0111"
    case .repeated: "DG0112"
    case .version: "DG0113"
    case .index: "DG0114"
    case .noSubgraph: "DG0115"
    case .entryPoint: "DG0116"
    case .constantBytes: "DG0117"
    case .tooLarge: "DG0118"
    case .sparse: "DG0119"
    case .producedTwice: "DG0120"
    }
  }

  var message: String {
    switch self {
    case .pastEnd(let what, let offset, let bytes, let fileBytes):
      "\(what) takes \(bytes) bytes from byte \(offset) on, but the file has \(fileBytes) bytes"
    case .malformed(let what, let offset, let reason): "\(what) at byte \(offset) is malformed: \(reason)"
    case .repeated(let what, let fileBytes):
      "at \(what) the file has referred to more than 16 times its \(fileBytes) bytes: its offsets point at the same "
        + "bytes over and over"
    case .version(let found): "the schema version is \(found), but 3 is read"
    case .index(let what, let value, let count): "\(what) is number \(value), but there are \(count)"
    case .noSubgraph: "the model has 0 subgraphs, but 1 is needed"
    case .entryPoint(let signature, let subgraph):
      "signature '\(signature)' starts at subgraph \(subgraph), but only subgraph 0 is deployed"
    case .constantBytes(let tensor, let expected, let found):
      "constant '\(tensor)' has \(found) bytes of data where its type and dimensions ask for \(expected)"
    case .tooLarge(let tensor, let dimensions):
      "tensor '\(tensor)' has dimensions \(dimensions), more than the 2147483647 elements that a tensor can have"
    case .sparse(let tensor): "constant '\(tensor)' is stored sparse, but only dense constants are read"
    case .producedTwice(let tensor, let first, let second):
      "tensor '\(tensor)' comes from 2 places, '\(first)' and '\(second)'"
    }
  }

  /// What to do about it.
  var hint: String {
    switch self {
    case .pastEnd: "check that the download or copy is complete"
    case .malformed, .repeated, .version, .index, .noSubgraph, .constantBytes, .tooLarge, .producedTwice:
      "convert the model again with a released TensorFlow Lite converter"
    case .entryPoint: "convert each signature into a model of its own"
    case .sparse: "convert without sparsity, so that constants are stored dense"
    }
  }

  /// The problem as the user sees it.
  var diagnostic: Diagnostic { Diagnostic(code: code, message: message, hint: hint) }
}
