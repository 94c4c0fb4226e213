import Deployment
import Foundation
import GraphImport
import NetworkIR
import PlanVerification
import Testing

/// Plans that `Benchmarks/mutants/run` changed at one place: what the verifier says of each, and the project that would
/// follow from it without the verifier.
@Suite(.enabled(if: ChangedPlans.folder != nil, "DORY_GEN_CHANGED_PLANS names no folder"))
struct ChangedPlanTests {
  @Test func `each changed plan is judged, and its project is written for the simulator to judge`() throws {
    let plans = try #require(try ChangedPlans.folder.map(ChangedPlans.init(folder:)))
    for name in plans.names { try plans.judge(name) }
  }
}

/// A folder with `model`, the path of a model, and `<name>.json`, plans; each gets `<name>.verdict` and, where the emitter
/// takes it, a folder `<name>` with the project.
struct ChangedPlans {
  static let folder = ProcessInfo.processInfo.environment["DORY_GEN_CHANGED_PLANS"]

  let folder: URL
  let network: Network
  /// Those without a verdict, which a run that was cut short has left.
  let names: [String]

  init(folder: String) throws {
    self.folder = URL(fileURLWithPath: folder)
    let path = try String(contentsOf: self.folder.appending(path: "model"), encoding: .utf8)
    network = try ModelFile(path: path).load().network
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    names = files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
      .filter { !files.contains("\($0).verdict") }
  }

  /// Writes the verdict before the emitter is asked, which may rely on what a verifier checks.
  func judge(_ name: String) throws {
    let path = folder.appending(path: name + ".json").path
    let verdict = folder.appending(path: name + ".verdict")
    var plan: DeploymentPlan
    do {
      plan = try PlanDocument.inspect(path).plan
    } catch {
      return try Data("reader: \(error)".utf8).write(to: verdict)
    }
    plan.digest = PlanVerifier.digest(of: plan)
    let violations = PlanVerifier.violations(in: plan, network: network)
    let found = violations.first.map { "verifier: \($0.rule.rawValue): \($0)" } ?? "accepted"
    try Data(found.utf8).write(to: verdict)
    do {
      try Pipeline.generate(network, plan, into: folder.appending(path: name).path)
    } catch let refusal as Refusal {
      try Data("\(found)\nemitter: \(refusal)".utf8).write(to: verdict)
    }
  }
}
