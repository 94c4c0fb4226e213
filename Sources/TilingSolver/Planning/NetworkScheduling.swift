import Hardware
import NetworkIR

/// The choices of all layers of a network, found once, and its schedules for any amount of L2.
struct NetworkScheduling {
  let network: Network
  let target: Target
  let objective: Objective
  /// Bytes of L2 for tensors, weights and slots: without code, tables and reserve.
  let l2Available: Int
  private let tiler: LayerTiler
  /// Amounts of L2 that are tried at most to find one that suffices.
  private static let trials = 8

  init(network: Network, target: Target, objective: Objective) {
    self.network = network
    self.target = target
    self.objective = objective
    l2Available = target.availableBytes(.l2, tableBytes: network.tableBytes)
    tiler = LayerTiler(
      network: network, target: target, l1Available: target.availableBytes(.l1), l2Available: l2Available)
  }

  /// Why layers have no choice with slots of at most `l2Bytes`; empty when all have one.
  func layersWithoutChoice(l2Bytes: Int) -> [Diagnostic] {
    let tiler = tiler(l2Bytes: l2Bytes)
    return network.layers.filter { tiler.choices(for: $0).isEmpty }.map { tiler.infeasibility(for: $0) }
  }

  /// What is to be decided when `l2Bytes` are left for tensors, weights and slots.
  func problem(l2Bytes: Int) -> PlanningProblem {
    let costs = CostModel(target)
    let tiler = tiler(l2Bytes: l2Bytes)
    return PlanningProblem(
      network: network, choices: network.layers.map { tiler.choices(for: $0) }, l2Bytes: l2Bytes,
      read: costs.l3Read, write: costs.l3Write, mayPin: objective != .cold)
  }

  /// The best schedule for the objective within `l2Bytes`.
  func placed(l2Bytes: Int) throws(SchedulingFailure) -> PlacedSchedule {
    try ScheduleSolver().solve(problem(l2Bytes: l2Bytes), objective: objective)
  }

  /// The schedule that needs least L2 when there is no end of it.
  func smallest() throws(SchedulingFailure) -> ScheduledNetwork {
    try ScheduleSolver().smallest(problem(l2Bytes: Self.endlessBytes))
  }

  /// Bytes of L2 with which planning was tried and succeeds, near the least there are; nil when none was found.
  ///
  /// Starts where the addresses of the smallest schedule end, and halves what remains between that and its fullest
  /// step, below which nothing fits.
  func sufficientBytes(_ smallest: ScheduledNetwork) -> Int? {
    let fullest = problem(l2Bytes: 0).steps.map { smallest.l2Bytes(in: $0) }.max() ?? 0
    var insufficient = max(l2Available, fullest - 4)
    var bytes = max(L2Placement(smallest, capacity: fullest).assignment.peakBytes, insufficient + 4)
    var sufficient: Int?
    for _ in 0..<Self.trials where bytes > insufficient && bytes != sufficient {
      if suffices(bytes) { sufficient = bytes } else { insufficient = bytes }
      bytes = sufficient.map { roundedUpTo4((insufficient + $0) / 2) } ?? roundedUpTo4(bytes + bytes / 8)
    }
    return sufficient
  }

  private func suffices(_ l2Bytes: Int) -> Bool {
    guard let placed = try? placed(l2Bytes: l2Bytes) else { return false }
    return L3Placement(placed.scheduled).assignment.peakBytes <= target.availableBytes(.l3)
  }

  private func tiler(l2Bytes: Int) -> LayerTiler {
    var tiler = tiler
    tiler.l2Available = l2Bytes
    return tiler
  }

  /// More than any chip has, and small enough to be exact in the solver's numbers.
  private static let endlessBytes = 1 << 40
}
