import Foundation
import Hardware
import NetworkIR

@testable import Deployment

/// A file of a user's that is neither a model nor read as a plan; the first byte of an input says of which kind it is.
///
/// Files of one folder that belong together are divided by zero bytes.
enum SmallFile: UInt8, CaseIterable {
  /// Fixed decisions, up to the plan that has them.
  case pins
  /// A plan that another one is compared with.
  case comparison
  /// A target, up to a plan for it.
  case target
  /// DORY's configuration.
  case configuration
  /// An array of samples.
  case array
  /// Golden data with a manifest, and the list of their intermediates.
  case manifest
  /// DORY's text files: the input, and the output of the first layer.
  case text

  /// The kind of an input.
  static func kind(of bytes: [UInt8]) -> SmallFile? {
    bytes.first.flatMap { SmallFile(rawValue: $0 % UInt8(allCases.count)) }
  }

  /// Whether values of it can be changed where they stand.
  var isJSON: Bool { self != .array && self != .text }

  /// The network that all of them are about.
  private static let network = PlanSeeds.networks["dense"]

  /// Reads a file to the end.
  ///
  /// - Throws: `Refusal` where the tool refuses it; anything else is a fault.
  func read(_ contents: [UInt8]) throws {
    guard let network = Self.network else { return }
    let parts = contents.split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
    switch self {
    case .pins:
      var options = PlanningOptions()
      options.pinPath = try write([("pins.json", contents)]) + "/pins.json"
      _ = try Pipeline.plan(network, file: ModelFile(path: "dense", bytes: []), options: options)
    case .comparison:
      let plan = try PlanDocument.inspect(contents, path: "plan.json").plan
      for (_, other) in try Self.plans.get() where other.model.name == network.name {
        _ = try PlanComparison(other, plan).json()
      }
    case .target:
      var options = PlanningOptions()
      options.target = try write([("target.json", contents)]) + "/target.json"
      _ = try Pipeline.plan(network, file: ModelFile(path: "dense", bytes: []), options: options)
    case .configuration:
      _ = try DORYConfiguration(contents, path: "config.json").remarks(about: ModelFile(path: "dense", bytes: []))
    case .array:
      try readGolden([("input0.npy", contents), ("output0.npy", Self.array(network.outputs, network))], network)
    case .manifest:
      let data = Self.manifestData(network)
      let lists = zip(["manifest.json", "tensors_sample0.json"], parts).map { ($0, $1) }
      try readGolden(lists + data, network)
    case .text:
      try readGolden(zip(["input.txt", "out_layer0.txt"], parts).map { ($0, $1) }, network)
    }
  }

  private func readGolden(_ files: [(name: String, bytes: [UInt8])], _ network: Network) throws {
    _ = try GoldenFolder.read(try write(files), for: network)
  }

  /// A folder with these files and no others.
  private func write(_ files: [(name: String, bytes: [UInt8])]) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(getpid())-\(self)")
    try? FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for file in files { try Data(file.bytes).write(to: folder.appendingPathComponent(file.name)) }
    return folder.path
  }
}

// MARK: - Seeds

extension SmallFile {
  private static let plans = Result { try PlanSeeds.plans() }

  /// Valid files of all kinds, each behind the byte of its kind.
  static func seeds() throws -> [(name: String, bytes: [UInt8])] {
    guard let network else { return [] }
    var seeds: [(String, SmallFile, [UInt8])] = []
    for (name, plan) in try plans.get() where plan.model.name == network.name {
      let document = try PlanDocument.encode(plan)
      seeds += [("pins-\(name)", .pins, document), ("comparison-\(name)", .comparison, document)]
    }
    let targets = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources/Hardware/Targets")
    for name in ["gap8", "cluster"] {
      seeds.append((name, .target, [UInt8](try Data(contentsOf: targets.appendingPathComponent("\(name).json")))))
    }
    let configuration = """
      {"BNRelu_bits": 64, "onnx_file": "./models/dense", "code reserved space": 162000, "n_inputs": 1,
       "input_bits": 8, "input_signed": true}
      """
    seeds += [
      ("configuration", .configuration, Array(configuration.utf8)),
      ("array", .array, array(network.inputs, network)),
      ("manifest", .manifest, manifest(network)), ("text", .text, text(network)),
    ]
    return seeds.map { ($0.0, [$0.1.rawValue] + $0.2) }
  }

  private static func tensor(_ boundaries: [Boundary], _ network: Network) -> Tensor { network[boundaries[0].tensor] }

  /// Zeros for the first of some inputs or outputs, in the model's own dimensions.
  private static func array(_ boundaries: [Boundary], _ network: Network) -> [UInt8] {
    let tensor = tensor(boundaries, network)
    return NPY.encode(
      Array(repeating: 0, count: tensor.shape.elements), type: tensor.type, dimensions: tensor.origin.dimensions)
  }

  /// The files that a manifest names.
  private static func manifestData(_ network: Network) -> [(String, [UInt8])] {
    let names = [
      ("input.bin", network.inputs), ("output.bin", network.outputs), ("tensors_sample0.bin", network.inputs),
    ]
    return names.map { name, boundaries in
      let tensor = tensor(boundaries, network)
      return (name, [UInt8](repeating: 0, count: tensor.type.bytes(elements: tensor.shape.elements)))
    }
  }

  private static func manifest(_ network: Network) -> [UInt8] {
    func file(_ name: String, _ boundaries: [Boundary]) -> String {
      let tensor = tensor(boundaries, network)
      return
        #"{"file": "\#(name)", "dtype": "\#(tensor.type.rawValue)", "n": 1, "shape": \#(tensor.origin.dimensions)}"#
    }
    let input = tensor(network.inputs, network)
    let bytes = input.type.bytes(elements: input.shape.elements)
    let text = """
      {"golden": {"inputs": [\(file("input.bin", network.inputs))], "outputs": [\(file("output.bin", network.outputs))]}}
      \0[{"name": "\(input.name)", "dtype": "\(input.type.rawValue)", "shape": \(input.origin.dimensions),
        "offset": 0, "nbytes": \(bytes)}]
      """
    return Array(text.utf8)
  }

  private static func text(_ network: Network) -> [UInt8] {
    let counts = [network[network.inputs[0].tensor], network[network.layers[0].output]].map(\.shape.elements)
    return Array(counts.map { String(repeating: "1,\n", count: $0) }.joined(separator: "\0").utf8)
  }
}
