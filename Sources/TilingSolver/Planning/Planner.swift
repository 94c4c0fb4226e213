import Hardware
package import NetworkIR

/// Plans a workload for a target: choices layer by layer, one schedule for all of them, addresses, the document.
///
/// Synchronous and on one thread; equal arguments give equal plans on every machine.
///
/// - Parameters:
///   - workload: what to run.
///   - target: the chip, with its memories and their speed.
///   - objective: what to minimise.
///   - pins: decisions that are fixed.
///   - model: recorded in the plan.
///   - generator: the tool and its version, recorded in the plan.
///   - progress: told what is being done.
/// - Returns: a plan with every decision, address and predicted time.
/// - Throws: a `Refusal` for want of RAM or flash (DG0511), or because tables leave nothing of L2 (DG0513), or with every layer
///   that can't be tiled (DG0501, DG0502), or with the step where L2 is tightest and what would fit (DG0510), or because
///   the search found nothing (DG0512).
package func makePlan(
  for workload: Workload, target: Target, objective: Objective, pins: Pins = Pins(), model: PlannedModel,
  generator: String, progress: @escaping @Sendable (PlanningProgress) -> Void = { _ in }
) throws(Refusal) -> DeploymentPlan {
  if let shortage = externalShortage(of: workload, target: target, objective: objective) { throw Refusal(shortage) }
  let scheduling = NetworkScheduling(
    workload, target: target, objective: objective, pins: pins, progress: progress)
  let fitted = try scheduling.fitted()
  let assembly = PlanAssembly(workload: workload, placed: fitted.placed, l3: fitted.l3)
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
