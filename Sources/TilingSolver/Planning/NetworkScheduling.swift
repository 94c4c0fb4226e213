import Hardware
import NetworkIR

/// The choices of all layers of a network, found once, and its schedules for any amount of L2.
struct NetworkScheduling {
  let workload: Workload
  let target: Target
  let objective: Objective
  let pins: Pins
  /// Bytes of L2 for tensors, weights and slots: without code, tables and reserve.
  let l2Available: Int
  /// Where the constants of each layer are kept.
  let constantHomes: ConstantHomes
  private let tiler: LayerTiler
  private let progress: @Sendable (PlanningProgress) -> Void
  /// More than any chip has, and small enough to be exact in the solver's numbers.
  static let endlessBytes = 1 << 40

  init(
    _ workload: Workload, target: Target, objective: Objective, pins: Pins = Pins(),
    progress: @escaping @Sendable (PlanningProgress) -> Void = { _ in }
  ) {
    self.workload = workload
    self.pins = pins
    self.target = target
    self.objective = objective
    l2Available = target.availableBytes(.l2, for: workload.program)
    constantHomes = ConstantHomes(workload, target: target, objective: objective, pins: pins)
    tiler = LayerTiler(
      workload, target: target, l1Available: target.availableBytes(.l1), l2Available: l2Available,
      constantHomes: constantHomes.levels, pins: pins
    ) { layer, count in progress(.tiling(layer: layer, of: count)) }
    self.progress = progress
  }

  /// The layers that have no choice with slots of at most `l2Bytes`.
  func layersWithoutChoice(l2Bytes: Int) -> [WorkloadLayer] {
    let tiler = tiler(l2Bytes: l2Bytes)
    return workload.layers.filter { tiler.choices(for: $0).isEmpty }
  }

  /// Why a layer has no choice with the L2 there is.
  func infeasibility(of layer: WorkloadLayer) -> Diagnostic { tiler.infeasibility(for: layer) }

  /// What is to be decided when `l2Bytes` are left for tensors, weights and slots.
  func problem(l2Bytes: Int) -> PlanningProblem {
    let tiler = tiler(l2Bytes: l2Bytes)
    let model = CostModel(target)
    let choices = workload.layers.map { layer in
      let fetchCycles = model.fetchCycles(layer.newCode)
      return tiler.choices(for: layer).map { choice in
        var choice = choice
        choice.cycles.total += fetchCycles
        return choice
      }
    }
    return PlanningProblem(
      workload: workload, choices: choices, l2Bytes: l2Bytes, target: target, objective: objective,
      constantHomes: constantHomes, pins: pins)
  }

  /// The best schedule for the objective within `l2Bytes`.
  func placed(l2Bytes: Int) throws(SchedulingFailure) -> PlacedSchedule {
    try solver.solve(problem(l2Bytes: l2Bytes), objective: objective)
  }

  /// The schedule that needs least L2 when there is no end of it.
  func smallest() throws(SchedulingFailure) -> ScheduledNetwork {
    try solver.smallest(problem(l2Bytes: Self.endlessBytes))
  }

  /// Whether planning succeeds with `l2Bytes` for tensors, weights and slots.
  func suffices(l2Bytes: Int) -> Bool {
    guard layersWithoutChoice(l2Bytes: l2Bytes).isEmpty, problem(l2Bytes: l2Bytes).pinConflicts.isEmpty,
      let placed = try? placed(l2Bytes: l2Bytes)
    else { return false }
    return L3Placement(placed.scheduled).fits(target)
  }

  /// The best schedule with `moreL2Bytes` beyond the L2 there is, and its places in L3.
  ///
  /// - Throws: a `Refusal` that says what is missing.
  func fitted(moreL2Bytes: Int = 0) throws(Refusal) -> FittedSchedule {
    let l2Bytes = l2Available + moreL2Bytes
    if let shortage = programShortage(self, l2Bytes: l2Bytes) { throw Refusal(shortage) }
    let impossible = layersWithoutChoice(l2Bytes: l2Bytes)
    guard impossible.isEmpty else { throw Refusal(layerShortages(impossible, self)) }
    let conflicts = homeConflicts + problem(l2Bytes: l2Bytes).pinConflicts
    guard conflicts.isEmpty else { throw Refusal(conflicts) }
    let placed: PlacedSchedule
    do {
      placed = try self.placed(l2Bytes: l2Bytes)
    } catch {
      throw Refusal(schedulingDiagnostic(error, self))
    }
    let overlaps = placed.pinnedOverlaps
    guard overlaps.isEmpty else { throw Refusal(overlaps) }
    let l3 = L3Placement(placed.scheduled)
    guard l3.fits(target) else { throw Refusal(externalDiagnostic(l3, target: target)) }
    return FittedSchedule(placed: placed, l3: l3)
  }

  /// Pins of constants to a memory that can't keep them.
  private var homeConflicts: [Diagnostic] {
    let names = Set(workload.layers.map(\.constantsName))
    return pins.tensors.filter { names.contains($0.name) }.compactMap { pin in
      switch pin.level {
      case .flash where target.flash == nil:
        Diagnostic(
          code: "DG0521", message: "'\(pin.name)' is pinned to flash, which \(target.name) does not have",
          hint: "pin it to l3")
      case .l3 where target.flash != nil && objective == .cold:
        Diagnostic(
          code: "DG0521",
          message:
            "'\(pin.name)' is pinned to l3, but with the objective cold nothing is there before the first inference",
          hint: "pin it to flash, or choose another objective")
      default: nil
      }
    }
  }

  private var solver: ScheduleSolver {
    let progress = progress
    var solver = ScheduleSolver()
    solver.progress = { progress(.searching(nodes: $0)) }
    return solver
  }

  private func tiler(l2Bytes: Int) -> LayerTiler {
    var tiler = tiler
    tiler.l2Available = l2Bytes
    return tiler
  }
}

/// A schedule with all of its addresses.
struct FittedSchedule {
  var placed: PlacedSchedule
  var l3: L3Placement

  /// Of one inference.
  var cycles: Int { placed.scheduled.cycles }
}
