import ArgumentParser
import Deployment
import NetworkIR

/// Options of every command.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print errors only.")
  var quiet = false

  @Flag(help: "Print notes and more detail.")
  var verbose = false

  /// A line of progress: to a terminal only.
  func progress(_ text: String) {
    if !quiet && Terminal.stderrIsTerminal { Terminal.complain(text) }
  }

  /// A line of the result.
  func say(_ text: String) {
    if !quiet { Terminal.say(text) }
  }

  /// Warnings always, notes on request.
  func report(_ notes: [Diagnostic]) {
    for note in notes where note.severity == .warning || verbose {
      if !quiet { Terminal.complain("\(note)") }
    }
  }
}

/// Options of every command that reads a model.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Type of inputs that the file gives as floats without saying which integers they hold.", valueName: "type"))
  var inputType: ElementType?
}

/// Options of every command that plans.
struct PlanOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A target's name ('dory-gen targets' lists them) or the path of a target file."))
  var target = "gap8"

  @Option(help: ArgumentHelp("Total bytes of L1, stacks included.", valueName: "bytes"))
  var l1: Int?

  @Option(help: ArgumentHelp("Total bytes of L2, code and reserves included.", valueName: "bytes"))
  var l2: Int?

  @Option(help: "Cores of the cluster.")
  var cores: Int?

  @Option(help: "What to minimise: latency (steady state), cold (flash to first result), memory (least L2 peak).")
  var objective = Objective.latency

  /// As the library takes them.
  var planning: PlanningOptions {
    var options = PlanningOptions()
    options.target = target
    options.l1Bytes = l1
    options.l2Bytes = l2
    options.cores = cores
    options.objective = objective
    return options
  }

  /// Whether nothing was asked for.
  var isDefault: Bool {
    target == "gap8" && l1 == nil && l2 == nil && cores == nil && objective == .latency
  }

  mutating func validate() throws {
    for (name, value) in [("--l1", l1), ("--l2", l2), ("--cores", cores)] {
      if let value, value <= 0 { throw ValidationError("\(name) is \(value); give a positive number") }
    }
  }
}

extension Objective: ExpressibleByArgument {}
extension ReferenceProfile: ExpressibleByArgument {}
extension ElementType: ExpressibleByArgument {}
extension ModelRun.Backend: ExpressibleByArgument {}

/// Back-ends for which code is generated.
enum GeneratedBackend: String, ExpressibleByArgument, CaseIterable {
  case host, cluster, pmsis, all

  /// - Throws: `Refusal` for the back-ends that this version does not have.
  func requireAvailable() throws(Refusal) {
    guard self == .cluster || self == .pmsis else { return }
    throw Refusal(
      Diagnostic(
        code: "DG0060", message: "back-end '\(rawValue)' is not available in this version",
        hint: "use --backend host"))
  }
}
