import ArgumentParser
import Deployment
import NetworkIR

/// Options of every command that plans.
struct PlanOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A target's name ('dory-gen targets' lists them) or the path of a target file."),
    completion: .target)
  var target = "gap8"

  @Option(
    help: ArgumentHelp("Total bytes of L1, stacks included: 65536 or 64kB.", valueName: "bytes"),
    transform: ByteCount.parse)
  var l1: Int?

  @Option(
    help: ArgumentHelp("Total bytes of L2, code and reserves included: 524288 or 512kB.", valueName: "bytes"),
    transform: ByteCount.parse)
  var l2: Int?

  @Option(help: "Cores of the cluster.")
  var cores: Int?

  @Option(help: "What to minimise: latency (steady state), cold (flash to first result), memory (least L2 peak).")
  var objective = Objective.latency

  @Option(
    name: .customLong("pin"),
    help: ArgumentHelp("A plan, or parts of one, whose decisions are to stay as they are.", valueName: "file"),
    completion: .json)
  var pinPaths: [String] = []

  /// What they read.
  var files: [String?] { pinPaths + [target] }

  /// As the library takes them.
  var planning: PlanningOptions {
    var options = PlanningOptions()
    options.target = target
    options.l1Bytes = l1
    options.l2Bytes = l2
    options.cores = cores
    options.objective = objective
    options.pinPath = pinPaths.first
    return options
  }

  /// Whether nothing was asked for.
  var isDefault: Bool {
    target == "gap8" && l1 == nil && l2 == nil && cores == nil && objective == .latency
      && pinPaths.isEmpty
  }

  /// Plans a network that was read with `reading`, and tells a terminal how far it is.
  ///
  /// - Throws: as `Pipeline.plan`.
  func plan(
    _ network: Network, of file: ModelFile, _ reading: ModelOptions, _ output: OutputOptions
  ) throws -> DeploymentPlan {
    output.status("planning \(Figures.count(network.layers.count, "layer"))")
    defer { Terminal.clearStatus() }
    var planning = planning
    planning.codeReservedBytes = try reading.configuration()?.codeReservedBytes ?? 0
    return try Pipeline.plan(network, file: file, options: planning, progress: output.status)
  }

  mutating func validate() throws {
    for (name, value) in [("--l1", l1), ("--l2", l2), ("--cores", cores)] {
      if let value, value <= 0 { throw ValidationError("\(name) is \(value); give a positive number") }
    }
    if pinPaths.count > 1 {
      throw ValidationError("--pin is given \(pinPaths.count) times; put all pins into one file")
    }
  }
}
