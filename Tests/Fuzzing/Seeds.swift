import Deployment
import Foundation
import Hardware
import ModelBuilding
import NetworkIR
import SwiftProtobuf

@testable import GraphImport

/// The files that fuzzing starts from: small ones, so that thousands a second are read.
enum Seeds {
  /// Writes the seeds of the current reader into a folder, and a dictionary beside it: `FOLDER.dict`.
  static func write(to folder: String) throws {
    let url = URL(fileURLWithPath: folder, isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    let files: [(name: String, bytes: [UInt8])]
    var words: [String] = []
    switch Reader.current {
    case .onnx:
      files = try ONNXSeeds.models.map { ($0.name, try $0.builder.bytes()) }
      words = ONNXWords.operators + ONNXWords.attributes
    case .tflite:
      files = TFLiteSeeds.models
      words = ["TFL3"]
    case .plan:
      files = try PlanSeeds.plans().map { ($0.name, try PlanDocument.encode($0.plan)) }
      words = PlanSeeds.words
    case .deployment:
      files = try ONNXSeeds.models.map { ($0.name, try $0.builder.bytes()) } + TFLiteSeeds.models
      words = ONNXWords.operators + ONNXWords.attributes
    case .files:
      files = try SmallFile.seeds()
      words = PlanSeeds.words
    case nil: files = []
    }
    for file in files { try Data(file.bytes).write(to: url.appendingPathComponent(file.name)) }
    let dictionary = words.map { "\"\($0)\"\n" }.joined()
    try Data(dictionary.utf8).write(to: URL(fileURLWithPath: folder + ".dict"))
  }
}

/// One model for each operator of TensorFlow Lite, and one of several.
enum TFLiteSeeds {
  static var models: [(name: String, bytes: [UInt8])] {
    let cases =
      TFLiteOperatorCase.unary + TFLiteOperatorCase.reductions + TFLiteOperatorCase.movements
      + TFLiteOperatorCase.binary.filter { $0.model.bytes.count < 4_096 }
    return cases.map { ($0.name.replacing(" ", with: "-"), $0.model.bytes) } + [("small", TFLiteTestModel.small.bytes)]
  }
}

/// Plans of small networks for chips with much and with little memory, so that every mode of a layer occurs.
enum PlanSeeds {
  /// By name, as plans name their model.
  static let networks: [String: Network] = {
    var networks = (try? samples()) ?? []
    for (name, bytes) in TFLiteSeeds.models where ["small", "concatenation", "product-of-matrices"].contains(name) {
      networks += inspectModel(bytes, fileName: "\(name).tflite").model.map { [$0.network] } ?? []
    }
    return Dictionary(networks.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }()

  /// The network that a plan is of: by the model's name, or where a mutation has changed that, the one with most of the plan's
  /// layers.
  static func network(of plan: DeploymentPlan) -> Network? {
    let names = Set(plan.layers.map(\.name))
    func common(_ network: Network) -> Int { network.layers.count { names.contains($0.name) } }
    let candidates = networks.sorted { $0.key < $1.key }.map(\.value)
    return networks[plan.model.name] ?? candidates.max { common($0) < common($1) }
  }

  /// Words of the format whose kind no seed has.
  static let words = [
    "weightsStreamed", "activationsStriped", "bothStreamed", "inputStationary", "weightStationary", "flash", "l3",
    "cold",
  ]

  static func plans() throws -> [(name: String, plan: DeploymentPlan)] {
    var plans: [(String, DeploymentPlan)] = []
    for (name, network) in networks.sorted(by: { $0.key < $1.key }) {
      for objective in Objective.allCases {
        for left in [400_000, 12_000, 6_000, 3_000, 1_500] {
          var target = try Target.named("gap8")
          target.l1.bytes = left > 100_000 ? 65_536 : 14_000
          target.l2.bytes += left - target.availableBytes(.l2, for: ProgramBytes(network))
          var options = PlanningOptions()
          options.target = "gap8"
          options.objective = objective
          options.l1Bytes = target.l1.bytes
          options.l2Bytes = target.l2.bytes
          let file = ModelFile(path: name, bytes: [])
          guard let plan = try? Pipeline.plan(network, file: file, options: options) else { continue }
          plans.append(("\(name)-\(objective.rawValue)-\(left)", plan))
        }
      }
    }
    return plans
  }

  private static func samples() throws -> [Network] {
    var residual = NetworkSample("residual", input: Shape(height: 12, width: 10, channels: 4))
    try residual.convolution(8, kernel: 3)
    let branch = residual.last
    try residual.convolution(nil, kernel: 3)
    try residual.convolution(8, kernel: 1)
    try residual.addition(branch)
    residual.globalAverage()
    try residual.fullyConnected(5)
    var dense = NetworkSample("dense", input: Shape(height: 1, width: 1, channels: 96))
    try dense.fullyConnected(64)
    try dense.fullyConnected(10)
    return [residual.finished(), dense.finished()]
  }
}
