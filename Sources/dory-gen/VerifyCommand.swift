import ArgumentParser
import Deployment
import GraphImport
import NetworkIR

/// `dory-gen verify`: the whole way, every layer compared.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Generates, builds and runs a model, and compares every layer with the exact reference.",
    discussion: """
      Example:
        dory-gen verify model.tflite --golden golden --l1 32768 --l2 196608 --sanitize
        dory-gen verify model.tflite --random 1 --backend host,cluster
        dory-gen verify model.tflite --project firmware
      """)

  @Argument(help: "An .onnx or .tflite file.", completion: .model)
  var model: String

  @Option(
    help: "Folder of golden data: manifest.json, DORY's input.txt, or input0.npy.", completion: .directory)
  var golden: String?

  @Option(
    name: .customLong("input"), parsing: .upToNextOption, help: "One file per network input.", completion: .file())
  var inputs: [String] = []

  @Option(
    name: .customLong("project"),
    help:
      "A folder that 'generate' wrote: compares the C that lies there, also where it was changed, instead of new C.",
    completion: .directory)
  var projectPath: String?

  @Option(help: "Number of random samples.")
  var random: Int?

  @Option(help: "Seed of the random samples.")
  var seed: UInt64 = 1

  @Option(
    help: "Back-ends to compare, with commas: host, cluster; all is both.",
    completion: .list(["host", "cluster", "host,cluster", "all"]))
  var backend = "host"

  @Flag(
    help: "Host: build with the address and undefined-behaviour sanitizers, instead of checking simulated accesses.")
  var sanitize = false

  @Flag(help: "Host: check nothing but results; simulated transfers complete at once.")
  var fast = false

  @Option(help: "Host: let simulated transfers arrive in pieces, at random moments up to their wait, with this seed.")
  var dmaSeed: UInt64?

  @Flag(help: "Host: let the simulated cores run at the same time, as threads.")
  var threads = false

  @Option(help: "Host: let the simulated cores take turns at random places, with this seed.")
  var coreSeed: UInt64?

  @Option(name: .customLong("json"), help: "Where to write the result as JSON.", completion: .json)
  var jsonPath: String?

  @OptionGroup var options: PlanOptions
  @OptionGroup var reading: ModelOptions
  @OptionGroup var output: OutputOptions

  mutating func validate() throws {
    let sources = (golden == nil ? 0 : 1) + (inputs.isEmpty ? 0 : 1) + (random == nil ? 0 : 1)
    try validateHostOptions()
    if sources > 1 { throw ValidationError("give one of --golden, --input and --random") }
    if projectPath != nil && !options.isDefault {
      throw ValidationError("--project has a plan: give no other option of planning with it")
    }
    if projectPath != nil && reading.configurationPath != nil {
      throw ValidationError("--project says what L2 is reserved: give --input-type instead of --dory-config with it")
    }
    if let random, random <= 0 { throw ValidationError("--random is \(random); give a positive number") }
    if backendNames.isEmpty { throw ValidationError("--backend is empty; give host") }
    for name in backendNames where GeneratedBackend(rawValue: name) == nil {
      let names = GeneratedBackend.allCases.map(\.rawValue)
      throw ValidationError(
        "there is no back-end '\(name)': \(Spelling.suggestion(for: name, among: names))"
          + "they are host and cluster; all is both")
    }
  }

  private func validateHostOptions() throws {
    if fast && dmaSeed != nil { throw ValidationError("give one of --fast and --dma-seed") }
    if fast && sanitize { throw ValidationError("give one of --fast and --sanitize") }
    if threads && coreSeed != nil { throw ValidationError("give one of --threads and --core-seed") }
    if coreSeed != nil && (fast || sanitize) {
      throw ValidationError("--core-seed needs checked accesses: give it without --fast and --sanitize")
    }
    for (name, seed) in [("--dma-seed", dmaSeed), ("--core-seed", coreSeed)] {
      if let seed, seed > UInt64(Int64.max) { throw ValidationError("\(name) is above \(Int64.max)") }
    }
    let isForHost = sanitize || fast || dmaSeed != nil || threads || coreSeed != nil
    if isForHost && !["host", "all"].contains(where: backendNames.contains) {
      throw ValidationError(
        "--sanitize, --fast, --dma-seed, --threads and --core-seed are for the host: add it to --backend")
    }
  }

  private var backendNames: [String] { backend.split(separator: ",").map(String.init) }

  func run() async throws {
    let backends = try Set(backendNames.compactMap(GeneratedBackend.init).flatMap { try $0.verified() })
    try OutputPlaces.requireApart(jsonPath, from: [model] + inputs + options.files + reading.files)
    let file = try ModelFile(path: model)
    output.status("reading \(model)")
    let imported = try reading.load(file)
    output.report(imported.notes)
    let plan =
      try projectPath.map { try PlanDocument.read(project: $0, for: imported.network, of: file) }
      ?? options.plan(imported.network, of: file, reading, output)
    var request = VerificationRequest(model: imported, file: file, plan: plan, samples: samples)
    request.projectPath = projectPath
    request.backends = backends
    request.build = fast ? .plain : sanitize ? .sanitized : .checked
    request.timing = fast ? .fast : dmaSeed.map(TransferTiming.seeded) ?? .late
    request.order = threads ? .threads : coreSeed.map(CoreOrder.interleaved) ?? .sequence
    let progress = WorkProgress()
    let report = try await output.showing(progress) { [request] in try await request.run(progress) }
    output.remark(report.remarks)
    for backend in Backend.allCases {
      guard let result = report.backends[backend] else { continue }
      if backend != .host && backends.contains(.host) { output.say("") }
      printLayers(result, of: backend, report)
    }
    if let golden = report.golden { printGolden(golden) }
    printMemory(plan)
    if let jsonPath { try OutputFile.write(try report.json(), to: jsonPath) }
    output.show([report.passes ? .line("pass", emphasis: .good) : .line("FAIL", emphasis: .bad)])
    if !report.passes { throw ExitCode(1) }
  }

  private var samples: SampleSource {
    if let golden { return .golden(golden) }
    return inputs.isEmpty ? .random(count: random ?? 1, seed: seed) : .files(inputs)
  }

  private func printMemory(_ plan: DeploymentPlan) {
    let streamed = plan.layers.filter { $0.mode != .full }.count
    output.say(
      "ran in \(plan.totals.l1PeakBytes) bytes of L1 and \(plan.totals.l2PeakBytes) of L2, "
        + "\(Figures.count(streamed, "layer")) streamed, "
        + "\(plan.totals.l3ReadBytes + plan.totals.l3WriteBytes) bytes to and from L3 an inference")
  }

  private func printLayers(_ result: BackendReport, of backend: Backend, _ report: VerificationReport) {
    var table = TextTable([
      .init("layer", cut: .middle), .init("op", rank: 1), .init("elements", rank: 2), .init("mismatches"),
    ])
    table.rows = result.layers.map {
      [
        TextTable.Cell($0.name), TextTable.Cell($0.op, short: ShortWords.op($0.op)), "\($0.elements)",
        $0.elements == 0
          ? TextTable.Cell("-", .bad) : TextTable.Cell("\($0.mismatches)", $0.mismatches == 0 ? nil : .bad),
      ]
    }
    output.show([.table(table), .line("")])
    if let measurement = result.measurement { output.show(measurement.blocks + [.line("")]) }
    let elements = result.layers.reduce(0) { $0 + $1.elements }
    let mismatches = result.layers.reduce(0) { $0 + $1.mismatches }
    output.say(
      "\(report.model) on \(backend.rawValue), profile \(report.profile.rawValue), "
        + Figures.count(report.samples, "sample")
        + (report.seed.map { ", seed \($0)" } ?? "")
        + ": \(Figures.count(mismatches, "mismatch", plural: "mismatches")) in \(elements) elements of \(Figures.count(result.layers.count, "layer"))"
    )
    if let stop = result.stop {
      let missing = result.layers.reduce(0) { $0 + $1.missing }
      Terminal.complain(
        "the program stopped in sample \(stop.sample), layer \(stop.layer); \(missing) elements are not there to compare"
      )
    }
    for fault in result.faults { Terminal.complain(fault) }
    if let first = result.first { Terminal.complain("first difference: \(first.sentence)") }
  }

  private func printGolden(_ golden: GoldenReport) {
    output.say(
      "golden data: \(Figures.count(golden.tally.mismatches, "mismatch", plural: "mismatches")) in \(golden.tally.elements) elements of \(Figures.count(golden.tensors, "tensor"))"
        + (golden.tiedElements == 0 ? "" : ", \(golden.tiedElements) of them ties of float32 sums"))
    if !golden.unmatched.isEmpty {
      let names = output.verbose ? ": " + golden.unmatched.joined(separator: ", ") : ", --verbose names them"
      output.say("golden tensors that stand for nothing in the integer network: \(golden.unmatched.count)\(names)")
    }
    if golden.tally.elements == 0 {
      Terminal.complain(
        "no golden tensor stands for one of the integer network, so nothing was compared with golden data")
    }
    for difference in golden.differences.prefix(output.verbose ? .max : 8) { Terminal.complain(difference.sentence) }
  }
}
