import ArgumentParser
import Deployment
import Foundation
import GraphImport
import NetworkIR

/// `dory-gen check`: every operator of the model, supported or not and why.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Says of every operator of a model whether it can be deployed, and why not.",
    discussion: """
      Ends with 0 where the whole model can be deployed, and with 1 where it can't.

      Example:
        dory-gen check model.tflite
        dory-gen check model.onnx --json
      """)

  @Argument(help: "An .onnx or .tflite file.", completion: .model)
  var model: String

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var reading: ModelOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let file = try ModelFile(path: model)
    let report = try reading.inspect(file)
    if json {
      Terminal.write(try CheckDocument(file: file, report: report).encoded())
    } else {
      printTable(report)
    }
    output.report(report.model?.notes ?? [])
    report.problems.texts.forEach(Terminal.complain)
    if report.model == nil { throw ExitCode(1) }
  }

  private func printTable(_ report: ModelReport) {
    guard !report.operators.isEmpty else { return }
    var table = TextTable([
      .init("operator", cut: .middle), .init("node", rank: 1, cut: .middle), .init("output", rank: 2),
      .init("MACs", rank: 3), .init("parameters", rank: 4), .init("supported", cut: .end),
    ])
    for entry in report.operators {
      let node = entry.node.count > 40 ? entry.node.prefix(39) + "…" : entry.node[...]
      let dimensions = entry.outputDimensions?.map(String.init).joined(separator: "x") ?? "?"
      let macs = entry.macs.map(String.init) ?? ""
      let verdict =
        entry.problems.first.map { "no: \($0.message)" } ?? (entry.place == .network ? "yes" : entry.place.rawValue)
      table.rows.append([
        TextTable.Cell(entry.op), TextTable.Cell(String(node), short: entry.node), TextTable.Cell(dimensions),
        TextTable.Cell(macs), "\(entry.parameters)",
        TextTable.Cell(verdict, entry.problems.isEmpty ? nil : .bad),
      ])
    }
    output.show([.table(table)])
    let macs = report.operators.compactMap(\.macs).reduce(0, +)
    let parameters = report.operators.map(\.parameters).reduce(0, +)
    let refused = report.operators.filter { !$0.problems.isEmpty }.count
    output.say("")
    output.say(
      "\(report.dialect?.rawValue ?? "unknown dialect"), \(Figures.count(report.operators.count, "operator")), \(macs) MACs, "
        + "\(parameters) parameters; "
        + (report.model != nil
          ? "can be deployed"
          : "can't be deployed" + (refused == 0 ? "" : ": \(Figures.count(refused, "operator")) refused")))
  }
}

/// `check --json`.
private struct CheckDocument: Encodable {
  struct Operator: Encodable {
    var node, op: String
    var output: [Int]?
    var macs: Int?
    var parameters: Int
    var supported: Bool
    /// `network`, `cut off` or `left out`; nil where it is not supported.
    var place: String?
    var problems: [Problem]
  }

  struct Problem: Encodable {
    var code, message: String
    var node, op, hint: String?

    init(_ diagnostic: Diagnostic) {
      code = diagnostic.code
      message = diagnostic.message
      node = diagnostic.node
      op = diagnostic.op
      hint = diagnostic.hint
    }
  }

  struct TensorEntry: Encodable {
    var name, type: String
    var dimensions: [Int]
    var scale: Float?
    var zeroPoint: Int
    var cutTail: String?
  }

  var model, sha256: String
  var dialect, profile: String?
  var supported: Bool
  var macs, parameters: Int
  var inputs, outputs: [TensorEntry]
  var operators: [Operator]
  var problems, notes: [Problem]

  init(file: ModelFile, report: ModelReport) {
    model = file.name
    sha256 = file.sha256
    dialect = report.dialect?.rawValue
    profile = report.model?.profile.rawValue
    supported = report.model != nil
    macs = report.operators.compactMap(\.macs).reduce(0, +)
    parameters = report.operators.map(\.parameters).reduce(0, +)
    inputs = report.model.map { Self.entries($0.network.inputs, $0.network) } ?? []
    outputs = report.model.map { Self.entries($0.network.outputs, $0.network) } ?? []
    operators = report.operators.map {
      Operator(
        node: $0.node, op: $0.op, output: $0.outputDimensions, macs: $0.macs, parameters: $0.parameters,
        supported: $0.problems.isEmpty, place: $0.problems.isEmpty ? $0.place.rawValue : nil,
        problems: $0.problems.map(Problem.init))
    }
    problems = report.problems.map(Problem.init)
    notes = (report.model?.notes ?? []).map(Problem.init)
  }

  private static func entries(_ boundaries: [Boundary], _ network: Network) -> [TensorEntry] {
    boundaries.map {
      let tensor = network[$0.tensor]
      return TensorEntry(
        name: tensor.name, type: tensor.type.rawValue, dimensions: tensor.origin.dimensions, scale: $0.scale,
        zeroPoint: $0.zeroPoint, cutTail: $0.cutTail)
    }
  }

  func encoded() throws -> [UInt8] {
    try JSONDocument.encode(self)
  }
}
