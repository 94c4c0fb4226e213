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
/// - Throws: a `Refusal` for numbers beyond those that durations are computed with (DG0514), for want of RAM or flash
///   (DG0511), or because the program leaves nothing of L2 (DG0513), or with every layer that can't be tiled (DG0501, DG0502), or
///   with the step where L2 is tightest and what would fit (DG0510), or because the search found nothing (DG0512).
package func makePlan(
  for workload: Workload, target: Target, objective: Objective, pins: Pins = Pins(), model: PlannedModel,
  generator: String, progress: @escaping @Sendable (PlanningProgress) -> Void = { _ in }
) throws(Refusal) -> DeploymentPlan {
  if let excess = durationExcess(of: workload, target: target) { throw Refusal(excess) }
  if let shortage = externalShortage(of: workload, target: target, objective: objective) { throw Refusal(shortage) }
  let scheduling = NetworkScheduling(
    workload, target: target, objective: objective, pins: pins, progress: progress)
  let fitted = try scheduling.fitted()
  let assembly = PlanAssembly(workload: workload, placed: fitted.placed, l3: fitted.l3)
  return assembly.plan(target: target, objective: objective, model: model, generator: generator)
}

extension ScheduleSolver {
  /// Gap from which on a second way to a schedule is tried.
  private static let wideGap = 0.01

  /// The best schedule for an objective.
  ///
  /// Where addresses or the limit of work leave none, or one with a wide gap: also the fastest one within the least L2 that
  /// any needs, which has fewer ways and more room for addresses; and at last that one itself, if it fits.
  func solve(_ problem: PlanningProblem, objective: Objective) throws(SchedulingFailure) -> PlacedSchedule {
    guard objective != .memory else {
      do { return try leastMemory(problem) } catch { return try smallestInstead(of: problem, error) }
    }
    let found: PlacedSchedule
    do {
      found = try fastest(problem)
    } catch {
      guard let thrifty = try? leastMemory(problem) else { return try smallestInstead(of: problem, error) }
      return bounded(thrifty, by: problem.fastestCycles.reduce(0, +))
    }
    let isWide = Double(found.scheduled.cycles - found.bound) > Self.wideGap * Double(found.scheduled.cycles)
    guard isWide, let thrifty = try? leastMemory(problem), thrifty.scheduled.cycles < found.scheduled.cycles else {
      return found
    }
    return bounded(thrifty, by: found.bound)
  }

  private func smallestInstead(
    of problem: PlanningProblem, _ failure: SchedulingFailure
  ) throws(SchedulingFailure) -> PlacedSchedule {
    guard let placed = placedSmallest(problem) else { throw failure }
    return placed
  }

  /// What was proven for less memory does not hold for all of it.
  private func bounded(_ placed: PlacedSchedule, by bound: Int) -> PlacedSchedule {
    var placed = placed
    placed.bound = min(bound, placed.scheduled.cycles)
    placed.isOptimal = isOptimal(placed.scheduled.cycles, bound: placed.bound)
    return placed
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
