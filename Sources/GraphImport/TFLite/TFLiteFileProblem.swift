import NetworkIR

/// Why a TFLite file is refused before anything is lowered, with the particulars.
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

  /// The problem as the user sees it.
  var diagnostic: Diagnostic {
    let (kind, particulars) = parts
    return kind.reason.diagnostic(particulars)
  }

  /// The kind, and what stands for the words in angle brackets of its sentence.
  private var parts: (TFLiteFileReason, [any CustomStringConvertible]) {
    switch self {
    case .pastEnd(let what, let offset, let bytes, let fileBytes): (.pastEnd, [what, bytes, offset, fileBytes])
    case .malformed(let what, let offset, let reason): (.malformed, [what, offset, reason])
    case .repeated(let what, let fileBytes): (.repeated, [what, fileBytes])
    case .version(let found): (.version, [found])
    case .index(let what, let value, let count): (.index, [what, value, count])
    case .noSubgraph: (.noSubgraph, [])
    case .entryPoint(let signature, let subgraph): (.entryPoint, [signature, subgraph])
    case .constantBytes(let tensor, let expected, let found): (.constantBytes, [tensor, found, expected])
    case .tooLarge(let tensor, let dimensions): (.tooLarge, [tensor, dimensions])
    case .sparse(let tensor): (.sparse, [tensor])
    case .producedTwice(let tensor, let first, let second): (.producedTwice, [tensor, first, second])
    }
  }
}

/// The kinds of `TFLiteFileProblem`.
enum TFLiteFileReason: ReasonList {
  case pastEnd, malformed, repeated, version, index, noSubgraph, entryPoint, constantBytes, tooLarge, sparse
  case producedTwice

  /// The message of each, with what to do.
  var reason: Reason {
    switch self {
    case .pastEnd:
      Reason(
        "DG0110", "<part> takes <count> bytes from byte <offset> on, but the file has <count> bytes",
        hint: "check that the download or copy is complete")
    case .malformed: Reason("DG0111", "<part> at byte <offset> is malformed: <reason>", hint: Self.convertAgain)
    case .repeated:
      Reason(
        "DG0112",
        "at <part> the file has referred to more than 16 times its <count> bytes: its offsets point at the same bytes "
          + "over and over", hint: Self.convertAgain)
    case .version: Reason("DG0113", "the schema version is <number>, but 3 is read", hint: Self.convertAgain)
    case .index: Reason("DG0114", "<part> is number <number>, but there are <count>", hint: Self.convertAgain)
    case .noSubgraph: Reason("DG0115", "the model has 0 subgraphs, but 1 is needed", hint: Self.convertAgain)
    case .entryPoint:
      Reason(
        "DG0116", "signature '<name>' starts at subgraph <number>, but only subgraph 0 is deployed",
        hint: "convert each signature into a model of its own")
    case .constantBytes:
      Reason(
        "DG0117", "constant '<tensor>' has <count> bytes of data where its type and dimensions ask for <count>",
        hint: Self.convertAgain)
    case .tooLarge:
      Reason(
        "DG0118",
        "tensor '<tensor>' has dimensions <dimensions>, more than the 2147483647 elements that a tensor can have",
        hint: Self.convertAgain)
    case .sparse:
      Reason(
        "DG0119", "constant '<tensor>' is stored sparse, but only dense constants are read",
        hint: "convert without sparsity, so that constants are stored dense")
    case .producedTwice:
      Reason(
        "DG0120", "tensor '<tensor>' comes from 2 places, '<name>' and '<name>'", hint: Self.convertAgain)
    }
  }

  private static let convertAgain = "convert the model again with a released TensorFlow Lite converter"
}
