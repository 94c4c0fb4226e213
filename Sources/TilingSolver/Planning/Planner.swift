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
/// - Throws: a `Refusal` for want of L3 (DG0511), or because tables leave nothing of L2 (DG0513), or with every layer
///   that can't be tiled (DG0501, DG0502), or with the step where L2 is tightest and what would fit (DG0510), or because
///   the search found nothing (DG0512).
package func makePlan(
  for network: Network, target: Target, objective: Objective, model: PlannedModel, generator: String
) throws(Refusal) -> DeploymentPlan {
  if let shortage = l3Shortage(of: network, target: target) { throw Refusal(shortage) }
  let scheduling = NetworkScheduling(network: network, target: target, objective: objective)
  if let shortage = tableShortage(scheduling) { throw Refusal(shortage) }
  let l2Bytes = scheduling.l2Available
  let impossible = scheduling.layersWithoutChoice(l2Bytes: l2Bytes)
  guard impossible.isEmpty else { throw Refusal(impossible) }
  let placed: PlacedSchedule
  do {
    placed = try scheduling.placed(l2Bytes: l2Bytes)
  } catch {
    throw Refusal(schedulingDiagnostic(error, scheduling))
  }
  let l3 = L3Placement(placed.scheduled)
  guard l3.assignment.peakBytes <= target.availableBytes(.l3) else {
    throw Refusal(l3Diagnostic(l3, placed.scheduled, availableBytes: target.availableBytes(.l3)))
  }
  let assembly = PlanAssembly(network: network, placed: placed, l3: l3)
  return assembly.plan(target: target, objective: objective, model: model, generator: generator)
}

extension ScheduleSolver {
  /// The best schedule for an objective; where the search finds none, the one that needs least L2, if that fits.
  func solve(_ problem: PlanningProblem, objective: Objective) throws(SchedulingFailure) -> PlacedSchedule {
    do {
      return objective == .memory ? try leastMemory(problem) : try fastest(problem)
    } catch {
      guard let placed = placedSmallest(problem) else { throw error }
      return placed
    }
  }

  /// Finds the least L2 peak, then the fastest schedule within it, or within a little more where addresses ask for it.
  private func leastMemory(_ problem: PlanningProblem) throws(SchedulingFailure) -> PlacedSchedule {
    let available = problem.capacity.max() ?? 0
    let smallest = try smallest(problem)
    var limit = problem.steps.map { smallest.l2Bytes(in: $0) }.max() ?? 0
    guard limit <= available else { throw .doesNotFit }
    for _ in 0..<Self.rounds where limit <= available {
      var limited = problem
      limited.capacity = problem.steps.map { _ in limit }
      do {
        return try fastest(limited, known: smallest.schedule)
      } catch .fragmented(let leastPeakBytes) {
        limit = leastPeakBytes
      }
    }
    return try fastest(problem, known: smallest.schedule)
  }
}
