import NetworkIR

/// A schedule whose buffers have L2 addresses, and how good it is known to be.
struct PlacedSchedule: Sendable {
  /// The decisions and what follows from them.
  var scheduled: ScheduledNetwork
  /// Addresses in L2.
  var placement: L2Placement
  /// No schedule of the model is faster: the bound was reached, or the search was completed without lowering any step's
  /// capacity and what is missing, at most a thousandth, comes from loading weights in whole bursts.
  var isOptimal: Bool
  /// Cycles that no schedule of the model is below.
  var bound: Int
  /// Branch-and-bound nodes of all solves.
  var nodes: Int
  /// Size of the last model solved.
  var rows: Int
  /// Size of the last model solved.
  var columns: Int
}

/// Why a network could not be scheduled.
enum SchedulingFailure: Error, Sendable {
  /// Whatever is decided, some step needs more L2 than there is.
  case doesNotFit
  /// The steps fit one by one, but no addresses were found that fit them all; the lowest peak seen.
  case fragmented(leastPeakBytes: Int)
  /// The search was stopped before it found any schedule.
  case nodeLimit(nodes: Int)
  /// GLPK gave up.
  case solver(code: Int)
}

/// Solves the network model and places the result, lowering capacities where addresses don't fit.
///
/// The model knows only how many bytes a step holds. When addresses overflow nevertheless, the capacity of the step
/// with the overflow is lowered by it and the model is solved again (a logic-based Benders cut).
struct ScheduleSolver: Sendable {
  /// Nodes per solve. Most networks of 30 to 64 layers need fewer than 100; with very little L2 the search stays open,
  /// about a hundredth above the bound.
  var nodeLimit = 300
  /// Below what the cost model can tell apart.
  var relativeGap = 1e-4
  /// Solves at most.
  static let rounds = 12

  /// The fastest schedule within the problem's capacity.
  ///
  /// - Parameters:
  ///   - problem: what to decide.
  ///   - known: a schedule that fits, where one is known: returned when nothing better is found.
  /// - Returns: the schedule with its L2 addresses.
  /// - Throws: `SchedulingFailure` when there is none.
  func fastest(_ problem: PlanningProblem, known: Schedule? = nil) throws(SchedulingFailure) -> PlacedSchedule {
    let limit = problem.capacity.max() ?? 0
    var problem = problem
    var nodes = 0
    var firstBound: Int?
    var leastPeak = Int.max
    for round in 0..<Self.rounds {
      let solution: RoundSolution
      do {
        solution = try solve(problem, known: known)
      } catch .doesNotFit where round > 0 {
        break
      }
      nodes += solution.nodes
      let bound = min(firstBound ?? solution.bound, solution.bound)
      firstBound = bound
      let scheduled = solution.scheduled
      if let excess = scheduled.worstExcess {
        problem.capacity[excess.step] -= excess.bytes
        leastPeak = min(leastPeak, limit + excess.bytes)
        continue
      }
      let placement = L2Placement(scheduled, capacity: limit)
      let peak = placement.assignment.peakBytes
      guard peak > limit else {
        return PlacedSchedule(
          scheduled: scheduled, placement: placement,
          isOptimal: scheduled.cycles <= bound
            || solution.isOptimal && round == 0 && scheduled.cycles - bound <= scheduled.cycles / 1_000,
          bound: min(bound, scheduled.cycles), nodes: nodes, rows: solution.rows, columns: solution.columns)
      }
      leastPeak = min(leastPeak, peak)
      let fullest = placement.topmostSteps?.max { scheduled.l2Bytes(in: $0) < scheduled.l2Bytes(in: $1) }
      if let fullest { problem.capacity[fullest] = scheduled.l2Bytes(in: fullest) - (peak - limit) }
    }
    throw .fragmented(leastPeakBytes: leastPeak)
  }

  /// The schedule with the lowest L2 peak, whatever the problem's capacity.
  func smallest(_ problem: PlanningProblem) throws(SchedulingFailure) -> ScheduledNetwork {
    let model = ScheduleModel(problem, goal: .l2Peak, spillsEverything: true)
    do {
      let point = try model.program.solved(nodeLimit: 10 * nodeLimit)
      return ScheduledNetwork(problem: problem, schedule: model.schedule(at: point))
    } catch {
      throw Self.failure(error)
    }
  }

  private struct RoundSolution {
    var scheduled: ScheduledNetwork
    var isOptimal: Bool
    var bound: Int
    var nodes: Int
    var rows: Int
    var columns: Int
  }

  /// The best of GLPK's point, the greedy and the known schedule; tensors move to L3 freely only when they must.
  private func solve(
    _ problem: PlanningProblem, known: Schedule?
  ) throws(SchedulingFailure) -> RoundSolution {
    var model = ScheduleModel(problem, goal: .cycles, spillsEverything: false)
    let others = [Schedule.greedy(for: problem), known].compactMap { $0 }
      .map { ScheduledNetwork(problem: problem, schedule: $0) }
    let fallback = others.filter { $0.worstExcess == nil }.min { $0.cycles < $1.cycles }
    do {
      let point: MILPSolution
      do {
        point = try model.program.solved(nodeLimit: nodeLimit, relativeGap: relativeGap)
      } catch .infeasible {
        model = ScheduleModel(problem, goal: .cycles, spillsEverything: true)
        point = try model.program.solved(nodeLimit: nodeLimit, relativeGap: relativeGap)
      }
      let solved = ScheduledNetwork(problem: problem, schedule: model.schedule(at: point))
      let unpinned = point.isOptimal ? nil : withoutPins(problem)
      let best = [solved, fallback, unpinned].compactMap { $0 }.min { $0.cycles < $1.cycles } ?? solved
      return RoundSolution(
        scheduled: best, isOptimal: point.isOptimal, bound: Self.wholeCycles(point.bound), nodes: point.nodes,
        rows: model.program.rows.count, columns: model.program.columns.count)
    } catch {
      guard case .nodeLimit(let nodes, let bound) = error, let fallback else { throw Self.failure(error) }
      return RoundSolution(
        scheduled: fallback, isOptimal: false, bound: Self.wholeCycles(bound), nodes: nodes,
        rows: model.program.rows.count, columns: model.program.columns.count)
    }
  }

  /// A schedule that pins nothing, from a smaller model that is solved where the search of the whole one stays open.
  private func withoutPins(_ problem: PlanningProblem) -> ScheduledNetwork? {
    guard problem.mayPin else { return nil }
    var unpinned = problem
    unpinned.mayPin = false
    let model = ScheduleModel(unpinned, goal: .cycles, spillsEverything: false)
    guard let point = try? model.program.solved(nodeLimit: nodeLimit, relativeGap: relativeGap) else { return nil }
    let scheduled = ScheduledNetwork(problem: problem, schedule: model.schedule(at: point))
    return scheduled.worstExcess == nil ? scheduled : nil
  }

  /// GLPK's bound in whole cycles; its tolerance, 1e-7 of the value, is about one cycle.
  private static func wholeCycles(_ bound: Double) -> Int {
    guard bound.isFinite, bound > 0 else { return 0 }
    return Int((bound * ScheduleModel.cyclesPerUnit).rounded())
  }

  private static func failure(_ error: MILPError) -> SchedulingFailure {
    switch error {
    case .infeasible: .doesNotFit
    case .nodeLimit(let nodes, _): .nodeLimit(nodes: nodes)
    case .failed(let code): .solver(code: code)
    }
  }
}
