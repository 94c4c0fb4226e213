package import NetworkIR

/// Checks a finished plan, knowing nothing of how it was found.
///
/// Everything that can be derived is derived anew from the plan alone: tiles, buffers, regions with halo, layouts, sums,
/// and which bytes hold what at every moment of two runs in a row.
package enum PlanVerifier {
  /// Everything that is wrong with a plan; empty for a plan that can be run.
  ///
  /// Where a network is given, the plan must also be a plan for it. Never traps, whatever the plan says.
  package static func violations(in plan: DeploymentPlan, network: Network? = nil) -> [PlanViolation] {
    var findings = Findings()
    findings.checkRanges(of: plan)
    guard findings.violations.isEmpty else { return findings.violations }

    findings.checkDocument(plan)
    findings.checkTarget(of: plan)
    findings.checkBudgets(of: plan)
    findings.checkPlacements(of: plan)
    for layer in plan.layers {
      findings.checkGeometry(of: layer)
      findings.checkRequantization(of: layer)
      guard findings.checkTiling(of: layer) else { continue }
      let walk = TileWalk(layer)
      findings.checkConstants(of: layer, walk)
      findings.checkBuffers(of: layer, walk)
      findings.checkTransfers(of: layer, walk)
    }
    findings.checkTotals(of: plan)
    findings.checkCycles(of: plan)
    findings.checkPresence(in: plan)
    if let network { findings.checkNetwork(network, against: plan) }
    return findings.violations
  }
}
