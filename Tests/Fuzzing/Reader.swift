import Deployment
import Foundation
import GraphImport
import NetworkIR
import PlanVerification

/// What is fuzzed: everything that happens to a file of a kind before C is compiled.
enum Reader: String, CaseIterable {
  /// Reading, dialects and lowering, with the proofs of every requantization.
  case onnx, tflite
  /// Decoding, the plan verifier alone and against a network, the explanation, and the project of an accepted plan.
  case plan
  /// A model of either format, all the way to its project and to its outputs on the reference.
  case deployment
  /// Pins, targets, golden data and whatever else users give; see `SmallFile`.
  case files

  /// The one that the command line names.
  static let current = CommandLine.arguments.dropFirst().first.flatMap(Reader.init)

  /// Multiply-accumulates, and elements of all tensors, of the largest network that is deployed here.
  private static let mostWork = 1_000_000

  /// Reads a file to the end; a refusal is as good as a result.
  func read(_ bytes: [UInt8]) {
    switch self {
    case .onnx, .tflite: _ = Self.report(bytes)
    case .plan: Self.readPlan(bytes)
    case .deployment: Self.report(bytes).model.map { Self.deploy($0.network) }
    case .files:
      guard let kind = SmallFile.kind(of: bytes) else { return }
      Self.attempt { try kind.read(Array(bytes.dropFirst())) }
    }
  }

  private static func report(_ bytes: [UInt8]) -> ModelReport {
    let report = inspectModel(bytes, fileName: "model")
    precondition((report.model == nil) == !report.problems.isEmpty, "neither a model nor a problem, or both")
    return report
  }

  /// A refusal is as good as a result; any other error is a fault of the tool, a plan that the verifier rejects among them.
  @discardableResult
  private static func attempt<Result>(_ stage: () throws -> Result) -> Result? {
    do {
      return try stage()
    } catch is Refusal {
      return nil
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private static func readPlan(_ bytes: [UInt8]) {
    guard let plan = attempt({ try PlanDocument.inspect(bytes, path: "plan.json").plan }) else { return }
    if let explanation = attempt({ try Explanation(plan, path: "plan.json", request: .quick) }) {
      _ = explanation.lines
      _ = explanation.blocks.lines(fitting: 40)
      attempt { try explanation.json() }
      attempt { try ComparisonReport(.init(plan, path: "before.json"), .init(plan, path: "after.json")).page() }
    }
    guard let network = PlanSeeds.network(of: plan), PlanVerifier.violations(in: plan, network: network).isEmpty
    else { return }
    attempt { try Pipeline.project(network, plan) }
  }

  private static func deploy(_ network: Network) {
    let work = network.tensors.reduce(network.macs) { $0 + $1.shape.elements }
    guard work <= mostWork else { return }
    attempt {
      let file = ModelFile(path: "model", bytes: [])
      let plan = try Pipeline.plan(network, file: file, options: PlanningOptions())
      _ = try Pipeline.project(network, plan)
      _ = try ModelRun(network: network, samples: .random(count: 1, seed: 1)).onReference()
    }
  }
}

extension Explanation.Request {
  /// Without plans for other memories, each of which is a search of its own.
  fileprivate static var quick: Self {
    var request = Self()
    request.studiesMemory = false
    return request
  }
}
