package import NetworkIR

/// A model that was read and lowered.
package struct ImportedModel: Sendable {
  package var network: Network
  package var dialect: Dialect
  package var profile: ReferenceProfile
  /// Warnings and notes: what was cut off, what was read in a particular way.
  package var notes: [Diagnostic]
}

/// The way of writing a quantized network that a file follows. Raw values are the names used in reports.
package enum Dialect: String, Sendable, CaseIterable {
  case nemo = "onnx-nemo"
  case quantlab = "onnx-quantlab"
  case requantShift = "onnx-quantlab-requantshift"
  case qoperator = "onnx-qoperator"
  case qdq = "onnx-qdq"
  case qonnx
  case tflite
}

/// What `check` says about one operator of the file.
package struct OperatorReport: Sendable, Equatable {
  package var node: String
  package var op: String
  /// Dimensions of the first output in the file's order, where known.
  package var outputDimensions: [Int]?
  /// Multiply-accumulate operations of the layers that the operator becomes, or of itself where the model is refused; nil
  /// where they do not apply or are not known.
  package var macs: Int?
  /// Elements of the weights, biases and other constants that only this operator uses.
  package var parameters: Int
  /// Empty when supported.
  package var problems: [Diagnostic]
  package var place = Place.network

  /// What becomes of a supported operator.
  package enum Place: String, Sendable {
    case network
    /// It computes floats in front of the network's inputs or behind its outputs.
    case cutOff = "cut off"
    /// No output needs it.
    case leftOut = "left out"
  }
}

/// What can be said about a model whether or not it can be deployed.
package struct ModelReport: Sendable {
  package var dialect: Dialect?
  package var operators: [OperatorReport]
  /// Every problem, those of the file as a whole included. Empty: the model can be deployed.
  package var problems: [Diagnostic]
  package var model: ImportedModel?
}

/// Reads a model and lowers it to integers, or says everything that is wrong with it. Never traps, whatever the bytes.
///
/// - Parameters:
///   - bytes: the whole file, ONNX or TFLite, told apart by content.
///   - fileName: for diagnostics, as the user gave it.
///   - profile: the reading asked for; nil takes the dialect's own.
///   - inputType: of inputs whose type the file leaves open, as integer ONNX does; nil takes the dialect's own.
/// - Returns: the model, or every problem found; what is known about each operator in either case.
package func inspectModel(
  _ bytes: [UInt8], fileName: String, profile: ReferenceProfile? = nil, inputType: ElementType? = nil
) -> ModelReport {
  let name = modelName(fileName)
  var report: ModelReport
  do throws(Refusal) {
    switch try FileFormat(of: bytes) {
    case .tflite: report = ModelReport(try readTFLite(bytes), .tflite, name: name, profile, inputType)
    case .onnx:
      let graph = try readONNX(bytes)
      report = ModelReport(graph, Dialect(of: graph), name: name, profile, inputType)
    }
  } catch {
    report = ModelReport(dialect: nil, operators: [], problems: error.diagnostics, model: nil)
  }
  report.nameFile(fileName)
  return report
}

/// As `inspectModel`, for callers that need the network.
///
/// - Throws: `Refusal` with every problem found.
package func importModel(
  _ bytes: [UInt8], fileName: String, profile: ReferenceProfile? = nil, inputType: ElementType? = nil
) throws(Refusal) -> ImportedModel {
  let report = inspectModel(bytes, fileName: fileName, profile: profile, inputType: inputType)
  guard let model = report.model, !report.problems.contains(where: { $0.severity == .error }) else {
    throw Refusal(report.problems)
  }
  return model
}

/// The last part of the path without its extension.
private func modelName(_ fileName: String) -> String {
  let last = fileName.split(separator: "/").last.map(String.init) ?? fileName
  guard let dot = last.lastIndex(of: "."), dot != last.startIndex else { return last }
  return String(last[..<dot])
}

extension Dialect {
  /// The dialect of an ONNX graph, by its operators and attributes: each has some that no other one has.
  ///
  /// A graph without any of them is read as NEMO's, whose operators are those of every ONNX file.
  init(of graph: Graph) {
    let operators = Set(graph.nodes.map { $0.op.split(separator: ".").last.map(String.init) ?? $0.op })
    let attributes = Set(graph.nodes.flatMap(\.attributes.keys))
    if !operators.isDisjoint(with: ["Quant", "IntQuant", "BipolarQuant", "Trunc", "MultiThreshold"]) {
      self = .qonnx
    } else if operators.contains("RequantShift") || operators.contains("RequantizedAdd") {
      self = .requantShift
    } else if operators.contains(where: { $0.hasPrefix("QLinear") })
      || !operators.isDisjoint(with: ["QGemm", "ConvInteger", "MatMulInteger"])
    {
      self = .qoperator
    } else if !operators.isDisjoint(with: ["QuantizeLinear", "DequantizeLinear"]) {
      self = .qdq
    } else if !attributes.isDisjoint(with: ["weight_bits", "mult_bits", "out_bits", "in1_mul", "in1_rq"]) {
      self = .quantlab
    } else {
      self = .nemo
    }
  }

  /// The readings of the dialect that are modelled; the first is its own.
  package var profiles: [ReferenceProfile] {
    switch self {
    case .nemo, .quantlab: [.onnxInt, .dory]
    case .requantShift, .qonnx: [.onnxInt]
    case .qoperator, .qdq: [.ortX86]
    case .tflite: [.tflm, .xnnpack]
    }
  }

  /// Lowers a graph of this dialect in one of its readings.
  fileprivate func lower(
    _ graph: Graph, name: String, profile: ReferenceProfile, inputType: ElementType?
  ) -> LoweringResult {
    switch self {
    case .nemo, .quantlab, .requantShift:
      IntegerONNXDialect.lower(graph, name: name, dialect: self, profile: profile, inputType: inputType)
    case .qoperator, .qdq: QuantizedONNXDialect.lower(graph, name: name, dialect: self)
    case .qonnx: QONNXDialect.lower(graph, name: name)
    case .tflite: TFLiteDialect.lower(graph, name: name, profile: profile)
    }
  }
}

extension ModelReport {
  /// What a dialect finds in a graph, under the profile asked for; nil takes the dialect's own.
  fileprivate init(
    _ graph: Graph, _ dialect: Dialect, name: String, _ profile: ReferenceProfile?, _ inputType: ElementType?
  ) {
    let excess = NetworkLimit.problems(of: graph)
    guard excess.isEmpty else {
      self.init(dialect: dialect, operators: [], problems: excess, model: nil)
      return
    }
    let profile = profile ?? dialect.profiles[0]
    let isModelled = dialect.profiles.contains(profile)
    let result = dialect.lower(
      graph, name: name, profile: isModelled ? profile : dialect.profiles[0], inputType: inputType)
    self.init(dialect: dialect, operators: result.operators, problems: result.problems, model: nil)
    guard isModelled else {
      problems.insert(FileFormat.notModelled(profile, dialect), at: 0)
      return
    }
    guard var network = result.network else { return }
    network.floatRounding = dialect == .tflite ? .halfAway : .halfEven
    add(NetworkLimit.problems(of: network))
    guard problems.isEmpty else { return }
    countOperations(of: network)
    model = ImportedModel(network: network, dialect: dialect, profile: profile, notes: result.notes)
  }

  /// Counts what the layers of each operator compute, so that a plan counts the same.
  private mutating func countOperations(of network: Network) {
    let counts = Dictionary(network.layers.map { ($0.source, network.macs(of: $0)) }, uniquingKeysWith: +)
    for index in operators.indices {
      operators[index].macs = counts[operators[index].node].flatMap { $0 > 0 ? $0 : nil }
    }
  }

  /// Adds problems found behind the lowering, to the operators that they name too.
  private mutating func add(_ found: [Diagnostic]) {
    let places = Dictionary(operators.enumerated().map { ($1.node, $0) }, uniquingKeysWith: { first, _ in first })
    for var problem in found {
      if let place = problem.node.flatMap({ places[$0] }) {
        problem.op = operators[place].op
        operators[place].problems.append(problem)
      }
      problems.append(problem)
    }
  }

  /// Fills in the file where a diagnostic does not name one yet.
  fileprivate mutating func nameFile(_ file: String) {
    func named(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
      diagnostics.map { diagnostic in
        var diagnostic = diagnostic
        if diagnostic.file.isEmpty { diagnostic.file = file }
        return diagnostic
      }
    }
    problems = named(problems)
    for index in operators.indices { operators[index].problems = named(operators[index].problems) }
    if let notes = model?.notes { model?.notes = named(notes) }
  }
}
