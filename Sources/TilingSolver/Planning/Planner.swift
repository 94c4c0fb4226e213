package import Hardware
package import NetworkIR

/// Plans a network for a target: choices layer by layer, one schedule for all of them, addresses, the document.
///
/// Synchronous and on one thread; equal arguments give equal plans on every machine.
///
/// - Parameters:
///   - network: what to run.
///   - target: the chip, with its memories and their speed.
///   - objective: what to minimise.
///   - model: recorded in the plan.
///   - generator: the tool and its version, recorded in the plan.
/// - Returns: a plan with every decision, address and predicted time.
/// - Throws: a `Refusal` with every layer that can't be tiled (DG0501, DG0502), or with the step where L2 is tightest
///   and what would fit (DG0510), or for want of L3 (DG0511), or because the search found nothing (DG0512).
package func makePlan(
  for network: Network, target: Target, objective: Objective, model: PlannedModel, generator: String
) throws(Refusal) -> DeploymentPlan {
  let l2Bytes = target.availableBytes(.l2)
  let tiler = LayerTiler(
    network: network, target: target, l1Available: target.availableBytes(.l1), l2Available: l2Bytes)
  let choices = network.layers.map { tiler.choices(for: $0) }
  let impossible = zip(network.layers, choices).filter { $0.1.isEmpty }.map { tiler.infeasibility(for: $0.0) }
  guard impossible.isEmpty else { throw Refusal(impossible) }

  let costs = CostModel(target)
  let problem = PlanningProblem(
    network: network, choices: choices, l2Bytes: l2Bytes, read: costs.l3Read, write: costs.l3Write,
    mayPin: objective != .cold)
  let placed: PlacedSchedule
  do {
    placed = try ScheduleSolver().solve(problem, objective: objective)
  } catch {
    throw Refusal(schedulingDiagnostic(error, problem: problem, target: target))
  }
  let l3 = L3Placement(placed.scheduled)
  guard l3.assignment.peakBytes <= target.availableBytes(.l3) else {
    throw Refusal(l3Diagnostic(l3, placed.scheduled, availableBytes: target.availableBytes(.l3)))
  }
  let assembly = PlanAssembly(network: network, placed: placed, l3: l3)
  return assembly.plan(target: target, objective: objective, model: model, generator: generator)
}

extension ScheduleSolver {
  /// The best schedule for an objective; `memory` first finds the least L2 peak, then the fastest schedule within it.
  func solve(_ problem: PlanningProblem, objective: Objective) throws(SchedulingFailure) -> PlacedSchedule {
    guard objective == .memory else { return try fastest(problem) }
    let available = problem.capacity.max() ?? 0
    let smallest = try smallest(problem)
    var limit = problem.steps.map { smallest.l2Bytes(in: $0) }.max() ?? 0
    while limit <= available {
      var limited = problem
      limited.capacity = problem.steps.map { _ in limit }
      do {
        return try fastest(limited, known: smallest.schedule)
      } catch .fragmented(let leastPeakBytes) where leastPeakBytes > limit && leastPeakBytes < available {
        limit = leastPeakBytes
      }
    }
    throw .doesNotFit
  }
}
