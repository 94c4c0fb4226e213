import ArgumentParser
import Deployment
import GraphImport
import NetworkIR

/// Options of every command.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print errors only.")
  var quiet = false

  @Flag(help: "Print notes and more detail.")
  var verbose = false

  /// What is being done: on a terminal only, until something else is shown.
  func status(_ text: String) {
    if !quiet && Terminal.showsProgress { Terminal.status(text) }
  }

  /// Does work that a person waits for, and says all the while what it is at.
  func showing<Result>(_ progress: WorkProgress, _ body: () async throws -> Result) async rethrows -> Result {
    guard !quiet && Terminal.showsProgress else { return try await body() }
    let line = StatusLine { progress.words }
    defer { line.end() }
    return try await body()
  }

  /// A line of the result.
  func say(_ text: String) { show([.line(text)]) }

  /// A result.
  func show(_ blocks: [TextBlock]) {
    if !quiet { Terminal.show(blocks) }
  }

  /// Warnings always, notes on request.
  func report(_ notes: [Diagnostic]) { remark(notes.filter { $0.severity == .warning || verbose }) }

  /// Warnings and notes.
  func remark(_ notes: [Diagnostic]) {
    if !quiet { notes.texts.forEach(Terminal.complain) }
  }
}

/// Options of every command that reads a model.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Whose arithmetic to reproduce, where the model's runtimes differ; default: that of the model's own tool."))
  var profile: ReferenceProfile?

  @Option(
    help: ArgumentHelp(
      "Type of inputs that the file gives as floats without saying which integers they hold.", valueName: "type"))
  var inputType: ElementType?

  @Option(
    name: .customLong("dory-config"),
    help: ArgumentHelp(
      "The configuration of a network deployed with DORY so far: its type of inputs, and the L2 that it reserves.",
      valueName: "file"))
  var configurationPath: String?

  /// What they read.
  var files: [String?] { [configurationPath] }

  /// What DORY's configuration says, where one is given.
  ///
  /// - Throws: `Refusal` with everything that is wrong with it.
  func configuration() throws(Refusal) -> DORYConfiguration? {
    try configurationPath.map { path throws(Refusal) in try DORYConfiguration(path: path) }
  }

  /// What is known about each operator of a model, and the model where it can be deployed.
  ///
  /// - Throws: `Refusal` where DORY's configuration is wrong.
  func inspect(_ file: ModelFile) throws(Refusal) -> ModelReport {
    let configuration = try configuration()
    var report = file.inspect(profile: profile, inputType: inputType ?? configuration?.inputType)
    report.model?.notes += configuration?.remarks(about: file) ?? []
    return report
  }

  /// Reads and lowers a model.
  ///
  /// - Throws: `Refusal` with everything that stands in the way.
  func load(_ file: ModelFile) throws(Refusal) -> ImportedModel {
    let configuration = try configuration()
    var model = try file.load(profile: profile, inputType: inputType ?? configuration?.inputType)
    model.notes += configuration?.remarks(about: file) ?? []
    return model
  }
}

extension Objective: ExpressibleByArgument {}
extension ReferenceProfile: ExpressibleByArgument {}
extension ElementType: ExpressibleByArgument {}
extension ModelRun.Backend: ExpressibleByArgument {}

/// Back-ends for which code is generated.
enum GeneratedBackend: String, ExpressibleByArgument, CaseIterable {
  case host, cluster, pmsis, all

  /// Whether the project has firmware for a chip.
  var hasFirmware: Bool { self == .pmsis || self == .all }

  /// The machines on which a verification runs it.
  ///
  /// - Throws: `Refusal` for firmware, which checks itself.
  func verified() throws(Refusal) -> [Backend] {
    switch self {
    case .host: return [.host]
    case .cluster: return [.cluster]
    case .all: return Backend.allCases
    case .pmsis:
      throw Refusal(
        Diagnostic(
          code: "DG0060", message: "back-end 'pmsis' is not one that 'verify' runs: firmware checks its layers itself",
          hint: "'dory-gen generate MODEL -o DIR', then 'make -C DIR -f standin.mk run', or on the chip "
            + "'make -f pmsis.mk all run CHECK=1'"))
    }
  }

  /// What `make` is told in the project.
  var goals: [String] {
    switch self {
    case .host, .cluster: [rawValue]
    case .pmsis: ["-f standin.mk run", "-f pmsis.mk all"]
    case .all: [Self.host, .cluster, .pmsis].flatMap(\.goals)
    }
  }
}
