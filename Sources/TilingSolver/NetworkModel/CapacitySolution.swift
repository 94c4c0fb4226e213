import NetworkIR

/// The best schedule found for given capacities, without addresses, and what is known about better ones.
struct CapacitySolution: Sendable {
  /// May exceed the capacity where the problem has no schedule that is known not to.
  var scheduled: ScheduledNetwork
  /// Cycles that no schedule of the problem is below.
  var bound: Int
  /// Branch-and-bound nodes of all searches.
  var nodes: Int
  /// Size of the last model.
  var rows: Int
  /// Size of the last model.
  var columns: Int
}

/// What a search among the schedules of one model came to.
struct ModelSearch: Sendable {
  /// nil where none was found.
  var scheduled: ScheduledNetwork?
  /// Per layer, the class of the schedule's choice; empty where there is no schedule.
  var chosenClasses: [Int] = []
  var isComplete: Bool
  /// No schedule of the model takes fewer cycles; the greatest integer where the model has none.
  var bound: Int
  /// GLPK's return code where it gave up.
  var failureCode: Int?
  var nodes = 0
  var rows = 0
  var columns = 0

  /// Why there is no schedule.
  var failure: SchedulingFailure {
    if let failureCode { return .solver(code: failureCode) }
    return isComplete ? .doesNotFit : .nodeLimit(nodes: nodes)
  }
}

extension ScheduleSolver {
  /// Rows times columns of the largest model that is searched twice: one of more than 64 layers takes 10 seconds.
  private static let mostElements = 3_000_000
  /// Rows times columns of the largest model that is searched at all: one of 400 layers takes 20 seconds. The schedule of a
  /// longer network is the greedy one.
  private static let mostSearchedElements = 60_000_000
  /// Models of one problem at most, each with fewer choices put together than the one before.
  private static let refinements = 6

  /// The best of the greedy, the known and the searched schedules.
  ///
  /// First the model of common choices alone, which is small and most often holds the fastest schedule. Then, with its
  /// result to start from, the model of all choices that a faster schedule may use, the rare ones put together; it is
  /// made finer where its solution uses what was put together.
  func solve(_ problem: PlanningProblem, known: Schedule?) throws(SchedulingFailure) -> CapacitySolution {
    let starts = [Schedule.greedy(for: problem), known].compactMap { $0 }.filter(problem.schedulePins.allows)
      .map { ScheduledNetwork(problem: problem, schedule: $0) }
    var best = starts.filter { $0.worstExcess == nil }.min { $0.cycles < $1.cycles }
    let floor = problem.fastestCycles.reduce(0, +)
    var proof = ModelSearch(isComplete: false, bound: floor)
    if best.map({ $0.cycles > floor }) ?? true {
      let common = search(
        ModelReduction(problem, goal: .cycles, within: best?.cycles ?? .max, rareChoices: .absent), from: best, problem)
      best = Self.better(best, common.scheduled)
      (proof.nodes, proof.rows, proof.columns) = (common.nodes, common.rows, common.columns)
    }
    if seeksBound || best == nil { prove(problem, &best, &proof, floor: floor) }
    guard let best else { throw proof.failure }
    return CapacitySolution(
      scheduled: best, bound: min(proof.bound, best.cycles), nodes: proof.nodes, rows: proof.rows,
      columns: proof.columns)
  }

  /// Searches all schedules that are faster than the best one known.
  private func prove(
    _ problem: PlanningProblem, _ best: inout ScheduledNetwork?, _ proof: inout ModelSearch, floor: Int
  ) {
    var reduction = ModelReduction(problem, goal: .cycles, within: best?.cycles ?? .max, rareChoices: .merged)
    for _ in 0..<Self.refinements where best.map({ $0.cycles > floor }) ?? true {
      var found = search(reduction, from: best, problem)
      found.bound = max(found.bound, proof.bound)
      found.nodes += proof.nodes
      best = Self.better(best, found.scheduled)
      proof = found
      guard reduction.split(found.chosenClasses, problem) else { break }
      proof.isComplete = false
    }
    // A relaxation without a schedule leaves none to the problem.
    guard best == nil, !(proof.isComplete && proof.bound == .max) else { return }
    let nodes = proof.nodes
    proof = search(ModelReduction(problem, goal: .cycles), from: nil, problem)
    proof.nodes += nodes
    best = proof.scheduled
  }

  /// The faster of those that fit.
  private static func better(_ one: ScheduledNetwork?, _ other: ScheduledNetwork?) -> ScheduledNetwork? {
    [one, other].compactMap { $0 }.filter { $0.worstExcess == nil }.min { $0.cycles < $1.cycles }
  }

  private func search(
    _ reduction: ModelReduction, from start: ScheduledNetwork?, _ problem: PlanningProblem
  ) -> ModelSearch {
    guard reduction.classes.allSatisfy({ !$0.isEmpty }) else { return ModelSearch(isComplete: true, bound: .max) }
    return search(ScheduleModel(problem, goal: .cycles, reduction: reduction), from: start)
  }

  /// Searches a model, from a schedule that need not be one of the model's; where the limit of work leaves it open, and
  /// nothing is to be made finer first, a second time with more cuts.
  func search(_ model: ScheduleModel, from start: ScheduledNetwork? = nil) -> ModelSearch {
    let first = search(model, from: start, roundingCuts: false)
    let cycles = first.scheduled?.cycles ?? .max
    let isOpen =
      !first.isComplete && first.failureCode == nil && model.goal == .cycles
      && first.rows * first.columns <= Self.mostElements && !model.reduction.usesSeveral(first.chosenClasses)
      && Double(cycles) * (1 - 2 * relativeGap) > Double(first.bound)
    guard isOpen else { return first }
    var second = search(model, from: Self.better(first.scheduled, start), roundingCuts: true)
    second.nodes += first.nodes
    second.bound = max(first.bound, second.bound)
    if second.scheduled.map({ $0.cycles > cycles }) ?? true {
      (second.scheduled, second.chosenClasses) = (first.scheduled, first.chosenClasses)
    }
    return second
  }

  private func search(_ model: ScheduleModel, from start: ScheduledNetwork?, roundingCuts: Bool) -> ModelSearch {
    let program = model.program
    var search = ModelSearch(
      isComplete: false, bound: 0, rows: program.rows.count, columns: program.columns.count)
    guard search.rows * search.columns <= Self.mostSearchedElements else { return search }
    do {
      let point = try program.solved(
        nodeLimit: min(nodeLimit, workLimit / max(program.columns.count, 1)), relativeGap: relativeGap,
        start: start.flatMap(model.binaries), roundingCuts: roundingCuts, progress: progress)
      search.scheduled = ScheduledNetwork(problem: model.problem, schedule: model.schedule(at: point))
      search.chosenClasses = model.problem.steps.map { model.chosenClass(of: $0, at: point) }
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

  /// GLPK's bound in whole cycles; its tolerance, 1e-7 of the value, is about one cycle.
  private static func wholeCycles(_ bound: Double) -> Int {
    guard bound.isFinite, bound > 0 else { return 0 }
    return Int((bound * ScheduleModel.cyclesPerUnit).rounded())
  }
}
