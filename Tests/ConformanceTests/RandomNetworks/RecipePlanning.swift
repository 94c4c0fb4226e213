import Deployment
import Foundation
import NetworkIR

/// Plans networks for the machines of recipes.
struct RecipePlanning {
  /// A plan, what it was made with, and the refusals of smaller memories on the way.
  struct Result {
    var plan: DeploymentPlan
    var options: PlanningOptions
    /// Codes of diagnostics.
    var refused: [String] = []
  }

  /// A refusal of less memory that is none of too little memory.
  struct Unexplained: Error {
    var refusal: Refusal
  }

  /// gap8 without its flash, as a file.
  private let targetWithoutFlash: String
  private let makePlan: @Sendable (Network, PlanningOptions) throws -> DeploymentPlan

  /// Writes the file into a folder.
  ///
  /// - Parameters:
  ///   - folder: for the file.
  ///   - makePlan: plans a network with options; else the tool.
  /// - Throws: where the folder can't be written, or the repository's target can't be read.
  init(
    in folder: String,
    makePlan: @escaping @Sendable (Network, PlanningOptions) throws -> DeploymentPlan = { network, options in
      try Pipeline.plan(network, file: ModelFile(path: network.name, bytes: []), options: options)
    }
  ) throws {
    self.makePlan = makePlan
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    var text = try String(contentsOf: root.appending(path: "Sources/Hardware/Targets/gap8.json"), encoding: .utf8)
    text.replace(#/\n  flash: \{[^}]*\}[^}]*\},/#, with: "")
    targetWithoutFlash = folder + "/gap8-without-flash.json"
    try Data(text.utf8).write(to: URL(fileURLWithPath: targetWithoutFlash))
  }

  /// The plan of a network on a machine.
  ///
  /// - Throws: `Refusal` where it does not fit the whole chip, `Unexplained` where a part of the chip is refused for another
  ///   reason, `PlanRejected` where the verifier finds a fault.
  func plan(_ network: Network, on machine: RecipeMachine) throws -> Result {
    var options = PlanningOptions()
    options.target = machine.hasFlash ? machine.chip.rawValue : targetWithoutFlash
    options.objective = machine.objective
    options.cores = machine.cores
    var result = Result(plan: try makePlan(network, options), options: options)
    try fit(\.l1Bytes, .l1, machine.l1, network, &result)
    try fit(\.l2Bytes, .l2, machine.l2, network, &result)
    return result
  }

  /// Takes bytes of a level away.
  private func fit(
    _ option: WritableKeyPath<PlanningOptions, Int?>, _ level: MemoryLevel, _ room: RecipeRoom, _ network: Network,
    _ result: inout Result
  ) throws {
    guard room != .roomy, let budget = result.plan.budgets.first(where: { $0.level == level }) else { return }
    let reserved = budget.capacityBytes - budget.availableBytes
    let peak = level == .l1 ? result.plan.totals.l1PeakBytes : result.plan.totals.l2PeakBytes
    let roomy = min(max(peak, 256), budget.availableBytes)
    var (refused, planned) = (0, roomy)
    let roomyResult = result
    for _ in 0..<5 where planned - refused > 64 {
      var options = roomyResult.options
      let bytes = (refused + planned) / 8 * 4
      options[keyPath: option] = reserved + bytes
      if let plan = try planIfFits(network, options, &result.refused) {
        planned = bytes
        (result.plan, result.options) = (plan, options)
      } else {
        refused = bytes
      }
    }
    guard room == .narrow else { return }
    var options = roomyResult.options
    options[keyPath: option] = reserved + (planned + roomy) / 8 * 4
    if let plan = try planIfFits(network, options, &result.refused) { (result.plan, result.options) = (plan, options) }
  }

  /// nil where memory does not suffice.
  private func planIfFits(
    _ network: Network, _ options: PlanningOptions, _ refused: inout [String]
  ) throws -> DeploymentPlan? {
    do {
      return try makePlan(network, options)
    } catch let refusal as Refusal {
      let codes = Set(refusal.diagnostics.map(\.code))
      guard codes.isSubset(of: RecipeRefusals.lackOfMemory) else { throw Unexplained(refusal: refusal) }
      refused += codes.sorted()
      return nil
    }
  }
}
