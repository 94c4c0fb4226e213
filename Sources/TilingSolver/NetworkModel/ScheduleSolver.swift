import NetworkIR

/// A schedule whose buffers have L2 addresses, and how good it is known to be.
struct PlacedSchedule: Sendable {
  /// The decisions and what follows from them.
  var scheduled: ScheduledNetwork
  /// Addresses in L2.
  var placement: L2Placement
  /// No schedule of the model is faster by more than `ScheduleSolver.relativeGap`.
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
  /// Nodes after which a search ends.
  var nodeLimit = 300
  /// Work after which a search ends, in nodes times columns: 220 nodes for a network of 60 layers, where most searches
  /// of networks of 30 to 64 layers need fewer than 100.
  var workLimit = 400_000
  /// Below what the cost model can tell apart.
  var relativeGap = 1e-3
  /// Told the nodes of the running search now and then.
  var progress: @Sendable (_ nodes: Int) -> Void = { _ in }
  /// Whether to search all schedules for the sake of the bound; not once capacities are lowered, which leaves it as it was.
  var seeksBound = true
  /// Solves at most, each with less capacity.
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
      let solution: CapacitySolution
      do {
        var solver = self
        solver.seeksBound = round == 0
        solution = try solver.solve(problem, known: known)
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
          isOptimal: isOptimal(scheduled.cycles, bound: bound),
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
    guard let scheduled = found.scheduled else { throw found.failure }
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
      scheduled: scheduled, placement: placement, isOptimal: isOptimal(scheduled.cycles, bound: floor),
      bound: min(floor, scheduled.cycles), nodes: found.nodes, rows: found.rows, columns: found.columns)
  }

  /// Whether a bound is so near that the cost model can't tell what lies between.
  func isOptimal(_ cycles: Int, bound: Int) -> Bool {
    Double(cycles - bound) <= relativeGap * Double(cycles)
  }

  private func searchSmallest(_ problem: PlanningProblem) -> ModelSearch {
    var patient = self
    patient.nodeLimit = 10 * nodeLimit
    patient.workLimit = 10 * workLimit
    patient.relativeGap = 0
    return patient.search(ScheduleModel(problem, goal: .l2Peak))
  }
}
