import NetworkIR
import PlanVerification
import Testing

struct MutationTests {
  /// The only fields whose changes no rule rejects: they name or predict something, or say one of several things that
  /// would all be right. The digest is there for them.
  ///
  /// A field is followed by the changes that may pass; without any, all may.
  private static let free: [String: Set<String>] = [
    // Names.
    "digest": [], "generator": [], "model.name": [], "model.sha256": ["emptied"],
    "target.figures.description": ["lengthened"], "layers.*.name": ["lengthened"],
    // Reports about the search, and predictions within their bounds.
    "objective": [], "solver.status": [], "solver.nodes": [], "solver.rows": [], "solver.columns": [],
    "layers.*.cycles.compute": [], "layers.*.cycles.dma": [], "layers.*.cycles.l3": [],
    // Lists without an order, and the operands of a sum.
    "budgets": ["swap"], "budgets.*.items": ["swap"], "initialTransfers": ["swap"], "tensors": ["swap", "swap offset"],
    "layers.*.buffers": ["swap", "swap offset"], "layers.*.transfers.l3": ["swap"], "layers.*.inputs": ["swap"],
    // Other plans that are valid too: one slot instead of two, another free address, waiting instead of overlapping,
    // another order of the loops where it copies the same, another split.
    "layers.*.buffers.*.count": ["-1"], "layers.*.buffers.*.offset": ["+4", "-4", "*2"],
    "tensors.*.offset": ["+4", "-4", "*2", "zero"], "layers.*.transfers.l3.*.phase": ["to before"],
    "layers.*.loopOrder": [],
    "layers.*.split": [],
  ]

  /// What only the network knows: with it these are rejected as well.
  private static let networksOwn: [String: Set<String>] = [
    "layers.*.name": ["lengthened"],
    "layers.*.op": ["to averagePool", "to maxPool", "to sumPool", "to tableSoftmax", "to multiplication"],
    "layers.*.inputs": ["swap"], "layers.*.inputs.*.shape": ["swap"],
    "layers.*.geometry.dilation.height": [], "layers.*.geometry.dilation.width": [],
    "layers.*.geometry.stride.height": [], "layers.*.geometry.stride.width": [],
    "layers.*.geometry.padding.left": [], "layers.*.geometry.padding.right": [],
    "layers.*.geometry.padding.top": [], "layers.*.geometry.padding.bottom": [],
    "layers.*.requantization.form": [], "layers.*.requantization.low": [], "layers.*.requantization.high": [],
    "layers.*.requantization.accumulatorLow": [], "layers.*.requantization.accumulatorHigh": [],
    "layers.*.requantization.cheapestForms.*.form": [],
    "tensors.*.kind": ["to output"], "tensors.*.shape": ["swap"],
  ]

  /// The figures of the chip that no other part of a plan repeats: those that predict time.
  private static func isDuration(_ field: String) -> Bool {
    if field.hasPrefix("target.figures.simulation.") { return true }
    let durations = ["clocks.", "ram.", "flash.", "dma.", "kernels.", "overheads."].map { "target.figures." + $0 }
    return durations.contains(where: field.hasPrefix) && !field.hasSuffix(".bytes")
      || field == "target.figures.ram.write"
  }

  private static func allows(_ mutant: Mutant, in fields: [String: Set<String>]) -> Bool {
    guard let changes = fields[mutant.field] else { return false }
    return changes.isEmpty || changes.contains(mutant.change)
  }

  @Test(arguments: ValidPlans.names)
  func `a plan with one thing changed is rejected, or fails its digest where no rule can know better`(
    name: String
  ) throws {
    let plan = ValidPlans.plan(name)
    let network = try ValidNetworks.network(name)
    let mutants = MutationCorpus(of: try JSONTree(encoding: plan)).mutants
    #expect(mutants.count >= 1_000)
    // All plans are for the same chip.
    for mutant in mutants where name == "flash" || !Self.isDuration(mutant.field) {
      guard let changed = try? mutant.applied(to: plan) else { continue }
      let change = "\(name): \(mutant.description)"
      if !PlanVerifier.violations(in: changed).isEmpty { continue }
      #expect(PlanVerifier.digest(of: changed) != changed.digest, "\(change)")
      if Self.allows(mutant, in: Self.networksOwn) {
        #expect(!PlanVerifier.violations(in: changed, network: network).isEmpty, "\(change), with the network")
      } else {
        let isFree = Self.allows(mutant, in: Self.free) || Self.isDuration(mutant.field)
        #expect(isFree, "\(change)")
      }
    }
  }

  @Test(arguments: ValidPlans.names)
  func `nothing is rejected that is written out and read again`(name: String) throws {
    let plan = ValidPlans.plan(name)
    let again = try JSONTree(encoding: plan).decoded(as: DeploymentPlan.self)
    #expect(again == plan)
    #expect(PlanVerifier.digest(of: again) == PlanVerifier.digest(of: plan))
  }
}
