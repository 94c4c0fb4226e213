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
      // Lowered capacities leave fewer schedules: the first bound is the one that holds for all.
      let bound = firstBound ?? solution.bound
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
    let found = searchSmallest(problem)
    guard let scheduled = found.scheduled else { throw Self.failure(of: found) }
    return scheduled
  }

  /// The same schedule with its addresses; nil where they exceed the problem's capacity.
  func placedSmallest(_ problem: PlanningProblem) -> PlacedSchedule? {
    let found = searchSmallest(problem)
    guard let scheduled = found.scheduled, scheduled.worstExcess == nil else { return nil }
    let capacity = problem.capacity.min() ?? 0
    let placement = L2Placement(scheduled, capacity: capacity)
    guard placement.assignment.peakBytes <= capacity else { return nil }
    let floor = problem.fastestCycles.reduce(0, +)
    return PlacedSchedule(
      scheduled: scheduled, placement: placement, isOptimal: scheduled.cycles <= floor, bound: floor,
      nodes: found.nodes, rows: found.rows, columns: found.columns)
  }

  private func searchSmallest(_ problem: PlanningProblem) -> Search {
    var patient = self
    patient.nodeLimit = 10 * nodeLimit
    patient.relativeGap = 0
    return patient.search(ScheduleModel(problem, goal: .l2Peak, scope: .everything))
  }

  private struct RoundSolution {
    var scheduled: ScheduledNetwork
    var isOptimal: Bool
    var bound: Int
    var nodes: Int
    var rows: Int
    var columns: Int
  }

  /// What a search among the schedules of one model came to.
  private struct Search {
    /// nil where none was found.
    var scheduled: ScheduledNetwork?
    var isComplete: Bool
    /// No schedule of the model takes fewer cycles; the greatest integer where the model has none.
    var bound: Int
    /// GLPK's return code where it gave up.
    var failureCode: Int?
    var nodes = 0
    var rows = 0
    var columns = 0
  }

  /// The best of a search where memory is tight, of the greedy and of the known schedule; then, unless a bound shows
  /// already that there is none, of a search among all schedules that are faster.
  private func solve(
    _ problem: PlanningProblem, known: Schedule?
  ) throws(SchedulingFailure) -> RoundSolution {
    let others = [Schedule.greedy(for: problem), known].compactMap { $0 }
      .map { ScheduledNetwork(problem: problem, schedule: $0) }
    let fallback = others.filter { $0.worstExcess == nil }.min { $0.cycles < $1.cycles }
    let tight = ModelReduction(problem, goal: .cycles, scope: .tightSteps)
    let first = search(ScheduleModel(problem, goal: .cycles, reduction: tight))
    let unpinned = first.isComplete ? nil : withoutPins(problem)
    let best = [first.scheduled, fallback, unpinned].compactMap { $0 }.min { $0.cycles < $1.cycles }
    guard let best else {
      let all = search(ScheduleModel(problem, goal: .cycles, scope: .everything))
      guard let scheduled = all.scheduled else { throw Self.failure(of: all) }
      return Self.solution(scheduled, all, nodes: first.nodes + all.nodes)
    }
    let floor = problem.fastestCycles.reduce(0, +)
    guard best.cycles > floor else {
      let proof = Search(isComplete: true, bound: floor, rows: first.rows, columns: first.columns)
      return Self.solution(best, proof, nodes: first.nodes)
    }
    let faster = ModelReduction(problem, goal: .cycles, scope: .faster(than: best.cycles))
    guard !faster.isPart(of: tight) else { return Self.solution(best, first, nodes: first.nodes) }
    guard faster.choices.allSatisfy({ !$0.isEmpty }) else {
      let proof = Search(isComplete: true, bound: .max, rows: first.rows, columns: first.columns)
      return Self.solution(best, proof, nodes: first.nodes)
    }
    var second = search(ScheduleModel(problem, goal: .cycles, reduction: faster))
    second.bound = max(second.bound, floor)
    let found = [second.scheduled, best].compactMap { $0 }.min { $0.cycles < $1.cycles } ?? best
    return Self.solution(found, second, nodes: first.nodes + second.nodes)
  }

  private static func solution(_ scheduled: ScheduledNetwork, _ proof: Search, nodes: Int) -> RoundSolution {
    RoundSolution(
      scheduled: scheduled, isOptimal: proof.isComplete, bound: min(proof.bound, scheduled.cycles), nodes: nodes,
      rows: proof.rows, columns: proof.columns)
  }

  /// Searches a model within the limit of nodes.
  private func search(_ model: ScheduleModel) -> Search {
    var search = Search(
      isComplete: false, bound: 0, rows: model.program.rows.count, columns: model.program.columns.count)
    do {
      let point = try model.program.solved(nodeLimit: nodeLimit, relativeGap: relativeGap)
      search.scheduled = ScheduledNetwork(problem: model.problem, schedule: model.schedule(at: point))
      search.isComplete = point.isOptimal
      search.bound = Self.wholeCycles(point.bound)
      search.nodes = point.nodes
    } catch {
      switch error {
      case .infeasible:
        search.isComplete = true
        search.bound = .max
      case .nodeLimit(let nodes, let bound):
        search.bound = Self.wholeCycles(bound)
        search.nodes = nodes
      case .failed(let code): search.failureCode = code
      }
    }
    return search
  }

  /// A schedule that pins nothing, from a smaller model that is solved where the search of the whole one stays open.
  private func withoutPins(_ problem: PlanningProblem) -> ScheduledNetwork? {
    guard problem.mayPin else { return nil }
    var unpinned = problem
    unpinned.mayPin = false
    let model = ScheduleModel(unpinned, goal: .cycles, scope: .tightSteps)
    guard let point = try? model.program.solved(nodeLimit: nodeLimit, relativeGap: relativeGap) else { return nil }
    let scheduled = ScheduledNetwork(problem: problem, schedule: model.schedule(at: point))
    return scheduled.worstExcess == nil ? scheduled : nil
  }

  /// GLPK's bound in whole cycles; its tolerance, 1e-7 of the value, is about one cycle.
  private static func wholeCycles(_ bound: Double) -> Int {
    guard bound.isFinite, bound > 0 else { return 0 }
    return Int((bound * ScheduleModel.cyclesPerUnit).rounded())
  }

  private static func failure(of search: Search) -> SchedulingFailure {
    if let code = search.failureCode { return .solver(code: code) }
    return search.isComplete ? .doesNotFit : .nodeLimit(nodes: search.nodes)
  }
}
