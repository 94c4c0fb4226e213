import ArgumentParser
import CEmitter
import Deployment
import GraphImport
import NetworkIR

/// `dory-gen generate`: the C project.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Writes the C project of a model.",
    discussion: """
      Example:
        dory-gen generate model.tflite -o firmware && make -C firmware host
        dory-gen generate model.tflite -o firmware && make -C firmware cluster
        dory-gen generate model.tflite -o firmware --input image.npy && make -C firmware -f standin.mk run
        dory-gen generate network.onnx --dory-config config.json -o firmware
      """)

  @Argument(help: "An .onnx or .tflite file.", completion: .model)
  var model: String

  @Option(
    name: [.customShort("o"), .customLong("output")], help: "The folder to write; it appears whole or not at all.",
    completion: .directory)
  var outputPath: String

  @Option(
    name: .customLong("plan"), help: "A plan made earlier for this model, instead of a new one.", completion: .json)
  var planPath: String?

  @Option(
    help: """
      What to build it for: host, cluster, pmsis (a chip, with gap_sdk or pulp-sdk), all. The files of host and cluster are \
      in every project.
      """)
  var backend = GeneratedBackend.all

  @Option(
    name: .customLong("input"), parsing: .upToNextOption,
    help: "One file per network input, as of 'run': what firmware checks its layers with; random codes without.",
    completion: .file())
  var inputs: [String] = []

  @OptionGroup var options: PlanOptions
  @OptionGroup var reading: ModelOptions
  @OptionGroup var output: OutputOptions

  mutating func validate() throws {
    if outputPath.isEmpty { throw ValidationError("-o is empty; name a folder") }
    if planPath != nil && !options.isDefault {
      throw ValidationError("--plan says how to plan: give no other option of planning with it")
    }
    if planPath != nil && reading.configurationPath != nil {
      throw ValidationError("--plan says what L2 is reserved: give --input-type instead of --dory-config with it")
    }
    if !inputs.isEmpty && !backend.hasFirmware {
      throw ValidationError("--input is for firmware: give it with --backend pmsis or all")
    }
  }

  func run() throws {
    let file = try ModelFile(path: model)
    output.status("reading \(model)")
    let imported = try reading.load(file)
    output.report(imported.notes)
    let plan =
      try planPath.map { try PlanDocument.read($0, for: imported.network, of: file) }
      ?? options.plan(imported.network, of: file, reading, output)
    output.status("writing \(outputPath)")
    try Pipeline.generate(imported.network, plan, sample: try sample(imported.network), into: outputPath)
    let goals = backend.goals.map { "'make -C \(outputPath) \($0)'" }
    output.say(
      "wrote \(outputPath): \(Figures.count(plan.layers.count, "layer")); build it with \(goals.joined(separator: " or "))"
    )
  }

  private func sample(_ network: Network) throws -> FirmwareSample? {
    guard backend.hasFirmware else { return nil }
    let source = inputs.isEmpty ? SampleSource.random(count: 1, seed: 1) : .files(inputs)
    let (sample, remarks) = try ModelRun(network: network, samples: source).firmwareSample()
    output.remark(remarks)
    return sample
  }
}
