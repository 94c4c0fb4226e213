import ArgumentParser
import Deployment
import Foundation
import GraphImport
import NetworkIR

/// `dory-gen run`: inference on one's own data.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a model on inputs of one's own and writes outputs as .npy files.",
    discussion: """
      Inputs are .npy files in the model's own layout, one sample or a stack; floats are quantized as the model file
      says. Files of other names are codes without a header, one a byte where their type is narrower.

      Example:
        dory-gen run model.tflite --input images.npy --output results --dump-layers layers
        dory-gen run model.tflite --backend cluster --input image.npy
      """)

  @Argument(help: "An .onnx or .tflite file.", completion: .model)
  var model: String

  @Option(
    help: ArgumentHelp(
      "Where to run: reference (exact integers), host (the generated C on this machine), cluster (the cycle-accurate "
        + "simulator, with the cycles of every layer).", valueName: "backend"))
  var backend = ModelRun.Backend.host

  @Option(
    name: .customLong("input"), parsing: .upToNextOption, help: "One file per network input.", completion: .file())
  var inputs: [String]

  @Option(name: .customLong("output"), help: "Folder for output<k>.npy.", completion: .directory)
  var outputPath: String?

  @Option(help: "Folder for <layer>.npy, the output of every layer.", completion: .directory)
  var dumpLayers: String?

  @Option(
    name: .customLong("timeline"),
    help: ArgumentHelp("Where to write what took time on the cluster, as JSON.", valueName: "file"),
    completion: .json)
  var timelinePath: String?

  @Flag(help: "Print what was run as JSON.")
  var json = false

  @OptionGroup var options: PlanOptions
  @OptionGroup var reading: ModelOptions
  @OptionGroup var output: OutputOptions

  mutating func validate() throws {
    for (name, path) in [("--output", outputPath), ("--dump-layers", dumpLayers)] where path?.isEmpty == true {
      throw ValidationError("\(name) is empty; name a folder")
    }
    if timelinePath != nil && backend != .cluster { throw ValidationError("--timeline needs --backend cluster") }
  }

  func run() async throws {
    try OutputPlaces.requireApart(timelinePath, from: [model] + inputs + options.files + reading.files)
    for folder in [outputPath, dumpLayers] { try OutputPlaces.requireApart(folder: folder, from: inputs) }
    let file = try ModelFile(path: model)
    output.status("reading \(model)")
    let imported = try reading.load(file)
    output.report(imported.notes)
    let run = ModelRun(network: imported.network, samples: .files(inputs))
    let results = try await results(of: run, file: file)
    output.remark(results.remarks)
    try run.write(results, outputs: outputPath, layers: dumpLayers)
    if json {
      Terminal.write(try RunDocument(file.name, backend, results, imported.network).encoded())
    } else {
      output.show(.lines(summary(results, imported.network)))
      if let measurement = results.measurement { output.show([.line("")] + measurement.blocks) }
    }
  }

  private func results(of run: ModelRun, file: ModelFile) async throws -> ModelRun.Results {
    let progress = WorkProgress()
    guard backend != .reference else {
      return try await output.showing(progress) { try run.onReference(progress) }
    }
    let plan = try options.plan(run.network, of: file, reading, output)
    return try await output.showing(progress) {
      try await backend == .host
        ? run.onHost(plan, progress) : run.onCluster(plan, timeline: timelinePath, progress)
    }
  }

  private func summary(_ results: ModelRun.Results, _ network: Network) -> [String] {
    results.outputs.prefix(16).enumerated().flatMap { sample, outputs in
      zip(outputs, network.outputs).map { values, boundary in
        let shown = values.prefix(16).map(String.init).joined(separator: " ")
        return "sample \(sample), \(network[boundary.tensor].name): \(shown)\(values.count > 16 ? " …" : "")"
      }
    } + (results.outputs.count > 16 ? ["… \(results.outputs.count) samples in all"] : [])
  }
}

/// `run --json`.
private struct RunDocument: Encodable {
  struct Output: Encodable {
    var name, type: String
    var dimensions: [Int]
    /// In the model's own layout, one list per sample.
    var samples: [[Int32]]
  }

  var model, backend: String
  var samples: Int
  var outputs: [Output]
  /// On the cluster.
  var measurement: MeasuredInference?

  init(_ model: String, _ backend: ModelRun.Backend, _ results: ModelRun.Results, _ network: Network) {
    self.model = model
    self.backend = backend.rawValue
    samples = results.outputs.count
    measurement = results.measurement
    outputs = network.outputs.enumerated().map { index, boundary in
      let tensor = network[boundary.tensor]
      return Output(
        name: tensor.name, type: tensor.type.rawValue, dimensions: tensor.origin.dimensions,
        samples: results.outputs.map { tensor.origin.modelOrder($0[index]) })
    }
  }

  func encoded() throws -> [UInt8] {
    try JSONDocument.encode(self, pretty: false)
  }
}
