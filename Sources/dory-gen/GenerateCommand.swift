import ArgumentParser
import Deployment
import GraphImport
import NetworkIR
import PlanVerification

/// `dory-gen generate`: the C project.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Writes the C project of a model.",
    discussion: """
      Example:
        dory-gen generate model.tflite -o firmware && make -C firmware host
        dory-gen generate model.tflite -o firmware && make -C firmware cluster
      """)

  @Argument(help: "An .onnx or .tflite file.")
  var model: String

  @Option(
    name: [.customShort("o"), .customLong("output")], help: "The folder to write; it appears whole or not at all.")
  var outputPath: String

  @Option(name: .customLong("plan"), help: "A plan made earlier for this model, instead of a new one.")
  var planPath: String?

  @Option(help: "What to build it for: host, cluster, all. Every project has the files of all.")
  var backend = GeneratedBackend.all

  @OptionGroup var options: PlanOptions
  @OptionGroup var reading: ModelOptions
  @OptionGroup var output: OutputOptions

  mutating func validate() throws {
    if outputPath.isEmpty { throw ValidationError("-o is empty; name a folder") }
    if planPath != nil && !options.isDefault {
      throw ValidationError("--plan says how to plan: give no other option of planning with it")
    }
  }

  func run() throws {
    let goals = try backend.backends().map { "'make -C \(outputPath) \($0.rawValue)'" }
    let file = try ModelFile(path: model)
    output.progress("reading \(model)")
    let imported = try reading.load(file)
    output.report(imported.notes)
    let plan =
      try planPath.map { try readPlan($0, file, imported.network) } ?? options.plan(imported.network, of: file, output)
    output.progress("writing \(outputPath)")
    try Pipeline.generate(imported.network, plan, into: outputPath)
    output.say("wrote \(outputPath): \(plan.layers.count) layers; build it with \(goals.joined(separator: " or "))")
  }

  private func readPlan(_ path: String, _ file: ModelFile, _ network: Network) throws -> DeploymentPlan {
    let plan = try PlanDocument.read(path)
    guard plan.model.sha256 == file.sha256 else {
      throw Refusal(
        Diagnostic(
          code: "DG0043", file: path,
          message: "is for a model with SHA-256 \(plan.model.sha256), but \(model) has \(file.sha256)",
          hint: "make a plan for this model"))
    }
    let violations = PlanVerifier.violations(in: plan, network: network)
    guard violations.isEmpty else {
      throw Refusal(violations.map { Diagnostic(code: "DG0044", file: path, message: "\($0)") })
    }
    return plan
  }
}
